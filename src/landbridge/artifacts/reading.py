"""Artifacts from their folder. Nothing there is trusted: only plain files are opened, and none is read without a bound."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from landbridge.artifacts.decoding import manifest_of_text
from landbridge.artifacts.lines import lines_of
from landbridge.artifacts.plain import LARGEST as LARGEST_MANIFEST
from landbridge.artifacts.stamp import problem_of
from landbridge.artifacts.store import CURLY, MANIFEST, ROUTERS, SCRIPTS, STACKS, SUFFIX, TEMPLATE, Artifacts, text_file
from landbridge.findings import Finding, LandbridgeError, Where, error

LARGEST = 20_000_000  # bytes of a router's text or a script; a rendered one has some thousand

_RENDER = "Make them with `landbridge render FILE --out DIR`."
_ONLY_PLAIN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe nobody writes to would hold us for ever


def read(directory: Path) -> Artifacts:
    """The artifacts in a folder.

    Raises LandbridgeError (`syntax`) if they are missing, not whole, of different renders, or not what they should be.
    """
    manifest_file = directory / MANIFEST
    if not os.path.lexists(manifest_file):
        message = f"{directory} holds no artifacts: {MANIFEST} is missing."
        raise LandbridgeError(error("syntax", message, Where(str(manifest_file)), _RENDER))
    manifest_text = _text(str(manifest_file), LARGEST_MANIFEST)
    manifest = manifest_of_text(manifest_text, str(manifest_file))
    routers: dict[str, str] = {}
    scripts: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    with_scripts = _entries(directory / SCRIPTS)
    texts = _entries(directory / ROUTERS)
    curly: set[str] = set()
    for gateway in manifest.gateways:  # their names are checked: none leads out of the folder
        try:
            name = gateway.name
            if f"{name}{CURLY}" in texts and f"{name}{SUFFIX}" not in texts:
                curly.add(name)
            routers[name] = _router(f"{directory}/{text_file(name, curly)}", gateway.text)
            if name in with_scripts:
                folder = directory / SCRIPTS / name
                scripts[name] = {file: _text(str(folder / file), LARGEST) for file in sorted(_entries(folder))}
        except LandbridgeError as problem:
            findings += problem.findings
    stacks: dict[str, str] = {}
    for file in sorted(_entries(directory / STACKS)):
        if file.endswith(TEMPLATE):
            try:
                stacks[file] = _text(str(directory / STACKS / file), LARGEST)
            except LandbridgeError as problem:
                findings += problem.findings
    if findings:
        raise LandbridgeError(*findings)
    return Artifacts(manifest, routers, scripts, lines_of(manifest, manifest_text), frozenset(curly), stacks)


def _router(file: str, stamp: str | None) -> str:
    text = _text(file, LARGEST)
    problem = problem_of(text, stamp, file)
    if problem is not None:
        raise LandbridgeError(problem)
    return text


def _entries(folder: Path) -> frozenset[str]:
    """The names in a folder; none if it isn't there."""
    if folder.is_symlink():
        raise _unreadable(str(folder), "is a symbolic link, which is not followed")
    try:
        return frozenset(entry.name for entry in folder.iterdir())
    except FileNotFoundError:
        return frozenset()
    except OSError as problem:
        raise _unreadable(str(folder), f"can't be read: {problem.strerror}") from None


def _text(file: str, largest: int) -> str:
    """The text of a plain file."""
    try:
        descriptor = os.open(file, _ONLY_PLAIN)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _unreadable(file, "is no plain file")
            with open(descriptor, "rb", buffering=0, closefd=False) as stream:
                data = stream.read(min(status.st_size, largest) + 1)
        finally:
            os.close(descriptor)
        if len(data) > largest:
            raise _unreadable(file, f"has more than {largest // 1_000_000} MB, which nothing of this kind has")
        return data.decode("utf-8")
    except FileNotFoundError:
        raise _unreadable(file, "is missing") from None
    except UnicodeDecodeError as problem:
        raise _unreadable(file, f"is not UTF-8 text: {problem.reason}", data.count(b"\n", 0, problem.start) + 1) from None
    except OSError as problem:
        reason = "is a symbolic link, which is not followed" if problem.errno == errno.ELOOP else f"can't be read: {problem.strerror}"
        raise _unreadable(file, reason) from None


def _unreadable(file: str, problem: str, line: int | None = None) -> LandbridgeError:
    return LandbridgeError(error("syntax", f"{file} {problem}.", Where(file, line), _RENDER))
