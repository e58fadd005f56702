"""YAML as a tree of plain values that remember where they stand.

Built from the C parser's events, which is six times as fast as composing nodes and takes no recursion. Every scalar stays the
text that was written (an unquoted empty one or `null` is None): what it means is for the schema to say, so that `release: 1.10`
isn't a number and `zone: no` isn't a boolean. Aliases share one value; their expanded size is bounded.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from landbridge.findings import Finding, LandbridgeError, Where, error
from landbridge.intent.syntax import explain

DEEPEST = 40
MOST_KEYS = 50_000  # of one mapping: ten times the sites that a Transit Gateway takes
MOST_ITEMS = 1_000  # of one list
MOST_ALIASED = 250_000  # values; 5,000 sites that share a gateway of ten keys have 55,000
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_KNOWN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge"))
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


class Mapping(dict[str, Any]):
    """A mapping; `marks` has the place of each key, in order: line << 32 | column, both from 0."""

    __slots__ = ("_order", "marks", "weight")

    def __init__(self) -> None:
        self.marks = array("Q")
        self.weight = 1
        self._order: dict[str, int] = {}

    def mark_of(self, key: str) -> int:
        """The place of a key that is there."""
        if len(self._order) != len(self):  # asked for only where something is to be said of the file
            self._order = {one: number for number, one in enumerate(self)}
        return self.marks[self._order[key]]


class Sequence(list[Any]):
    """A list; `marks` has the place of each item."""

    __slots__ = ("marks", "weight")

    def __init__(self) -> None:
        self.marks = array("Q")
        self.weight = 1


Value = Mapping | Sequence | str | None


@dataclass(slots=True)
class _Open:
    """A collection that isn't finished: what it will be, where it began, the key that waits for a value, and what to merge into it."""

    value: Mapping | Sequence
    anchor: str | None
    mark: int
    key: str | None = None
    key_mark: int = 0
    has_key: bool = False
    merges: list[Mapping] = field(default_factory=list)


def parse(text: str, file: str) -> tuple[Mapping, list[Finding]]:
    """The top level of a YAML text, and what is wrong with it that doesn't hinder reading on (keys written twice).

    Raises LandbridgeError where it can't be read at all.
    """
    try:
        return _Builder(text, file).build()
    except yaml.MarkedYAMLError as problem:
        raise LandbridgeError(explain(problem, text, file)) from None
    except yaml.YAMLError as problem:
        raise LandbridgeError(error("syntax", f"isn't YAML: {problem}.", Where(file))) from None


def locate(tree: Mapping, path: Path) -> tuple[int, int] | None:
    """Line and column (from 1) of a key or item, or of the nearest parent that there is; None for the top level itself."""
    found: int | None = None
    value: object = tree
    for part in path:
        if isinstance(value, Mapping) and (key := str(part)) in value:
            found = value.mark_of(key)
            value = value[key]
        elif isinstance(value, Sequence) and isinstance(part, int) and 0 <= part < len(value):
            found = value.marks[part]
            value = value[part]
        else:
            break
    return None if found is None else _line_column(found)


def value_at(tree: Mapping, path: Path) -> tuple[bool, object]:
    """Whether something is written at a path, and what."""
    value: object = tree
    for part in path:
        if isinstance(value, Mapping) and str(part) in value:
            value = value[str(part)]
        elif isinstance(value, Sequence) and isinstance(part, int) and 0 <= part < len(value):
            value = value[part]
        else:
            return False, None
    return True, value


def _line_column(mark: int) -> tuple[int, int]:
    return (mark >> 32) + 1, (mark & 0xFFFFFFFF) + 1


