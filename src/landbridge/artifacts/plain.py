"""Text of our own making (manifest, lock) as plain values: dicts, lists, strings, whole numbers, booleans, None.

JSON is read by `json`; anything else as YAML, of which only what such files need is taken: one document, no anchors, no tags, no key
twice, no deep nesting. It is read event by event, without recursion, so a hostile file costs no more than its length.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

import yaml

from landbridge.findings import LandbridgeError, Where, error

Path = tuple[str | int, ...]

DEEPEST = 12
LARGEST = 200_000_000  # characters; 5,000 sites have 10,000,000
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


def parse_plain(text: str, file: str) -> object:
    """The value of a text in JSON or YAML; `file` is its name in errors. Raises LandbridgeError (`syntax`)."""
    if len(text) > LARGEST:
        raise LandbridgeError(error("syntax", f"{len(text):,} characters are more than any such file has.", Where(file)))
    if text.startswith("{"):
        try:
            value: object = json.loads(text, object_pairs_hook=_without_repeats)
            return value
        except (ValueError, RecursionError):
            pass  # YAML then, or a better error
    return _yaml(text, file, None)


def place_of(text: str, file: str, path: Path) -> Where:
    """Where in the text the value at a path is (the nearest enclosing one that there is)."""
    marks: dict[Path, tuple[int, int]] = {}
    try:
        _yaml(text, file, marks)
    except LandbridgeError:
        return Where(file)
    at = next((path[:length] for length in range(len(path), -1, -1) if path[:length] in marks), None)
    line, column = marks[at] if at is not None else (None, None)
    return Where(file, line, column)


def dotted(path: Path) -> str:
    """A path as people write it: `vpcs[3].subnets[0].cidr`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is there twice")
    return value


def _yaml(text: str, file: str, marks: dict[Path, tuple[int, int]] | None) -> object:
    try:
        return _build(yaml.parse(text, Loader=yaml.CSafeLoader), file, marks)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = Where(file, mark.line + 1, mark.column + 1) if mark else Where(file)
        raise LandbridgeError(error("syntax", f"{problem.problem or problem.context}.", where, "Mend it, or make the file anew.")) from None
    except (yaml.YAMLError, UnicodeError) as problem:
        message = f"can't be read as text: {str(problem).splitlines()[0]}."
        raise LandbridgeError(error("syntax", message, Where(file), "Mend it, or make the file anew.")) from None


class _Open:
    """A mapping or list whose end hasn't come yet. `key` is a mapping's key that waits for its value."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: dict[str, object] | list[object], path: Path) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


def _build(events: Iterable[yaml.Event], file: str, marks: dict[Path, tuple[int, int]] | None) -> object:
    result: list[object] = []
    stack: list[_Open] = [_Open(result, ())]
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            inner, value = stack[-1], _scalar(event, file)
            if isinstance(inner.value, dict) and inner.key is None:
                inner.key = event.value
                if inner.key in inner.value:
                    raise _refused(event, file, f"{inner.key!r} is there twice")
                if marks is not None:
                    marks[(*inner.path, inner.key)] = _mark(event)
                continue
            _put(inner, value, event, marks)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if event.anchor is not None or event.tag is not None or len(stack) > DEEPEST:
                raise _refused(event, file, "anchors, tags and nesting this deep have no place here")
            inner = stack[-1]
            if isinstance(inner.value, dict) and inner.key is None:
                raise _refused(event, file, "a key is plain text")
            collection: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
            stack.append(_Open(collection, _put(inner, collection, event, marks)))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise _refused(event, file, "aliases have no place here")
    if len(result) != 1:
        raise LandbridgeError(error("syntax", "the file is empty." if not result else "the file has several documents.", Where(file)))
    return result[0]


def _put(inner: _Open, value: object, event: yaml.Event, marks: dict[Path, tuple[int, int]] | None) -> Path:
    """Add a value to what is open, and say its path."""
    if isinstance(inner.value, list):
        path = (*inner.path, len(inner.value)) if inner.path else ()
        inner.value.append(value)
    else:
        assert inner.key is not None
        path = (*inner.path, inner.key)
        inner.value[inner.key] = value
        inner.key = None
    if marks is not None:
        marks.setdefault(path, _mark(event))
    return path


def _scalar(event: yaml.ScalarEvent, file: str) -> str | int | bool | None:
    if event.anchor is not None or event.tag is not None:
        raise _refused(event, file, "anchors and tags have no place here")
    text: str = event.value
    if not event.implicit[0]:  # it was quoted
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return int(text) if _NUMBER.fullmatch(text) else text


def _mark(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refused(event: yaml.Event, file: str, problem: str) -> LandbridgeError:
    return LandbridgeError(error("syntax", f"{problem}.", Where(file, *_mark(event)), "Mend it, or make the file anew."))
