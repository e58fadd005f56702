"""What a deployment would do where nothing is yet: known without asking anybody."""

from __future__ import annotations

from landbridge.aws.deploying.graph import building, order
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.model import Plan, StackChange
from landbridge.aws.deploying.template import resources


def from_nothing(ground: Ground) -> Plan:
    """Every stack is created, in the order in which it may be."""
    plans = {plan.name: plan for plan in ground.plans}
    made = [plans[name] for name in order(building(ground.plans))]
    return Plan(
        ground.network,
        tuple(StackChange(one.name, one.kind, one.owner, place(one), "create", resources(one.template)) for one in made),
    )
