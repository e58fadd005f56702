"""A router's answer before anything is read from it: not too long, plain text, and the error where it is neither."""

from __future__ import annotations

import json
import re
from typing import Any

from landbridge.findings import LandbridgeError, error

LONGEST = 4 * 1024 * 1024  # characters; a full table of one gateway's routes has a twentieth of it
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)([BKMGTP]?)")
_UNITS = {"": 0, "B": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}
_SPAN = re.compile(r"(\d{1,9}) ?(years?|weeks?|days?|hours?|minutes?|seconds?|[ywdhms])(?:, ?)?")
_SECONDS = {"y": 31_536_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_CLOCK = re.compile(r"(\d{1,3}):(\d\d):(\d\d)")


def lines_of(text: str, command: str) -> list[str]:
    """The lines of an answer to `command`, without line ends. Raises LandbridgeError for what is no plain text, or too much of it."""
    if len(text) > LONGEST:
        raise not_understood(command, f"it has {len(text):,} characters")
    text = text.replace("\r\n", "\n")
    if "\r" in text or _CONTROL.search(text):
        raise not_understood(command, "it has control characters")
    return [line.rstrip() for line in text.split("\n")]


def json_of(text: str, command: str) -> Any:  # noqa: ANN401 - it is what the router says; who asks looks
    """The JSON value of an answer. Raises LandbridgeError where it is none."""
    if len(text) > LONGEST:
        raise not_understood(command, f"it has {len(text):,} characters")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise not_understood(command, "it is no JSON") from None


def not_understood(command: str, why: str, line: str = "") -> LandbridgeError:
    """The error of an answer that can't be read; `line` is the part of it that shows why."""
    shown = f" ({_plain(line)!a})" if line else ""
    remedy = "Look at it on the router: is it of the release that was asked for?"
    return LandbridgeError(error("router", f"the answer to `{command}` can't be understood: {why}{shown}.", remedy=remedy))


def _plain(line: str) -> str:
    return line.strip()[:80]


def size(word: str) -> int | None:
    """The bytes that `5.2K`, `0B` or `712` mean; None for anything else (`n/a`)."""
    match = _SIZE.fullmatch(word)
    return int(float(match[1]) * 1024 ** _UNITS[match[2]]) if match else None


def span(text: str) -> int | None:
    """The seconds that `06:05:40`, `1d02h33m`, `14 seconds` or `6h40m33s` mean; None for anything else (`never`)."""
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3])
    position, total = 0, 0
    while match := _SPAN.match(text, position):
        total += int(match[1]) * _SECONDS[match[2][0]]
        position = match.end()
    return total if position and position == len(text) else None


def whole(value: object) -> int | None:
    """A count from JSON, which vici's answers have as text; None for anything else."""
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
