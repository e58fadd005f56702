"""Which stack waits for which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from landbridge.aws.model import Kind, StackPlan
from landbridge.findings import LandbridgeError, error

Graph = Mapping[str, tuple[str, ...]]  # each stack, and those that it waits for

KINDS: tuple[Kind, ...] = ("base", "heal", "hub", "edge", "vpn", "gateways")
# Healing ends before what it heals goes, or it would bring that back; what holds state goes last.
GOING: tuple[str, ...] = ("heal", "gateways", "vpn", "edge", "hub", "base")


def building(plans: Sequence[StackPlan]) -> Graph:
    """The order to build in: what each needs, and beside that the base of its own account and Region, where its objects lie, and the
    heal stack there before any gateways, or their first launch would be missed."""
    graph = {}
    for plan in plans:
        there = [one for one in plans if (one.account, one.region) == (plan.account, plan.region)]
        base = [one.name for one in there if one.kind == "base" and plan.kind != "base"]
        heal = [one.name for one in there if one.kind == "heal" and plan.kind == "gateways"]
        graph[plan.name] = tuple(dict.fromkeys((*plan.needs, *base, *heal)))
    unknown = {need for needs in graph.values() for need in needs} - set(graph)
    if unknown:
        raise LandbridgeError(error("stack", f"stacks wait for {', '.join(sorted(unknown))}, which aren't among them."))
    order(graph)
    return graph


def removing(kinds: Mapping[str, str]) -> Graph:
    """The order to remove in, by kind: a stack goes after all that may use it. A kind that isn't known goes first."""
    level = {name: GOING.index(kind) if kind in GOING else -1 for name, kind in kinds.items()}
    return {name: tuple(other for other in kinds if level[other] < level[name]) for name in kinds}


def order(graph: Graph) -> list[str]:
    """A way through it in which nothing comes before what it waits for; equal ones stay in the order they came in."""
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as cycle:
        raise LandbridgeError(error("stack", f"stacks wait for each other: {' → '.join(cycle.args[1])}.")) from None
    place = {name: index for index, name in enumerate(graph)}
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        found += ready
        sorter.done(*ready)
    return found
