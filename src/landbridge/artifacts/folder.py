"""Replacing a whole folder at once: whoever looks sees the old one or the new one, never a part."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from landbridge.artifacts.files import cannot_write
from landbridge.findings import LandbridgeError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # fcntl.h, linux/fs.h


def replace_folder(directory: Path, files: Mapping[str, str]) -> None:
    """Make `directory` hold exactly these files (relative path to text), in place of whatever it held.

    They are written in a hidden folder beside it, which then takes its place in one step; what an interrupted call left there is
    removed. Raises LandbridgeError (`write`). Safe against the death of the process, not against a power cut.
    """
    directory = directory.resolve()
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(directory)
        draft = Path(tempfile.mkdtemp(prefix=_prefix(directory), dir=directory.parent))
        lock = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _fill(draft, files)
            _put_in_place(draft, directory)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            os.close(lock)
    except OSError as problem:
        raise LandbridgeError(cannot_write(directory, problem)) from None


def _prefix(directory: Path) -> str:
    return f".{directory.name}.landbridge-"


def _remove_leftovers(directory: Path) -> None:
    """Drafts that nobody is writing: a living writer has its draft locked."""
    for draft in directory.parent.glob(f"{_prefix(directory)}*"):
        if draft.is_symlink() or not draft.is_dir():
            continue
        handle = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(draft, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def _fill(draft: Path, files: Mapping[str, str]) -> None:
    mask = os.umask(0)
    os.umask(mask)
    draft.chmod(0o777 & ~mask)
    for folder in sorted({Path(name).parent for name in files}):
        (draft / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (draft / name).write_text(text, encoding="utf-8", newline="\n")
        if text.startswith("#!"):
            (draft / name).chmod(0o777 & ~mask)


def _put_in_place(draft: Path, directory: Path) -> None:
    if not directory.exists():
        draft.rename(directory)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_FDCWD, os.fsencode(draft), _AT_FDCWD, os.fsencode(directory), _RENAME_EXCHANGE) != 0:
        problem = ctypes.get_errno()
        raise OSError(problem, os.strerror(problem))
