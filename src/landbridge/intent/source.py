"""A file's text: read with a bound, and refused where it isn't text that YAML allows."""

from __future__ import annotations

import re
from pathlib import Path

from landbridge.findings import Finding, LandbridgeError, Where, error

LARGEST_MB = 20  # 5,000 sites take about 5
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def read(path: Path) -> str:
    """The text of a YAML file.

    Raises LandbridgeError where there is no such file, it is too big, or it isn't text.
    """
    file = str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST_MB * 1_000_000 + 1)  # never the whole of what may have no end
    except FileNotFoundError:
        raise LandbridgeError(_missing(path)) from None
    except IsADirectoryError:
        raise LandbridgeError(error("syntax", "is a folder.", Where(file), "Name the network file in it.")) from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise LandbridgeError(error("syntax", f"can't be read: {reason}.", Where(file))) from None
    if len(data) > LARGEST_MB * 1_000_000:
        finding = error("syntax", f"is bigger than {LARGEST_MB} MB, which no network file is.", Where(file), "Name the right file.")
        raise LandbridgeError(finding)
    text = _decode(data, file)
    if bad := _NOT_YAML.search(text):
        line, column = _place(text, bad.start())
        what = f"the character U+{ord(bad[0]):04X} can't stand in a text file."
        raise LandbridgeError(error("syntax", what, Where(file, line, column), "Remove it."))
    return text


def _missing(path: Path) -> Finding:
    if path.name == "network.yaml":
        return error("syntax", "there is no such file.", Where(str(path)), "Name your network file, or write one with `landbridge init`.")
    return error("syntax", "there is no such file.", Where(str(path)), "Check its name; `landbridge init` writes a new one.")


def _decode(data: bytes, file: str) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            raise LandbridgeError(error("syntax", f"is saved as {name}.", Where(file, 1, 1), "Save it as UTF-8."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line, column = _place(data[: problem.start].decode("utf-8-sig"), problem.start)
        what = f"the byte 0x{data[problem.start]:02X} isn't UTF-8."
        raise LandbridgeError(error("syntax", what, Where(file, line, column), "Save the file as UTF-8.")) from None


def _place(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
