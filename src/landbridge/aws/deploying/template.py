"""What a template says that matters before CloudFormation is asked: its resources, and what its outputs follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import yaml

from landbridge.aws.deploying.model import ResourceChange

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where it is there


class _TemplateLoader(_Loader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms, read as the long ones."""


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _short_form)


@lru_cache(maxsize=2048)
def read(template: str) -> dict[str, Any]:
    """A template as the long form has it."""
    found: dict[str, Any] = yaml.load(template, _TemplateLoader)
    return found


@lru_cache(maxsize=2048)
def resources(template: str) -> tuple[ResourceChange, ...]:
    """Everything that a template makes where nothing is yet. Of one that is written as ours are, that is seen without reading all of it,
    which takes fifty times as long."""
    _, _, section = template.partition("\nResources:\n")
    section = re.split(r"^\S", section, maxsplit=1, flags=re.MULTILINE)[0]
    found = re.findall(r"^  (\w+):\n    Type: (\S+)$", section, re.MULTILINE)
    if found and len(found) == len(re.findall(r"^  \w+:", section, re.MULTILINE)):
        return tuple(ResourceChange("add", name, type_) for name, type_ in found)
    return tuple(ResourceChange("add", name, one["Type"]) for name, one in read(template)["Resources"].items())


def loose_outputs(template: str, changes: Sequence[ResourceChange]) -> frozenset[str]:
    """The outputs that may have another value after these changes. A name (Ref) stays unless its resource is made anew; an attribute
    may follow any change of it."""
    anew = {one.name for one in changes if one.change != "modify"}
    touched = {one.name for one in changes}
    return frozenset(
        key
        for key, output in (read(template).get("Outputs") or {}).items()
        if any(name in (touched if attribute else anew) for name, attribute in _mentions(output["Value"]))
    )


def _mentions(value: Any) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - any part of a template
    """The resources that a value names, and whether it takes an attribute of them."""
    match value:
        case {"Ref": str(name)}:
            yield name, False
        case {"Fn::GetAtt": [str(name), *_]} | {"Fn::GetAtt": str(name)}:
            yield name.split(".")[0], True
        case {"Fn::Sub": text}:
            pattern, given = (text, {}) if isinstance(text, str) else text
            for name in re.findall(r"\$\{([^!}][^}]*)\}", pattern):
                yield name.split(".")[0], "." in name
            yield from _mentions(given)
        case dict():
            for part in value.values():
                yield from _mentions(part)
        case list():
            for part in value:
                yield from _mentions(part)
