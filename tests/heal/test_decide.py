"""Laws of the decision, in any state that a network may be in."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from landbridge.heal.decide import Assign, Associate, Complete, Forward, Point, decide, problems, serving
from landbridge.heal.observe import Gateway, Instance, Observation, Route
from tests.heal.worlds import after, ending, worlds


def settled(seen: Observation) -> Observation:
    """The world after runs until there is nothing to do."""
    for _ in range(3):
        seen = reduce(after, decide(seen), seen)
    return seen


@given(worlds())
def test_what_was_done_once_is_right(seen: Observation) -> None:
    once = reduce(after, decide(seen), seen)
    # A standby that has just come into service may now take routes that nobody could; then there is nothing more.
    assert not [action for action in decide(once) if not isinstance(action, Point)]
    assert decide(settled(seen)) == ()


@given(worlds(), st.data())
def test_whatever_of_it_failed_the_next_run_comes_to_the_same(seen: Observation, data: st.DataObject) -> None:
    actions = decide(seen)
    failed = data.draw(st.sets(st.sampled_from(actions))) if actions else set()
    halfway = seen
    for action in actions:
        held = isinstance(action, Complete) and any(one.instance == action.instance for one in failed)
        if action not in failed and not held:
            halfway = after(halfway, action)
    done = settled(halfway)
    assert decide(done) == ()
    assert {route.site for route in done.routes if not route.present} == {route.site for route in settled(seen).routes if not route.present}


@given(worlds())
def test_a_run_twice_at_once_is_a_run(seen: Observation) -> None:
    actions = decide(seen)
    assert reduce(after, [*actions, *actions], seen) == reduce(after, actions, seen)


@given(worlds(), st.data())
def test_what_a_late_run_does_by_what_it_saw_before_is_mended_by_the_next(seen: Observation, data: st.DataObject) -> None:
    stale = decide(seen)
    living = [one.id for gateway in seen.gateways for one in gateway.instances]
    ended = data.draw(st.sets(st.sampled_from(living))) if living else set()
    now = ending(seen, ended)
    mixed = [*decide(now), *stale]
    done = settled(reduce(after, mixed, now))
    assert decide(done) == ()
    for route in done.routes:
        able = [one for gateway in done.gateways if gateway.site == route.site and (one := serving(gateway)) is not None]
        assert route.target in {one.interface for one in able} or not any(one.lifecycle == "InService" for one in able)


@given(worlds())
def test_routes_are_pointed_only_at_an_instance_that_serves_and_forwards(seen: Observation) -> None:
    able = {one.interface: one for gateway in seen.gateways if (one := serving(gateway)) is not None}
    forwarding = {one.interface for one in able.values() if one.forwards}
    for action in decide(seen):
        if isinstance(action, Forward):
            forwarding.add(action.interface)
        if isinstance(action, Point):
            assert action.interface in able
            assert action.interface in forwarding


@given(worlds())
def test_every_route_ends_on_a_gateway_that_serves_if_there_is_one_in_service(seen: Observation) -> None:
    done = settled(seen)
    for site in {route.site for route in done.routes}:
        able = {one.interface for gateway in done.gateways if gateway.site == site and (one := serving(gateway)) is not None}
        in_service = any(
            one.lifecycle == "InService" for gateway in done.gateways if gateway.site == site and (one := serving(gateway)) is not None
        )
        if in_service:
            assert {route.target for route in done.routes if route.site == site} <= able
            assert len({route.target for route in done.routes if route.site == site}) == 1


@given(worlds())
def test_routes_never_leave_a_gateway_that_serves(seen: Observation) -> None:
    owner = {one.interface: gateway.name for gateway in seen.gateways for one in gateway.instances if one.interface}
    for site in {route.site for route in seen.routes}:
        held = {owner.get(route.target) for route in seen.routes if route.site == site}
        if len(held) == 1 and (name := held.pop()) is not None:
            gateway = next(one for one in seen.gateways if one.name == name)
            if gateway.site == site and len(gateway.instances) == 1 and serving(gateway) is not None:
                assert not [action for action in decide(seen) if isinstance(action, Point) and f"rtb-{site}-" in action.table]


@given(worlds())
def test_nobody_comes_into_service_without_all_that_its_gateway_has(seen: Observation) -> None:
    for action in decide(seen):
        if isinstance(action, Complete) and action.hook == "landbridge-launch" and action.result == "CONTINUE":
            gateway = next(one for one in reduce(after, decide(seen), seen).gateways if one.group == action.group)
            instance = next(one for one in gateway.instances if one.id == action.instance)
            assert gateway.allocation
            assert gateway.associated == instance.interface
            assert instance.forwards
            assert not gateway.secondary or gateway.secondary in instance.addresses


@given(worlds())
def test_the_order_in_which_things_are_seen_tells_nothing(seen: Observation) -> None:
    turned = Observation(
        tuple(
            Gateway(
                one.name, one.site, one.group, one.active, one.secondary, one.allocation, one.associated, tuple(reversed(one.instances))
            )
            for one in seen.gateways
        ),
        tuple(reversed(seen.routes)),
    )
    assert set(decide(turned)) == set(decide(seen))


RUNNING = Instance("i-1", "InService", True, "running", "08:00", "eni-1", "10.0.0.5", ("10.0.0.5",), forwards=True)
NEW = Instance("i-2", "Pending:Wait", True, "running", "09:00", "eni-2", "10.0.0.6", ("10.0.0.6",))


def test_a_new_gateway_is_given_all_and_let_go_last() -> None:
    gateway = Gateway("lima-a", "lima", "group", True, "10.0.0.254", "eip-a", "", (NEW,))
    seen = Observation((gateway,), (Route("lima", "rtb-1", "pl-1"), Route("lima", "rtb-2", "pl-1", "eni-dead", True)))
    assert decide(seen) == (
        Forward("i-2", "eni-2"),
        Point("i-2", "rtb-1", "pl-1", "eni-2", False),
        Point("i-2", "rtb-2", "pl-1", "eni-2", True),
        Assign("i-2", "eni-2", "10.0.0.254"),
        Associate("i-2", "eni-2", "10.0.0.6", "eip-a"),
        Complete("i-2", "group", "landbridge-launch", "CONTINUE"),
    )


def test_a_failover_is_one_call_a_route_table_and_nothing_else() -> None:
    dead = Gateway("lima-a", "lima", "group-a", True, "", "eip-a", "eni-dead", ())
    survivor = Gateway("lima-b", "lima", "group-b", False, "", "eip-b", "eni-1", (RUNNING,))
    seen = Observation((dead, survivor), tuple(Route("lima", f"rtb-{number}", "pl-1", "eni-dead", True) for number in range(3)))
    assert [type(action) for action in decide(seen)] == [Point] * 3


def test_a_fresh_standby_doesnt_take_routes_that_the_active_one_is_still_to_get() -> None:
    standby = Gateway("lima-b", "lima", "group-b", False, "", "eip-b", "", (NEW,))
    active = Gateway("lima-a", "lima", "group-a", True, "", "eip-a", "", ())
    assert not [action for action in decide(Observation((active, standby), (Route("lima", "rtb", "pl"),))) if isinstance(action, Point)]


def test_an_instance_that_ended_before_it_began_is_given_up() -> None:
    ended = Instance("i-3", "Pending:Wait", True, "terminated")
    gateway = Gateway("lima-a", "lima", "group", True, "", "eip-a", "", (ended,))
    assert decide(Observation((gateway,), ())) == (Complete("i-3", "group", "landbridge-launch", "ABANDON"),)


def test_a_gateway_without_an_elastic_ip_waits_and_is_told() -> None:
    seen = Observation((Gateway("lima-a", "lima", "group", True, instances=(NEW,)),), ())
    assert not [action for action in decide(seen) if isinstance(action, Complete)]
    assert problems(seen) == ("lima-a has no Elastic IP", "lima has no route table and prefix list")
