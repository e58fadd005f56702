"""A template: its resources by type, and what can be read in their properties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network
from typing import Literal

from landbridge.artifacts.cloud.tree import Block, Items, MisreadError, tree_of
from landbridge.findings import Where

_NUMBER = re.compile(r"-?[0-9]{1,10}")
_LAST_ASN = 4294967295  # no one's (RFC 7300)


@dataclass(frozen=True, slots=True)
class Resource:
    name: str
    properties: Block
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """One stack's. `file` is its name in findings; `parameters` the names of its parameters."""

    file: str
    tree: Block
    parameters: frozenset[str]
    resources: Mapping[str, list[Resource]]

    def of(self, kind: str) -> list[Resource]:
        """The resources of a type (without `AWS::`), in their order."""
        return self.resources.get(f"AWS::{kind}", [])

    def named(self, kind: str, name: str | None) -> Resource | None:
        return next((one for one in self.of(kind) if one.name == name), None)

    def where(self, one: Resource) -> Where:
        return Where(self.file, one.line, None, f"Resources.{one.name}")


def template_of(text: str, file: str) -> Template:
    """The template in a text. Raises MisreadError."""
    tree = tree_of(text)
    parameters = tree.get("Parameters")
    found: dict[str, list[Resource]] = {}
    for name, value in block(tree, "Resources").items():
        if not isinstance(value, Block):
            raise MisreadError(tree.line, f"the resource {name} is no mapping")
        properties = value.get("Properties")
        made = Resource(name, properties if isinstance(properties, Block) else Block(value.line), value.line)
        found.setdefault(text_in(value, "Type"), []).append(made)
    return Template(file, tree, frozenset(parameters if isinstance(parameters, Block) else ()), found)


def block(parent: Block, key: str) -> Block:
    value = parent.get(key)
    if not isinstance(value, Block):
        raise MisreadError(parent.line, f"{key} is missing, or no mapping")
    return value


def items(parent: Block, key: str) -> Items:
    """A list; empty where the key is missing."""
    value = parent.get(key)
    if value is None:
        return Items(parent.line)
    if not isinstance(value, Items):
        raise MisreadError(parent.line, f"{key} is no list")
    return value


def blocks(parent: Block, key: str) -> Iterator[Block]:
    for one in items(parent, key):
        if not isinstance(one, Block):
            raise MisreadError(parent.line, f"an item of {key} is no mapping")
        yield one


def text_in(parent: Block, key: str, default: str | None = None) -> str:
    value = parent.get(key, default)
    if not isinstance(value, str):
        raise MisreadError(
            parent.line, f"{key} is missing" if value is None else f"{key} isn't written out, and landbridge reads no function here"
        )
    return value


def number_in(parent: Block, key: str, default: int | None = None) -> int:
    value = text_in(parent, key, None if default is None else str(default))
    if not _NUMBER.fullmatch(value):
        raise MisreadError(parent.line, f"{key} is {value!r}, where a whole number is wanted")
    return int(value)


def asn_in(parent: Block, key: str) -> int:
    value = number_in(parent, key)
    if not 0 < value < _LAST_ASN:
        raise MisreadError(parent.line, f"{key} is {value}, where an ASN from 1 to 4294967294 is wanted")
    return value


def prefix_in(parent: Block, key: str) -> IPv4Network:
    value = text_in(parent, key)
    try:
        return prefix_of(value)
    except ValueError:
        raise MisreadError(parent.line, f"{key} is {value!r}, where an IPv4 prefix such as 10.1.0.0/24 is wanted") from None


@lru_cache(1 << 16)
def prefix_of(text: str) -> IPv4Network:
    """The same few prefixes stand in hundreds of lists."""
    return IPv4Network(text)


def referred(value: object) -> str | None:
    """The name that a value refers to: by `Ref`, or by `GetAtt` (whatever the attribute)."""
    if not isinstance(value, Block):
        return None
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, Items) and attribute:
        attribute = attribute[0]
    name = value.get("Ref", attribute)
    return name.partition(".")[0] if isinstance(name, str) else None


def tagged(parent: Block, what: Literal["gateway", "tunnel"]) -> str:
    """The gateway or tunnel that a resource's tags name."""
    for tag in blocks(parent, "Tags"):
        if tag.get("Key") == f"landbridge:{what}":
            return text_in(tag, "Value")
    raise MisreadError(parent.line, f"the tag landbridge:{what} is missing, which says whose it is")
