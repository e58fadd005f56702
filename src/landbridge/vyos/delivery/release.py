"""Which release line a router runs, from what it says of its version."""

from __future__ import annotations

import re

from landbridge.vyos.asking.answer import lines_of, not_understood

COMMAND = "show version"
_VERSION = re.compile(r"Version: +(?:VyOS )?(\S{1,80})(?: .*)?", re.IGNORECASE)
_LINE = re.compile(r"(1\.[1-5])(?:[.\-+].*)?")
# A rolling image's version is a date, or the name of the line to come; both are read as the newest line that is known
_ROLLING = re.compile(r"(?:999\.|20\d\d\.|1\.[6-9]|current|circinus|.*rolling).*")
_NAMES = {"helium": "1.1", "lithium": "1.1", "crux": "1.2", "equuleus": "1.3", "sagitta": "1.4", "circinus": "1.5"}


def release_of(text: str) -> str:
    """The release line ("1.1" to "1.5") in an answer to `show version`. Raises LandbridgeError where it names none."""
    for line in lines_of(text, COMMAND):
        if match := _VERSION.fullmatch(line.strip()):
            word = match[1]
            if known := _LINE.fullmatch(word):
                return known[1]
            if word.lower() in _NAMES:
                return _NAMES[word.lower()]
            if _ROLLING.fullmatch(word):
                return "1.5"
            raise not_understood(COMMAND, "it names a version that isn't known", line)
    raise not_understood(COMMAND, "it names no version", text[:80].partition("\n")[0])


def asks_for_json(release: str) -> bool:
    """Whether its daemons and operational scripts answer in JSON."""
    return release not in ("1.1", "1.2", "1.3")
