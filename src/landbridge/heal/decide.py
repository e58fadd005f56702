"""From what there is to what is to be done: pure, and nothing where nothing is wrong.

The routes stay on a gateway that can serve, whatever its role: nothing fails back by itself. Where they lead to none, one that is in
service gets them, rather than one that is still booting. Where there are none yet, the active one gets them as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landbridge.heal import tags
from landbridge.heal.observe import Gateway, Instance, Observation, Route

SERVING = ("Pending:Wait", "Pending:Proceed", "InService")
GONE = ("shutting-down", "terminated", "stopping", "stopped")


@dataclass(frozen=True, slots=True)
class Forward:
    """Switch off the source/destination check of an instance's interface: what it forwards isn't from or to itself."""

    instance: str
    interface: str


@dataclass(frozen=True, slots=True)
class Point:
    """Point a route table's route to the remote prefixes at an instance's interface. `present`: there is a route, to be replaced."""

    instance: str
    table: str
    prefix_list: str
    interface: str
    present: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """Give an instance its gateway's fixed private address, whoever has it."""

    instance: str
    interface: str
    address: str


@dataclass(frozen=True, slots=True)
class Associate:
    """Give an instance its gateway's Elastic IP, whoever has it."""

    instance: str
    interface: str
    primary: str
    allocation: str


@dataclass(frozen=True, slots=True)
class Complete:
    """Let Auto Scaling go on with an instance that waits at a lifecycle hook."""

    instance: str
    group: str
    hook: str
    result: str


Action = Forward | Point | Assign | Associate | Complete


def decide(seen: Observation) -> tuple[Action, ...]:
    """The shortest list that makes everything right: routes first, then what else a gateway needs, then whoever waits may go on."""
    urgent: list[Action] = []
    for site in sorted({gateway.site for gateway in seen.gateways}):
        urgent += _routing([one for one in seen.gateways if one.site == site], [one for one in seen.routes if one.site == site])
    rest = [action for gateway in seen.gateways for action in _preparing(gateway) if action not in urgent]
    waiting = [action for gateway in seen.gateways for action in _completing(gateway)]
    return (*urgent, *rest, *waiting)


def problems(seen: Observation) -> tuple[str, ...]:
    """What no action of this Lambda can mend."""
    led = {route.site for route in seen.routes}
    sites = sorted({gateway.site for gateway in seen.gateways} - led)
    return (
        *(f"{gateway.name} has no Elastic IP" for gateway in seen.gateways if not gateway.allocation),
        *(f"{site} has no route table and prefix list" for site in sites),
    )


def serving(gateway: Gateway) -> Instance | None:
    """The instance that is the gateway: of those that run and aren't leaving, the one launched last."""
    able = [one for one in gateway.instances if _serves(one)]
    return max(able, key=lambda one: (one.launched, one.id), default=None)


def _serves(instance: Instance) -> bool:
    return instance.lifecycle in SERVING and instance.state == "running" and instance.healthy and instance.interface != ""


def _holder(gateways: list[Gateway], routes: list[Route]) -> Gateway | None:
    """The gateway that the routes belong to."""
    targets = {route.target for route in routes}
    able = sorted((one for one in gateways if serving(one) is not None), key=lambda one: (not one.active, one.name))
    for gateway in able:
        if any(one.interface in targets for one in gateway.instances if _serves(one)):
            return gateway
    ready = [one for one in able if (instance := serving(one)) is not None and instance.lifecycle == "InService"]
    active = [one for one in able if one.active]
    preferred = [*ready, *active] if any(route.present for route in routes) else [*active, *ready]
    return preferred[0] if preferred else None


def _routing(gateways: list[Gateway], routes: list[Route]) -> Iterator[Action]:
    holder = _holder(gateways, routes)
    instance = serving(holder) if holder is not None else None
    if instance is None:
        return
    wrong = [route for route in routes if route.target != instance.interface]
    if wrong and not instance.forwards:
        yield Forward(instance.id, instance.interface)
    for route in wrong:
        yield Point(instance.id, route.table, route.prefix_list, instance.interface, route.present)


def _preparing(gateway: Gateway) -> Iterator[Action]:
    """What the gateway's instance lacks."""
    instance = serving(gateway)
    if instance is None:
        return
    if not instance.forwards:
        yield Forward(instance.id, instance.interface)
    if gateway.secondary and gateway.secondary not in instance.addresses:
        yield Assign(instance.id, instance.interface, gateway.secondary)
    if gateway.allocation and gateway.associated != instance.interface:
        yield Associate(instance.id, instance.interface, instance.primary, gateway.allocation)


def _completing(gateway: Gateway) -> Iterator[Action]:
    """Who waits may go on, but for a new one that still lacks what only others can give (an Elastic IP): it may come yet.

    A new one that has ended before it began never comes into service: it is given up at once, or Auto Scaling would wait for it.
    """
    for one in _waiting(gateway.instances, "Terminating:Wait"):
        yield Complete(one.id, gateway.group, tags.TERMINATE_HOOK, "CONTINUE")
    for one in _waiting(gateway.instances, "Pending:Wait"):
        if one.state in GONE:
            yield Complete(one.id, gateway.group, tags.LAUNCH_HOOK, "ABANDON")
        elif one == serving(gateway) and gateway.allocation:
            yield Complete(one.id, gateway.group, tags.LAUNCH_HOOK, "CONTINUE")


def _waiting(instances: Iterable[Instance], lifecycle: str) -> Iterator[Instance]:
    return (one for one in instances if one.lifecycle == lifecycle)
