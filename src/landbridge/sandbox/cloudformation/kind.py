"""A type of resource: how the API makes, changes and removes one, what it gives out, what may change in place."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from landbridge.sandbox.server import calling
from landbridge.sandbox.server.foreign import Foreign, Props


@dataclass(frozen=True, slots=True)
class Work:
    """One resource of one stack, as it is worked at."""

    account: str
    region: str
    stack: str
    stack_id: str
    logical: str
    tags: Mapping[str, str]  # the stack's

    def call(self, service: str, region: str | None = None) -> Foreign:
        """A client of a service."""
        return calling.client(service, self.account, region or self.region)

    def name(self, longest: int = 64, lower: bool = False) -> str:
        """A name as CloudFormation makes them: the stack's, the resource's, and a few letters."""
        tail = "".join(random.choices(string.ascii_lowercase + string.digits if lower else string.ascii_uppercase + string.digits, k=12))
        head = f"{self.stack}-{self.logical}"[: longest - 13].rstrip("-")
        return f"{head}-{tail}".lower() if lower else f"{head}-{tail}"

    def tagged(self, props: Props, key: str = "Tags") -> list[dict[str, str]]:
        """The resource's tags with the stack's, and those that CloudFormation itself adds."""
        own = props.get(key) or []
        listed = own.items() if isinstance(own, dict) else [(tag["Key"], tag["Value"]) for tag in own]
        system = {
            "aws:cloudformation:stack-name": self.stack,
            "aws:cloudformation:stack-id": self.stack_id,
            "aws:cloudformation:logical-id": self.logical,
        }
        return [{"Key": name, "Value": str(value)} for name, value in {**self.tags, **dict(listed), **system}.items()]

    def specified(self, props: Props, kind: str) -> list[Props]:
        """The same, as EC2 takes them when something is made."""
        return [{"ResourceType": kind, "Tags": self.tagged(props)}]


Attributes = Mapping[str, Foreign]


def _no_attributes(_: Work, __: str, ___: Props) -> Attributes:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """`create` hands out the physical id (what Ref gives, unless `ref` says otherwise). A change of a property in `fixed` means another
    one; "*" stands for all. Without `update` no change is possible in place."""

    type: str
    create: Callable[[Work, Props], str]
    delete: Callable[[Work, str, Props], object]
    update: Callable[[Work, str, Props, Props], object] | None = None
    attributes: Callable[[Work, str, Props], Attributes] = _no_attributes
    fixed: frozenset[str] = frozenset()
    ref: Callable[[str], str] = lambda physical: physical
    gone: frozenset[str] = frozenset()  # errors at removal that mean that it is gone already

    def replaced(self, changed: Iterable[str]) -> bool:
        """Whether a change of these properties needs another one."""
        return self.update is None or "*" in self.fixed or not self.fixed.isdisjoint(changed)


def picked(props: Props, *names: str, **renamed: str) -> Props:
    """Of the properties those with these names that are there; `theirs="Ours"` takes ours under the API's name."""
    found = {name: props[name] for name in names if name in props}
    return found | {theirs: props[ours] for theirs, ours in renamed.items() if ours in props}


def whole(value: Foreign) -> int:
    """A number, of which templates make texts."""
    return int(value)


def yes(value: Foreign) -> bool:
    """A truth, of which templates make texts."""
    return value if isinstance(value, bool) else str(value).lower() == "true"
