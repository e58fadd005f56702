"""What a network stands on: its stacks' names in AWS, each account and Region's base, and the one base that holds the lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.aws.calling import Place
from landbridge.aws.model import StackPlan
from landbridge.findings import LandbridgeError, error
from landbridge.heal import tags

BUCKET, TABLE = "Bucket", "Table"  # outputs of a base stack


@dataclass(frozen=True, slots=True)
class Ground:
    """A network's stacks as planned."""

    network: str
    plans: tuple[StackPlan, ...]

    def plan(self, name: str) -> StackPlan:
        return next(plan for plan in self.plans if plan.name == name)

    def base(self, plan: StackPlan) -> StackPlan | None:
        """The base of a stack's account and Region."""
        there = (plan.account, plan.region)
        return next((one for one in self.plans if one.kind == "base" and (one.account, one.region) == there), None)

    @property
    def anchor(self) -> StackPlan:
        """The base whose table holds the lock: the hub's. It is the first to come and the last to go."""
        hub = next((plan for plan in self.plans if plan.kind == "hub"), None)
        base = self.base(hub) if hub else None
        if base is None:
            raise LandbridgeError(error("stack", f"the network {self.network} has no hub with a base stack."))
        return base

    def stack_tags(self, plan: StackPlan) -> list[dict[str, str]]:
        """The tags of a stack. CloudFormation hands them on to all in it, so they are only those that all of it may bear: no owner, by
        which `heal` knows the route tables that it leads routes through."""
        return [{"Key": tags.NETWORK, "Value": self.network}, {"Key": tags.STACK, "Value": plan.kind}]

    @property
    def places(self) -> tuple[Place, ...]:
        return places(self.plans)


def place(plan: StackPlan) -> Place:
    return Place(plan.account, plan.region)


def places(plans: Sequence[StackPlan]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place(plan) for plan in plans))
