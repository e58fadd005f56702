"""From what the schema refuses to findings that say what is wrong in the file's own words, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from landbridge.findings import Finding, Where, error
from landbridge.intent.model import Network
from landbridge.intent.tree import Mapping, Path, dotted, locate, value_at
from landbridge.intent.types import Refused

_LONGEST = 60
_BARE = re.compile(r"[\w./:@+*-]+", re.ASCII)
_FEW = 12  # keys that a message can list


def findings_of(refused: ValidationError, tree: Mapping, file: str) -> list[Finding]:
    """A finding for each thing that the schema refuses."""
    # Where every item of a list is refused, pydantic also counts those left: none.
    problems = [one for one in refused.errors(include_url=False) if not (one["type"] == "too_short" and one["input"])]
    return [_finding(problem, tree, file) for problem in problems]


def shown(value: object) -> str:
    """A value as a message shows it: short, on one line, and harmless to a terminal."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = str(value)
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 3] + "..."
    return text if _BARE.fullmatch(text) else ascii(text) if not text.isprintable() or '"' in text else f'"{text}"'


def _finding(problem: ErrorDetails, tree: Mapping, file: str) -> Finding:
    path = tuple(part for part in problem["loc"] if part != "[key]")
    value = problem["input"]
    kind = problem["type"]
    written, at = value_at(tree, path)
    if kind == "missing" or (written and at is None):
        message, remedy = _missing(path, written)
    elif kind == "extra_forbidden":
        message, remedy = _unknown_key(path)
    elif kind == "value_error":
        return _refused(problem["ctx"]["error"], path, value, tree, file)
    else:
        message, remedy = _wrong(kind, value, problem.get("ctx", {}), path)
    code = "release" if path and path[-1] == "release" and kind == "enum" else "schema"
    return error(code, message, _where(path, tree, file), remedy)


def _where(path: Path, tree: Mapping, file: str) -> Where:
    line, column = locate(tree, path) or (1, 1)
    return Where(file, line, column, dotted(path))


def _refused(why: object, path: Path, value: object, tree: Mapping, file: str) -> Finding:
    """A refusal of our own types and rules. One about a whole part names the part by its place; one about a scalar by its value."""
    if not isinstance(why, Refused):
        return error("schema", f"{shown(value)} can't stand here: {why}.", _where(path, tree, file))
    if isinstance(value, (dict, BaseModel)):
        subject = ""
        path = (*path, why.key) if why.key and value_at(tree, (*path, why.key))[0] else path
    else:
        subject = "this " if why.hidden else f"{shown(value)} "
    return error(why.code, f"{subject}{why.problem}.", _where(path, tree, file), why.remedy)


def _missing(path: Path, written: bool) -> tuple[str, str]:
    model, key = _model_at(path[:-1]), str(path[-1])
    known = model.model_fields.get(key) if model else None
    if written and _model_at(path) is not None:
        return "has no value.", _keys_of(path)
    help_text = f" {known.description}" if known and known.description else ""
    return ("has no value.", f"Write one.{help_text}") if written else ("is missing.", f"Add it.{help_text}")


def _unknown_key(path: Path) -> tuple[str, str]:
    key, model = str(path[-1]), _model_at(path[:-1])
    keys = list(model.model_fields) if model else []
    message = f"{shown(key)} isn't a key that is known here."
    if near := get_close_matches(key.lower(), keys, 1, 0.6):
        remedy = f"Did you mean {near[0]}?"
        return message, f"{remedy} Known here: {', '.join(keys)}." if len(keys) <= _FEW else remedy
    elsewhere = [place for place, other in _parts(Network) if key in other.model_fields and other is not model]
    belongs = f"{key} belongs under {elsewhere[0]}. " if elsewhere else ""
    return message, f"{belongs}Known here: {', '.join(keys)}."


def _wrong(kind: str, value: object, context: dict[str, Any], path: Path) -> tuple[str, str]:
    what = shown(value)
    if kind in ("enum", "literal_error"):
        expected = re.findall(r"'?([\w.-]+)'?", context["expected"].replace(" or ", " "))
        near = get_close_matches(str(value), expected, 1, 0.7) if isinstance(value, str) else []
        remedy = f"Did you mean {near[0]}? Known: {', '.join(expected)}." if near else f"Write {_either(expected)}."
        return f"{what} isn't {_article(path)}.", remedy
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context["ge" if kind == "greater_than_equal" else "le"]
        return f"{what} is too {'small' if 'ge' in context else 'big'}.", f"Write {limit} or {'more' if 'ge' in context else 'less'}."
    if kind in ("too_short", "too_long"):
        return "is empty.", "Write at least one."
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{what} stands where keys and values belong.", _keys_of(path)
    if kind in ("tuple_type", "list_type"):
        example = f"[{value}]" if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable() else "[…]"
        return f"{what} stands where a list belongs.", f"Write {example}, or a line for each that begins with '- '."
    return f"{what} can't stand here.", "See `landbridge schema` for what can."


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _article(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    return f"a known {names[-1]}" if names else "known"


def _keys_of(path: Path) -> str:
    model = _model_at(path)
    if model is None:
        return "Write `key: value` lines below it."
    required = [key for key, known in model.model_fields.items() if known.is_required()]
    return f"Write below it: {', '.join(required or model.model_fields)}."


def _model_at(path: Path) -> type[BaseModel] | None:
    """The part of the schema at a path of the file; None inside a mapping or list of scalars."""
    model: type[BaseModel] | None = Network
    parts = list(path)
    while parts and model is not None:
        known = model.model_fields.get(str(parts.pop(0)))
        if known is None:
            return None
        model = _model_in(known.annotation)
        if get_origin(known.annotation) in (dict, tuple):
            if not parts:
                return None  # the mapping or list itself
            parts.pop(0)  # the name or number of one of its parts
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for one in get_args(annotation) if (model := _model_in(one))), None)


def _parts(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Every part of the schema and the key that it stands under."""
    for key, known in model.model_fields.items():
        if part := _model_in(known.annotation):
            yield key, part
            yield from _parts(part)
