"""What a deployment would do, what it does while it does it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from landbridge.aws.calling import Place
from landbridge.findings import Finding, Severity

Action = Literal["create", "update", "destroy", "keep"]
Change = Literal["add", "modify", "replace", "perhaps replace", "remove"]


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What becomes of one resource of a stack."""

    change: Change
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class TableChange:
    """A route table of an existing VPC that joins the network, or leaves it."""

    change: Literal["add", "remove"]
    id: str


@dataclass(frozen=True, slots=True)
class StackChange:
    """What becomes of one stack. `after` are the stacks that change before it: as their outputs aren't known yet, more of it may change
    than is listed. `parameters` are those with a new value; `tables` join the network, or leave it, with the stack."""

    name: str
    kind: str
    owner: str
    place: Place
    action: Action
    resources: tuple[ResourceChange, ...] = ()
    parameters: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    tables: tuple[TableChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment would do, a stack a line, in the order that they may be done in; `findings` are what it wouldn't do."""

    network: str
    stacks: tuple[StackChange, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def changes(self) -> tuple[StackChange, ...]:
        """The stacks to which something happens, or may happen once others have changed."""
        return tuple(stack for stack in self.stacks if stack.action != "keep" or stack.after or stack.tables)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened while a deployment is under way: to a stack, or to one of its resources."""

    stack: str
    status: str
    resource: str = ""
    type: str = ""
    reason: str = ""


Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a deployment or a removal. `waiting` are the stacks that weren't begun, each with the failed ones it waits for."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    destroyed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    waiting: tuple[tuple[str, tuple[str, ...]], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed and not self.waiting and all(one.severity is not Severity.ERROR for one in self.findings)
