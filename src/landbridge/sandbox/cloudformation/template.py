"""A template's text as a value: YAML with the short forms of functions, or JSON; and what of it is wrong at first sight."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml

from landbridge.sandbox.server.foreign import Foreign, Props

SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
}
PSEUDO = ("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")


class InvalidError(Exception):
    """What CloudFormation answers as a ValidationError."""


class _Loader(yaml.CSafeLoader):
    """Dates stay text; a key may not stand twice."""


def _short(loader: _Loader, suffix: str, node: yaml.Node) -> Foreign:
    value: Foreign
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse(text: str) -> Props:
    """The template. Raises Invalid."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as problem:
        raise InvalidError(
            f"Template format error: {'JSON' if text.lstrip().startswith('{') else 'YAML'} not well-formed. ({problem})"
        ) from None
    if not isinstance(found, dict):
        raise InvalidError("Template format error: unsupported structure.")
    if unknown := sorted(set(found) - SECTIONS):
        raise InvalidError(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources = found.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise InvalidError("Template format error: At least one Resources member must be defined.")
    for name, resource in resources.items():
        if not re.fullmatch(r"[A-Za-z0-9]{1,255}", name):
            raise InvalidError(f"Template format error: Resource name {name} is non alphanumeric.")
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise InvalidError(f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member.")
    unresolved = sorted({name for name, _ in references({"r": resources, "o": found.get("Outputs") or {}})} - known(found))
    if unresolved:
        raise InvalidError(
            f"Template format error: Unresolved resource dependencies [{', '.join(unresolved)}] in the Resources block of the template"
        )
    return found


def known(template: Props) -> set[str]:
    """What a Ref may name."""
    return {*template["Resources"], *(template.get("Parameters") or {}), *(f"AWS::{name}" for name in PSEUDO)}


def references(value: Foreign) -> Iterator[tuple[str, str | None]]:
    """The names that a value refers to, each with the attribute that is asked for (None: its Ref)."""
    if isinstance(value, list):
        for one in value:
            yield from references(one)
    if not isinstance(value, dict):
        return
    if len(value) == 1:
        ((function, given),) = value.items()
        if function == "Ref" and isinstance(given, str):
            yield given, None
            return
        if function == "Fn::GetAtt":
            name, attribute = given.split(".", 1) if isinstance(given, str) else (given[0], given[1])
            yield name, attribute if isinstance(attribute, str) else ""
            return
        if function == "Fn::Sub":
            text, own = (given[0], given[1]) if isinstance(given, list) else (given, {})
            yield from references(own)
            for found in re.findall(r"\$\{([^!}][^}]*)\}", text):
                name, _, attribute = found.strip().partition(".")
                if name not in own:
                    yield name, attribute or None
            return
    for one in value.values():
        yield from references(one)


def order(template: Props, names: set[str]) -> list[str]:
    """The resources, each after those that it needs. Raises InvalidError where they go in a circle."""
    resources = template["Resources"]
    needs = {}
    for name in sorted(names):
        resource = resources[name]
        after = resource.get("DependsOn", [])
        found = {one for one, _ in references({key: value for key, value in resource.items() if key != "Metadata"})}
        needs[name] = (found | set([after] if isinstance(after, str) else after)) & names - {name}
    done: list[str] = []
    while needs:
        ready = [name for name in needs if needs[name] <= set(done)]
        if not ready:
            raise InvalidError(f"Circular dependency between resources: [{', '.join(needs)}]")
        for name in ready:
            done.append(name)
            del needs[name]
    return done
