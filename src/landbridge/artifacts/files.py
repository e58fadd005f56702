"""The one way to write a file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from landbridge.findings import Finding, LandbridgeError, Where, error


def write_atomically(path: Path, content: str | bytes) -> None:
    """Put `content` (text is written as UTF-8) at `path`, making its folder if need be.

    A reader sees the old file or the new, never a part. A file that was there keeps its permissions.
    Raises LandbridgeError (`write`) saying what the system said.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_and_rename(path, content.encode() if isinstance(content, str) else content)
    except OSError as problem:
        raise LandbridgeError(cannot_write(path, problem)) from None


def cannot_write(path: Path, problem: OSError) -> Finding:
    """The finding for a file or folder that the system doesn't let us write."""
    return error("write", f"can't write {path}: {problem.strerror or problem}.", Where(str(path)), "Free the way, or write elsewhere.")


def _write_and_rename(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), _mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file that is there, else those of any new file (mkstemp's are for its owner only)."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
