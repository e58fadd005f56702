"""YAML as a person writes a template: in the order given, with CloudFormation's short tags, long texts as blocks.

A writer of our own, for a general one takes ten times as long, and a plan of hundreds of sites is waited for. What it writes is read
back by the general one, to the same value (a property test).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

_PLAIN = re.compile(r"[A-Za-z]([A-Za-z0-9 ._/+=@'(),-]*[A-Za-z0-9._/+=@')-])?(::?[A-Za-z0-9]+)*")
_IN_LIST = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")  # where a comma or bracket would end it
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))  # YAML 1.1 takes them for something else
_BLOCK = re.compile(r"[!-~]([ -~\n]*[!-~])?\n")  # of plain ASCII, and with one line break at its end
_SHORT = {"Ref": "!Ref", "Fn::GetAtt": "!GetAtt", "Fn::Sub": "!Sub"}
_LISTS = {"Fn::Select": "!Select", "Fn::Split": "!Split"}

Value = str | int | float | Mapping[str, "Value"] | Sequence["Value"]


def notation(value: Mapping[str, Any]) -> str:
    """The text of a mapping."""
    return "\n".join(_mapping(value, "")) + "\n"


def _mapping(value: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, item in value.items():
        first, *more = _item(item, indent, "- ")
        yield f"{indent}{_scalar(key)}:{first}"
        yield from more


def _item(value: Value, indent: str, dash: str) -> Iterator[str]:
    """What follows a key or a dash: the rest of its line, then the lines below. `dash` begins each line of a list."""
    short = _short(value)
    if short is not None:
        tag, argument = short
        yield from _text(argument, f" {tag}", indent)
    elif isinstance(value, str):
        yield from _text(value, "", indent)
    elif isinstance(value, bool) or not isinstance(value, Mapping | Sequence):
        yield f" {json.dumps(value)}"
    elif not value:
        yield " {}" if isinstance(value, Mapping) else " []"
    elif isinstance(value, Mapping):
        if value.keys() <= _LISTS.keys() and len(value) == 1:
            yield f" {_flow(value)}"
        else:
            yield ""
            yield from _mapping(value, f"{indent}  ")
    else:
        yield ""
        for one in value:
            yield from _entry(one, f"{indent}{dash}", indent)


def _entry(value: Value, start: str, indent: str) -> Iterator[str]:
    """An item of a list: a mapping begins on the dash's own line."""
    if isinstance(value, Mapping) and value and _short(value) is None and not value.keys() <= _LISTS.keys():
        first, *more = _mapping(value, f"{indent}  ")
        yield start + first.removeprefix(f"{indent}  ")
        yield from more
    else:
        first, *more = _item(value, f"{indent}  ", "- ")
        yield start.rstrip() + first
        yield from more


def _text(value: str, tag: str, indent: str) -> Iterator[str]:
    if value.endswith("\n") and _BLOCK.fullmatch(value):
        yield f"{tag} |"
        yield from (f"{indent}  {part}" if part else "" for part in value[:-1].split("\n"))
    else:
        yield f"{tag} {_scalar(value)}"


def _short(value: Value) -> tuple[str, str] | None:
    """A function with one argument, a text, as its short tag and that."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((function, argument),) = value.items()
    if function == "Fn::GetAtt" and isinstance(argument, list | tuple) and all(isinstance(part, str) and part for part in argument):
        argument = ".".join(map(str, argument))
    if function in _SHORT and isinstance(argument, str) and (function == "Fn::Sub" or _IN_LIST.fullmatch(argument.replace("::", "."))):
        return _SHORT[function], argument
    return None


def _flow(value: Value) -> str:
    short = _short(value)
    if short is not None:
        tag, name = short
        return f"{tag} {name if _IN_LIST.fullmatch(name) else _quoted(name)}"
    if isinstance(value, Mapping):
        ((function, argument),) = value.items()
        return f"{_LISTS[function]} {_flow(argument)}" if function in _LISTS else json.dumps(value)
    if isinstance(value, str):
        return value if _IN_LIST.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value)


@lru_cache(maxsize=4096)
def _scalar(value: str) -> str:
    return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS and " #" not in value else _quoted(value)


def _quoted(value: str) -> str:
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(one if one.isprintable() and one not in '"\\' else f"\\U{ord(one):08x}" for one in value) + '"'
