"""The removal of a network: healing first, then all that stands, in reverse; what was protected last, and only if it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from landbridge.aws.calling import Cloud, Place
from landbridge.aws.deploying.deploying import Means, remove_all
from landbridge.aws.deploying.graph import order, removing
from landbridge.aws.deploying.ground import TABLE, Ground, place
from landbridge.aws.deploying.lease import Lease
from landbridge.aws.deploying.leftovers import RELEASES, Resource, everything_of, release
from landbridge.aws.deploying.model import Done, Plan, StackChange
from landbridge.aws.deploying.settling import refuse_foreign
from landbridge.aws.deploying.stack import InterruptedDeploymentError, look
from landbridge.aws.deploying.survey import Found, record_of, survey
from landbridge.findings import LandbridgeError, error


@dataclass(frozen=True, slots=True)
class Removal:
    """What removing a network would do: the stacks that go, and what outlives them unless it is released."""

    plan: Plan
    protected: tuple[Resource, ...]
    places: tuple[Place, ...]


def removal(cloud: Cloud, ground: Ground, releasing: bool) -> Removal:
    """What removing a network would do now; changes nothing. Raises LandbridgeError for a stack that has a name of its, and isn't its.

    The bases stay as long as nothing is released: their buckets hold the routers' texts, and have names that a new base would need.
    """
    record = record_of(cloud, ground)
    places = tuple(dict.fromkeys((*ground.places, *(record.places() if record else ()))))
    found = survey(cloud, ground.network, places)
    for plan in ground.plans:
        if plan.name not in found and (stack := look(cloud, place(plan), plan.name)):
            refuse_foreign(stack, ground.network, place(plan))
    kinds = {name: one.kind for name, one in found.items() if releasing or one.kind != "base"}
    going = [StackChange(name, kinds[name], found[name].owner, found[name].place, "destroy") for name in order(removing(kinds))]
    protected = tuple(one for one in everything_of(cloud, ground.network, places) if one.type in RELEASES)
    return Removal(Plan(ground.network, tuple(going)), protected, places)


def destroy(ground: Ground, means: Means, releasing: bool = False, shown: Removal | None = None) -> tuple[Done, tuple[Resource, ...]]:
    """Remove a network; returns what became of it, and all that is left with its tag (with `releasing`: nothing)."""
    with _held(ground, means):
        planned = removal(means.cloud, ground, releasing)
        agreed = {change.name for change in (shown or planned).plan.stacks}
        found = {name: one for name, one in survey(means.cloud, ground.network, planned.places).items() if name in agreed}
        # The anchor goes last of all: with its table goes the lock, and the memory of where the network has stacks.
        anchor = found.pop(ground.anchor.name, None)
        gone = remove_all(found, list(found), means)
        done = list(gone.done)
        failed, waiting = dict(gone.failed), dict(gone.waiting)
        if not failed and releasing:
            failed |= _release(means.cloud, ground.network, planned.places)
        if not failed and anchor is not None:
            name = anchor.stack.name
            last = remove_all({name: anchor}, [name], means)
            done += last.done
            failed |= last.failed
            if not last.failed and releasing:
                failed |= _release(means.cloud, ground.network, planned.places)
    left = everything_of(means.cloud, ground.network, planned.places)
    held_up = [
        error("stack", f"{name} waits for {', '.join(needs)}.", None, "Mend that, and run the same command again.")
        for name, needs in waiting.items()
    ]
    why = dict.fromkeys(finding for problem in failed.values() for finding in problem.findings)
    return Done(destroyed=tuple(done), failed=tuple(failed), waiting=tuple(waiting.items()), findings=(*why, *held_up)), left


def _release(cloud: Cloud, network: str, places: tuple[Place, ...]) -> dict[str, LandbridgeError]:
    """Release what no stack holds any more: what one still does goes after it. What fails ends it, and is told as any stack's failure."""
    try:
        stacks = survey(cloud, network, places).values()
        if any(one.kind != "base" for one in stacks):
            return {}  # somebody made it meanwhile
        held = {physical for one in stacks for physical in _physical(cloud, one)}
        release(cloud, [one for one in everything_of(cloud, network, places) if one.id not in held], places)
    except LandbridgeError as problem:
        return {"what was protected": problem}
    return {}


def _physical(cloud: Cloud, found: Found) -> Iterator[str]:
    for one in cloud.each(found.place, "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=found.stack.id):
        if one.get("PhysicalResourceId"):
            yield one["PhysicalResourceId"]


@contextmanager
def _held(ground: Ground, means: Means) -> Iterator[None]:
    """The lock, where there is one: a removal that was interrupted may have taken its table already."""
    there = place(ground.anchor)
    anchor = look(means.cloud, there, ground.anchor.name)
    if anchor is None or TABLE not in anchor.outputs or anchor.status.startswith("DELETE_"):
        yield
        return
    with Lease(means.cloud, there, anchor.outputs[TABLE], ground.network, means.holder).held(means.patience.stop) as lease:
        try:
            yield
        except InterruptedDeploymentError:
            if lease.lost:
                raise LandbridgeError(lease.lost) from None
            raise
