"""The deployment: every stack in its turn, under the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.changing import removed
from landbridge.aws.deploying.graph import building, removing
from landbridge.aws.deploying.ground import TABLE, Ground, place
from landbridge.aws.deploying.joining import join, part, part_others
from landbridge.aws.deploying.lease import Holder, Lease
from landbridge.aws.deploying.model import Done, Plan, StackChange, Tell
from landbridge.aws.deploying.outdated import image_of, outdated
from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.routers import Pusher, boots_with, deliver, texts
from landbridge.aws.deploying.routes import PREFIX_LIST, sweep, withdraw
from landbridge.aws.deploying.settling import Settled, Settling, remove
from landbridge.aws.deploying.stack import Follower, InterruptedDeploymentError, Patience, Stack, look
from landbridge.aws.deploying.states import step
from landbridge.aws.deploying.survey import Found, survey
from landbridge.aws.deploying.walking import Walk, walk
from landbridge.findings import Finding, LandbridgeError, error
from landbridge.heal import tags


@dataclass(frozen=True, slots=True)
class Means:
    """What a deployment works with: who is told, what ends it early, who holds the lock, and who reaches routers."""

    cloud: Cloud
    tell: Tell
    patience: Patience
    holder: Holder
    pusher: Pusher | None = None


def deploy(ground: Ground, means: Means, shown: Plan | None = None) -> Done:
    """Bring the network to what is planned. `shown` is what was agreed to: stacks that would change otherwise fail instead.

    Whatever ends it, the same call goes on from there. Raises LandbridgeError where nothing was begun; stacks that failed, and those that
    wait for them, are in what it returns.
    """
    graph = building(ground.plans)
    made = _anchor(ground, Settling(means.cloud, ground, means.tell, means.patience, _by_name(shown)))
    anchor = made.stack
    with Lease(means.cloud, place(ground.anchor), anchor.outputs[TABLE], ground.network, means.holder).held(means.patience.stop) as lease:
        record = Record(means.cloud, place(ground.anchor), anchor.outputs[TABLE], ground.network)
        before = record.places()
        record.keep_places(tuple(dict.fromkeys((*before, *ground.places))))
        stacks: dict[str, Stack] = {}
        settling = Settling(means.cloud, ground, means.tell, means.patience, _by_name(shown), lambda plan: boots_with(plan, record))

        def settle(name: str) -> Settled:
            plan = ground.plan(name)
            settled = settling.settle(plan, stacks.get)
            stacks[name] = settled.stack
            if plan.joined and join(means.cloud, ground.network, plan, settled.stack) and settled.did == "unchanged":
                settled = replace(settled, did="updated")
            return made if made.did == "created" and name == ground.anchor.name else settled

        try:
            built = walk(graph, settle, means.patience.stop)
            if built.failed or built.waiting:
                return _done(built, None, ())
            for there in dict.fromkeys(place(plan) for plan in ground.plans if PREFIX_LIST in plan.template):
                sweep(means.cloud, there, ground.network, stacks, means.patience)
                part_others(means.cloud, there, ground.network, [plan.owner for plan in ground.plans if plan.joined])
            late = outdated(means.cloud, ground.network, [(ground.plan(name), image_of(one.parameters)) for name, one in stacks.items()])
            leaving = frozenset(one.gateway for one in late if one.leaves)
            findings = deliver(texts(ground.plans), record, means.pusher, means.tell, means.patience.stop, leaving)
            found = survey(means.cloud, ground.network, record.places())
            gone = remove_all(found, _agreed(removed(ground, found), shown), means)
            if not gone.failed and not gone.waiting:
                record.keep_places(ground.places)
        except InterruptedDeploymentError:
            if lease.lost:
                raise LandbridgeError(lease.lost) from None
            raise
    return _done(built, gone, (*(one.finding() for one in late), *findings))


def remove_all(found: Mapping[str, Found], names: list[str], means: Means) -> Walk[None]:
    """Remove stacks, each after all that may use it."""

    def go(name: str) -> None:
        one = found[name]
        follower = Follower(means.cloud, one.place, one.stack.id, name, means.tell)
        if one.kind == "edge":
            part(means.cloud, one.place, one.stack.tags.get(tags.NETWORK, ""), one.owner)
        withdraw(means.cloud, one.place, one.stack)
        remove(means.cloud, one.place, one.stack, follower, means.patience)

    return walk(removing({name: found[name].kind for name in names}), go, means.patience.stop)


def _anchor(ground: Ground, settling: Settling) -> Settled:
    """The stack with the lock. Where it isn't there yet, to create it is what only one can do."""
    plan = ground.anchor
    stack = look(settling.cloud, place(plan), plan.name)
    if stack is not None and step(stack.status) == "update" and TABLE in stack.outputs:
        return Settled(stack, "unchanged")
    return settling.settle(plan, lambda _: None)


def _agreed(names: list[str], shown: Plan | None) -> list[str]:
    """Only what was shown is removed."""
    agreed = _by_name(shown)
    return [name for name in names if shown is None or name in agreed]


def _by_name(plan: Plan | None) -> dict[str, StackChange]:
    return {change.name: change for change in plan.stacks} if plan else {}


def _done(built: Walk[Settled], gone: Walk[None] | None, findings: tuple[Finding, ...]) -> Done:
    did = {what: tuple(name for name, one in built.done.items() if one.did == what) for what in ("created", "updated", "unchanged")}
    failed = {**built.failed, **(gone.failed if gone else {})}
    waiting = {**built.waiting, **(gone.waiting if gone else {})}
    why = dict.fromkeys(finding for problem in failed.values() for finding in problem.findings)
    held_up = [
        error("stack", f"{name} waits for {', '.join(needs)}.", None, "Mend that, and run the same command again.")
        for name, needs in waiting.items()
    ]
    return Done(
        did["created"],
        did["updated"],
        did["unchanged"],
        tuple(gone.done) if gone else (),
        tuple(failed),
        tuple(waiting.items()),
        (*why, *held_up, *findings),
    )
