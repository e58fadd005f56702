"""YAML with CloudFormation's short tags, as values that remember their line.

Every scalar stays the text that was written (an unquoted empty one or `null` is None), so that `IpProtocol: 50` and `'50'` are one. A tag
becomes the long form of its function: `!Ref X` is {"Ref": "X"}, `!Sub X` {"Fn::Sub": "X"}. Built event by event, without recursion.
"""

from __future__ import annotations

from typing import Any

import yaml


class MisreadError(Exception):
    """A template that isn't what it should be: the line (None: the whole of it), and what is wrong there."""

    def __init__(self, line: int | None, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


class Block(dict[str, object]):
    """A mapping; `line` is that of its key, or of its dash."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        self.line = line


class Items(list[object]):
    """A list; `line` is that of its key, or of its dash."""

    __slots__ = ("line",)

    def __init__(self, line: int) -> None:
        self.line = line


_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_END = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_START = (yaml.MappingStartEvent, yaml.SequenceStartEvent)


def tree_of(text: str) -> Block:
    """The mapping that a text is. Raises MisreadError."""
    try:
        value = _build(text)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise MisreadError(mark.line + 1 if mark else None, str(problem.problem or problem.context)) from None
    except (yaml.YAMLError, UnicodeError) as problem:
        raise MisreadError(None, f"it can't be read as text: {str(problem).splitlines()[0]}") from None
    if len(value) != 1 or not isinstance(value[0], Block):
        raise MisreadError(1, "it is no mapping, as a template is")
    return value[0]


def _build(text: str) -> Items:
    root = Items(1)
    inner: Block | Items = root
    outer: list[Block | Items] = []
    key: str | None = None
    line = 1
    event: Any  # which kind it is, is asked by its type
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if type(inner) is Block and key is None:
                key, line = event.value, event.start_mark.line + 1
                if key in inner:
                    raise MisreadError(line, f"{key} is there twice")
                continue
            value: object = None if event.implicit[0] and event.value in _NULLS else event.value
        elif kind in _START:
            if type(inner) is Block and key is None:
                raise MisreadError(event.start_mark.line + 1, "a key is plain text")
            value = (Block if kind is yaml.MappingStartEvent else Items)(line if key is not None else event.start_mark.line + 1)
        elif kind in _END:
            inner = outer.pop()
            continue
        elif kind is yaml.AliasEvent:
            raise MisreadError(event.start_mark.line + 1, "CloudFormation knows no aliases")
        else:
            continue
        made = value
        if event.tag is not None:
            made = _tagged(event.tag, value, line if key is not None else event.start_mark.line + 1)
        if type(inner) is Block:
            assert key is not None
            inner[key] = made
            key = None
        else:
            inner.append(made)  # type: ignore[union-attr] # what isn't a Block is Items
        if kind in _START:
            outer.append(inner)
            inner = value  # type: ignore[assignment] # it begins, so it is one of the two
    return root


def _tagged(tag: str, value: object, line: int) -> object:
    """A value with a tag as the function that the tag stands for."""
    if not tag.startswith("!") or len(tag) == 1:
        return value
    name = tag[1:]
    function = Block(line)
    function[name if name in ("Ref", "Condition") else f"Fn::{name}"] = value
    return function