class _Builder:
    """Builds the tree, an event at a time, on a stack of open collections."""

    def __init__(self, text: str, file: str) -> None:
        self._next = _Loader(text).get_event
        self._file = file
        self._stack: list[_Open] = []
        self._anchors: dict[str, Value] = {}
        self._aliased = 0
        self._findings: list[Finding] = []
        self._root: list[Value] = []

    def build(self) -> tuple[Mapping, list[Finding]]:
        documents = 0
        while True:
            event = self._next()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._start(event, Mapping())
            elif kind is yaml.SequenceStartEvent:
                self._start(event, Sequence())
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._end()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self._stop(_mark(event), "a second YAML document begins here.", "A network is one document: remove the line ---.")
            elif kind is yaml.StreamEndEvent:
                break
        root = self._root[0] if self._root else None
        if root is None:
            what = "is empty." if not documents else "has nothing but comments."
            raise LandbridgeError(error("syntax", what, Where(self._file), "`landbridge init` writes a network file to begin with."))
        if not isinstance(root, Mapping):
            what = "a list" if isinstance(root, Sequence) else "one piece of text"
            remedy = "A network file begins with `version: 1`; `landbridge init` writes one."
            raise LandbridgeError(error("syntax", f"the top level is {what}, not keys and values.", Where(self._file, 1, 1), remedy))
        return root, self._findings

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if event.tag is not None:
            self._check_tag(event)
        plain = event.implicit[0]
        value: str | None = None if plain and event.value in _NULLS else event.value
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        self._add(value, _mark(event), merges=plain and value == "<<")

    def _start(self, event: yaml.CollectionStartEvent, value: Mapping | Sequence) -> None:
        stack = self._stack
        if event.tag is not None:
            self._check_tag(event)
        if len(stack) >= DEEPEST:
            self._stop(_mark(event), f"goes more than {DEEPEST} levels deep.", "No network file does; look for a bracket too many.")
        if stack and isinstance(stack[-1].value, Mapping) and not stack[-1].has_key:
            what = "a mapping or list stands where a key must be."
            self._stop(_mark(event), what, "A key is one word; put text that begins with { or [ in quotes.")
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        stack.append(_Open(value, event.anchor, _mark(event)))

    def _end(self) -> None:
        done = self._stack.pop()
        value = done.value
        if isinstance(value, Mapping):
            for merged in done.merges:
                for (key, item), mark in zip(merged.items(), merged.marks, strict=True):
                    if key not in value:
                        value[key] = item
                        value.marks.append(mark)
        if done.anchor is not None:
            self._anchors[done.anchor] = value
        self._add(value, done.mark)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name, mark = event.anchor or "", _mark(event)
        if name not in self._anchors:
            if any(one.anchor == name for one in self._stack):
                self._stop(mark, f"*{name} stands inside &{name} itself, so it would never end.", "Write out what is meant.")
            self._stop(mark, f"*{name} refers to nothing: there is no &{name} above.", "Correct the name, or put text in quotes.")
        value = self._anchors[name]
        self._borrow(value, mark)
        self._add(value, mark)

    def _borrow(self, value: Value, mark: int) -> None:
        self._aliased += value.weight if isinstance(value, (Mapping, Sequence)) else 1
        if self._aliased > MOST_ALIASED:
            what = f"aliases (*) repeat more than {MOST_ALIASED:,} values."
            self._stop(mark, what, "No network needs that; write out what is meant.")

    def _add(self, value: Value, mark: int, merges: bool = False) -> None:
        """Puts a finished value where it belongs: into the list that is open, or as the key or value of the open mapping."""
        if not self._stack:
            self._root.append(value)
            return
        top = self._stack[-1]
        into = top.value
        if isinstance(into, Sequence):
            into.append(value)
            into.marks.append(mark)
            if len(into) > MOST_ITEMS:
                self._stop(top.mark, f"a list has more than {MOST_ITEMS:,} items.", "No network needs that; look for what slipped in.")
        elif not top.has_key:
            if not isinstance(value, str):
                self._stop(mark, "a key is missing before ':'." if value is None else "a key must be one word.", "Write the key.")
            top.key, top.key_mark, top.has_key = None if merges else value, mark, True
            return
        else:
            if top.key is None:
                self._merge(top, value)
            elif top.key in into:
                self._twice(top, into)
            else:
                into[top.key] = value
                into.marks.append(top.key_mark)
                if len(into) > MOST_KEYS:
                    self._stop(top.mark, f"a mapping has more than {MOST_KEYS:,} keys.", "No network needs that; look for what slipped in.")
            top.has_key = False
        into.weight += value.weight if isinstance(value, (Mapping, Sequence)) else 1

    def _merge(self, top: _Open, value: Value) -> None:
        for one in value if isinstance(value, Sequence) else [value]:
            if not isinstance(one, Mapping):
                self._stop(top.key_mark, "<< takes keys from a mapping, and this isn't one.", "Name an anchor that stands on a mapping.")
            self._borrow(one, top.key_mark)
            top.merges.append(one)

    def _twice(self, top: _Open, into: Mapping) -> None:
        if len(self._findings) >= MOST_ITEMS:
            return  # enough has been said
        line, column = _line_column(top.key_mark)
        first, _ = _line_column(into.mark_of(str(top.key)))
        where = Where(self._file, line, column, dotted(_path(self._stack)))
        self._findings.append(error("syntax", f"is written twice; the first stands in line {first}.", where, "Keep one of them."))

    def _check_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        tag = event.tag or ""
        if tag not in _KNOWN_TAGS and tag != "!":
            self._stop(_mark(event), f"the tag {tag[:60]} means nothing in a network file.", "Remove it.")

    def _stop(self, mark: int, message: str, remedy: str) -> NoReturn:
        line, column = _line_column(mark)
        raise LandbridgeError(error("syntax", message, Where(self._file, line, column, dotted(_path(self._stack))), remedy))


def _mark(event: yaml.Event) -> int:
    start: Any = event.start_mark
    return int(start.line << 32 | start.column)


def _path(stack: list[_Open]) -> Path:
    """Where the builder stands: the key or number of each open collection."""
    path: list[str | int] = []
    for one in stack:
        if isinstance(one.value, Sequence):
            path.append(len(one.value))
        elif one.has_key:
            path.append("<<" if one.key is None else one.key)
    return tuple(path)


_BARE = re.compile(r"[\w./-]{1,80}")


def dotted(path: Path) -> str:
    """A path as errors show it: sites.virginia.vpc.subnets[1].cidr."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if _BARE.fullmatch(part) else ascii(part if len(part) <= 60 else part[:57] + "...")
            text += f".{shown}" if text else shown
    return text
