"""Worlds for the pure part: any state that a network may be in, and what an action changes in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from hypothesis import strategies as st

from landbridge.heal.decide import HOPELESS, LAG, YOUNG, Action, Assign, Associate, Complete, Forward, Point, Replace
from landbridge.heal.observation import Gateway, Instance, Observation, Route, Word

SITES = ("lima", "tokyo")
LIFECYCLES = ("Pending", "Pending:Wait", "Pending:Proceed", "InService", "Terminating:Wait", "Terminating:Proceed", "Standby")
NOW = 1_700_000_000
AGES = (0, 30, 61, LAG, HOPELESS + 1, YOUNG + 1, 100_000)  # seconds
STATES = ("", "pending", "running", "running", "running", "shutting-down", "terminated")


@st.composite
def worlds(draw: st.DrawFn) -> Observation:
    """One or two sites of one or two gateways, each with up to three instances in any state; routes lead anywhere; anything was said."""
    gateways = []
    for site in draw(st.sampled_from((SITES, SITES[:1]))):
        for letter in draw(st.sampled_from(("a", "ab"))):
            name = f"{site}-{letter}"
            instances = tuple(_instance(draw, name, number) for number in range(draw(st.integers(0, 3))))
            gateways.append(
                Gateway(
                    name,
                    site,
                    f"group-{name}",
                    active=letter == "a",
                    secondary=draw(st.sampled_from(("", f"10.0.0.{ord(letter)}"))),
                    allocation=draw(st.sampled_from(("", f"eip-{name}", f"eip-{name}"))),
                    associated=draw(st.sampled_from(("", "eni-old", *(one.interface for one in instances)))),
                    instances=instances,
                    cut_off=draw(st.none() | st.sampled_from(AGES).map(lambda age: NOW - age)),
                )
            )
    anywhere = ("", "eni-old", *(one.interface for gateway in gateways for one in gateway.instances))
    routes = []
    for site in sorted({gateway.site for gateway in gateways}):
        for number in range(draw(st.integers(0, 3))):
            present = draw(st.booleans())
            routes.append(
                Route(
                    site,
                    f"rtb-{site}-{number // 2}",
                    f"pl-{site}-{number % 2}",
                    draw(st.sampled_from(anywhere)) if present else "",
                    present,
                )
            )
    return Observation(tuple(gateways), tuple(routes), tuple(_words(draw, gateways)), NOW)


def _words(draw: st.DrawFn, gateways: list[Gateway]) -> Iterator[Word]:
    """Of pairs: each may have said that it, or the other, has their site."""
    for gateway in gateways:
        pair = [one.name for one in gateways if one.site == gateway.site]
        if len(pair) == 2 and draw(st.booleans()):
            at = NOW - draw(st.sampled_from(AGES))
            yield Word(draw(st.sampled_from(pair)), gateway.name, at, at + 60)


def _instance(draw: st.DrawFn, gateway: str, number: int) -> Instance:
    name, lifecycle, state = f"i-{gateway}-{number}", draw(st.sampled_from(LIFECYCLES)), draw(st.sampled_from(STATES))
    if not state:
        return Instance(name, lifecycle, healthy=True)
    return Instance(
        name,
        lifecycle,
        healthy=draw(st.sampled_from((True, True, True, False))),
        state=state,
        launched=NOW - draw(st.sampled_from(AGES)),
        interface=f"eni-{gateway}-{number}",
        primary=f"10.0.0.{number + 1}",
        addresses=(f"10.0.0.{number + 1}",),
        forwards=draw(st.booleans()),
    )


def after(seen: Observation, action: Action) -> Observation:
    """The world after one action."""
    match action:
        case Forward(instance=name):
            return _changed(seen, name, forwards=True)
        case Assign(instance=name, address=address):
            return _changed(seen, name, addresses=(address,))
        case Associate(interface=interface, allocation=allocation):
            gateways = (replace(one, associated=interface) if one.allocation == allocation else one for one in seen.gateways)
            return replace(seen, gateways=tuple(gateways))
        case Point(table=table, prefix_list=destination, interface=interface):
            here = (table, destination)
            routes = (replace(one, target=interface, present=True) if (one.table, one.prefix_list) == here else one for one in seen.routes)
            return replace(seen, routes=tuple(routes))
        case Complete(instance=name, hook=hook, result=result):
            if result == "ABANDON":
                return _changed(seen, name, lifecycle="Terminating:Proceed")
            return _changed(seen, name, lifecycle="InService" if hook == "landbridge-launch" else "Terminating:Proceed")
        case Replace(instance=name):
            return _changed(seen, name, healthy=False)
        case _:
            assert_never(action)


def ending(seen: Observation, instances: set[str]) -> Observation:
    """The world after these instances have ended."""
    for name in sorted(instances):
        seen = _changed(seen, name, state="terminated")
    return seen


def _changed(seen: Observation, name: str, **changes: object) -> Observation:
    gateways = (
        replace(one, instances=tuple(replace(each, **changes) if each.id == name else each for each in one.instances))  # type: ignore[arg-type]
        for one in seen.gateways
    )
    return replace(seen, gateways=tuple(gateways))
