"""From what there is to what is to be done: pure, and nothing where nothing is wrong.

A site's routes go to the gateway that the last word says, while that word may be acted on and if that gateway can serve. Without one they
stay where they are, on a gateway that can serve, whatever its role: nothing fails back by itself. Only one whose tunnels are all down
gives way to another in service that isn't so. Where they lead to none, one that is in service gets them, rather than one that is still
booting. Where there are none yet, the active one gets them as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landbridge.heal import tags
from landbridge.heal.observation import Gateway, Instance, Observation, Route, Word

SERVING = ("Pending:Wait", "Pending:Proceed", "InService")
GONE = ("shutting-down", "terminated", "stopping", "stopped")
LAG = 600  # seconds that an alarm may go on telling what is over
HOPELESS = 600  # seconds cut off, after which only another instance helps
YOUNG = 900  # seconds that an instance has to bring its tunnels up


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


@dataclass(frozen=True, slots=True)
class Replace:
    """Tell Auto Scaling that an instance is ill: it ends it and launches another."""

    instance: str


Action = Forward | Point | Assign | Associate | Complete | Replace


def decide(seen: Observation) -> tuple[Action, ...]:
    """The shortest list that makes everything right: routes first, then what else a gateway needs, then whoever waits may go on; and at
    last who is past help is replaced."""
    sites = _sites(seen)
    urgent = [action for site, gateways in sites.items() for action in _routing(seen, site, gateways)]
    rest = [action for gateway in seen.gateways for action in _preparing(gateway) if action not in urgent]
    waiting = [action for gateway in seen.gateways for action in _completing(gateway)]
    hopeless = [] if _all_cut_off(seen) else [action for gateways in sites.values() for action in _replacing(seen, gateways)]
    return (*urgent, *rest, *waiting, *hopeless)


def problems(seen: Observation) -> tuple[str, ...]:
    """What no action of this Lambda can mend."""
    led = {route.site for route in seen.routes}
    return (
        *seen.troubles,
        *(f"{gateway.name} has no Elastic IP" for gateway in seen.gateways if not gateway.allocation),
        *(f"{site} has no route table and prefix list" for site in _sites(seen) if site not in led),
        *(("every gateway is cut off: the hub, or the way there, is at fault",) if _all_cut_off(seen) else ()),
    )


def _sites(seen: Observation) -> dict[str, list[Gateway]]:
    found: dict[str, list[Gateway]] = {}
    for gateway in sorted(seen.gateways, key=lambda one: (one.site, not one.active, one.name)):
        found.setdefault(gateway.site, []).append(gateway)
    return found


def _all_cut_off(seen: Observation) -> bool:
    """Whether nobody of several sites has a tunnel: then no gateway is the cause, and to replace one is no help."""
    return len(_sites(seen)) > 1 and all(gateway.cut_off is not None for gateway in seen.gateways)


def serving(gateway: Gateway) -> Instance | None:
    """The instance that is the gateway: of those that run and aren't leaving, the one launched last."""
    able = [one for one in gateway.instances if _serves(one)]
    return max(able, key=lambda one: (one.launched, one.id), default=None)


def _serves(instance: Instance) -> bool:
    return instance.lifecycle in SERVING and instance.state == "running" and instance.healthy and instance.interface != ""


def last_word(seen: Observation, gateways: list[Gateway]) -> Word | None:
    """What was said last of a site. Words that contradict each other in the same second say nothing, nor does one that was said of the
    instance before."""
    names = {gateway.name for gateway in gateways}
    said = [word for word in seen.words if word.by in names]
    latest = [word for word in said if word.at == max(one.at for one in said)]
    if len({word.gateway for word in latest}) != 1:
        return None
    word = max(latest, key=lambda one: one.expires)
    instance = next((serving(gateway) for gateway in gateways if gateway.name == word.gateway), None)
    return word if instance is not None and instance.launched <= word.at else None


def cut_off(seen: Observation, gateway: Gateway) -> int:
    """For how many seconds all tunnels of a gateway have been down; 0 for not.

    An alarm goes on for minutes after the tunnels are up again. So one from before the instance, or from before the last word for the
    gateway, counts only when these are old enough for it to know better.
    """
    instance = serving(gateway)
    if gateway.cut_off is None or instance is None:
        return 0
    newer = max((instance.launched, *(word.at for word in seen.words if word.gateway == gateway.name)))
    doubtful = gateway.cut_off <= newer and seen.now - newer < LAG
    return 0 if doubtful else max(1, seen.now - gateway.cut_off)


def _holder(seen: Observation, gateways: list[Gateway], routes: list[Route]) -> Gateway | None:
    """The gateway that the routes belong to. `gateways` have the active one first."""
    able = {one.name: instance for one in gateways if (instance := serving(one)) is not None}
    word = last_word(seen, gateways)
    said = next((one for one in gateways if word is not None and one.name == word.gateway), None)
    if said is not None and word is not None and word.expires >= seen.now:
        return said
    serve = [one for one in gateways if one.name in able]
    ready = sorted((one for one in serve if able[one.name].lifecycle == "InService"), key=lambda one: cut_off(seen, one) > 0)
    better = [one for one in ready if not cut_off(seen, one)]
    targets = {route.target for route in routes}
    holding = [one for one in serve if any(each.interface in targets for each in one.instances if _serves(each))]
    # Where some routes lead to one and some to the other, a move was left half done: the last word, though over, tells to where.
    for gateway in sorted(holding, key=lambda one: one is not said):
        if not better or not cut_off(seen, gateway):
            return gateway
    active = [one for one in serve if one.active]
    first = [] if any(route.present for route in routes) else [one for one in active if not cut_off(seen, one)]
    return next(iter((*first, *ready, *active)), None)


def _routing(seen: Observation, site: str, gateways: list[Gateway]) -> Iterator[Action]:
    routes = [one for one in seen.routes if one.site == site]
    holder = _holder(seen, gateways, routes)
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


def _replacing(seen: Observation, gateways: list[Gateway]) -> Iterator[Action]:
    """One that has been cut off for long is replaced, one of a site at a time: never while any other comes, goes or is new."""
    members = [one for gateway in gateways for one in gateway.instances]
    if all(_serves(one) and one.lifecycle == "InService" and seen.now - one.launched >= YOUNG for one in members):
        longest = max(gateways, key=lambda one: cut_off(seen, one))
        instance = serving(longest)
        if instance is not None and cut_off(seen, longest) >= HOPELESS:
            yield Replace(instance.id)
