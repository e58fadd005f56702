"""Patterns of policies: `*` and `?`, policy variables, and ARNs, part by part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_VARIABLE = re.compile(r"\$\{([^},]+?)(?:\s*,\s*'([^']*)')?\s*\}")
_MARKS = {"*": "\x00", "?": "\x01", "$": "$"}  # a star that is a star, in a pattern: nothing else has these two characters
_PARTS = 6  # of an ARN: arn, partition, service, Region, account, resource


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(one) or re.escape(_plain(one)) for one in pattern), re.DOTALL)


def _plain(text: str) -> str:
    return text.replace("\x00", "*").replace("\x01", "?")


def glob(value: str, pattern: str) -> bool:
    """Whether a text is as the pattern has it, with `*` for any characters and `?` for one."""
    return _expression(pattern).fullmatch(value) is not None


def arn_like(value: str, pattern: str) -> bool:
    """Whether an ARN is as the pattern has it, each of its six parts for itself: no `*` of a part reaches into the next."""
    if pattern == "*":
        return True
    values, patterns = value.split(":", _PARTS - 1), pattern.split(":", _PARTS - 1)
    if len(patterns) < _PARTS and not pattern.endswith("*"):
        return False
    if len(patterns) < _PARTS:  # a `*` at the end stands for all that follows
        patterns += ["*"] * (_PARTS - len(patterns))
    return len(values) == _PARTS and all(glob(*both) for both in zip(values, patterns, strict=True))


def filled(text: str, known: Mapping[str, tuple[str, ...]], *, literal: bool = False, on: bool = True) -> str | None:
    """A policy's text with its variables' values, in which no character is a pattern's; None where one has none, so that nothing matches.

    `literal`: the text is no pattern. `on`: whether its policy has variables, which those before version 2012-10-17 don't.
    """
    if not on:
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
