"""Patterns of policies: `*` and `?`, policy variables, and ARNs, part by part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{([^},]+?)(?:\s*,\s*'([^']*)')?\s*\}")
_MARKS = {"*": "\x00", "?": "\x01", "$": "$"}  # a star that is a star, in a pattern: nothing else has these two characters
_PARTS = 6  # of an ARN: arn, partition, service, Region, account, resource


def _plain(text: str) -> str:
    return text.replace("\x00", "*").replace("\x01", "?")


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(one) or re.escape(_plain(one)) for one in pattern), re.DOTALL)


@lru_cache(maxsize=4096)
def _of_resources(pattern: str) -> re.Pattern[str]:
    """No `*` inside one of the first five parts reaches into the next; one that ends its part may."""
    found: list[str] = []
    parts = 0
    for at, one in enumerate(pattern):
        within = parts < _PARTS - 1 and pattern[at + 1 : at + 2] not in ("", ":")
        if one == "*":
            found.append("[^:]*" if within else ".*")
        elif one == "?":
            found.append("[^:]" if parts < _PARTS - 1 else ".")
        else:
            found.append(re.escape(_plain(one)))
        parts += one == ":"
    return re.compile("".join(found), re.DOTALL)


def glob(value: str, pattern: str) -> bool:
    """Whether a text is as the pattern has it, with `*` for any characters and `?` for one."""
    return _expression(pattern).fullmatch(value) is not None


def resource_like(value: str, pattern: str) -> bool:
    """Whether a resource is as a statement's pattern has it."""
    return pattern == "*" or _of_resources(pattern).fullmatch(value) is not None


def arn_like(value: str, pattern: str) -> bool:
    """Whether an ARN is as a condition's pattern has it, each of its six parts for itself."""
    values, patterns = value.split(":", _PARTS - 1), pattern.split(":", _PARTS - 1)
    if pattern == "*" or len(values) < _PARTS or len(patterns) < _PARTS:
        return pattern == "*" or value == pattern
    return all(glob(*both) for both in zip(values, patterns, strict=True))


def filled(text: str, known: Mapping[str, tuple[str, ...]], *, literal: bool = False, on: bool = True) -> str | None:
    """A policy's text with its variables' values, in which no character is a pattern's; None where one has none.

    `literal`: the text is no pattern. `on`: whether its policy has variables, which those before version 2012-10-17 don't.
    """
    if not on or "${" not in text:
        return text
    pieces: list[str] = []
    end = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        name, default = match[1].strip(), match[2]
        if name in _MARKS:
            value: str | None = name
        else:
            values = known.get(name.lower(), ())
            value = values[0] if len(values) == 1 else default
        if value is None:
            return None
        pieces.append(value if literal else "".join(_MARKS.get(one, one) for one in value))
    return "".join([*pieces, text[end:]])
