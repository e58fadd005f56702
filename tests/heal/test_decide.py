"""Laws of the decision, in any state that a network may be in."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from landbridge.heal.decide import (
    HOPELESS,
    LAG,
    YOUNG,
    Assign,
    Associate,
    Complete,
    Forward,
    Point,
    Replace,
    cut_off,
    decide,
    last_word,
    problems,
    serving,
)
from landbridge.heal.observation import Gateway, Instance, Observation, Route, Word
from tests.heal.worlds import NOW, after, ending, worlds


def settled(seen: Observation) -> Observation:
    """The world after runs until there is nothing to do."""
    for _ in range(4):
        seen = reduce(after, decide(seen), seen)
    return seen


@given(worlds())
def test_what_was_done_once_is_right(seen: Observation) -> None:
    once = reduce(after, decide(seen), seen)
    # One that has just come into service may now take routes that nobody could, or turn out to be past help; then there is nothing more.
    assert not [action for action in decide(once) if not isinstance(action, Point | Replace)]
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
def test_routes_leave_a_gateway_that_serves_only_on_a_word_or_when_it_is_cut_off(seen: Observation) -> None:
    owner = {one.interface: gateway.name for gateway in seen.gateways for one in gateway.instances if one.interface}
    for site in {route.site for route in seen.routes}:
        pair = [one for one in seen.gateways if one.site == site]
        held = {owner.get(route.target) for route in seen.routes if route.site == site}
        if len(held) == 1 and (name := held.pop()) in [one.name for one in pair]:
            gateway = next(one for one in pair if one.name == name)
            said = [word for word in seen.words if word.gateway != name and word.by in [one.name for one in pair] and word.expires >= NOW]
            if len(gateway.instances) == 1 and serving(gateway) is not None and not said and not cut_off(seen, gateway):
                assert not [action for action in decide(seen) if isinstance(action, Point) and f"rtb-{site}-" in action.table]


@given(worlds())
def test_the_last_word_rules_while_it_may_be_acted_on(seen: Observation) -> None:
    done = settled(seen)
    for site in {route.site for route in seen.routes}:
        pair = [one for one in seen.gateways if one.site == site]
        word = last_word(seen, pair)
        if word is not None and word.expires >= NOW:
            instance = serving(next(one for one in pair if one.name == word.gateway))
            assert instance is not None
            assert {route.target for route in done.routes if route.site == site} == {instance.interface}


@given(worlds())
def test_at_most_one_of_a_site_is_replaced_and_never_beside_a_new_one(seen: Observation) -> None:
    for site in {gateway.site for gateway in seen.gateways}:
        pair = [one for one in seen.gateways if one.site == site]
        members = {each.id: each for one in pair for each in one.instances}
        replaced = [members[action.instance] for action in decide(seen) if isinstance(action, Replace) and action.instance in members]
        assert len(replaced) <= 1
        for instance in replaced:
            assert instance.lifecycle == "InService"
            assert all(NOW - each.launched >= YOUNG for one in pair if (each := serving(one)) is not None)


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
        tuple(replace(one, instances=tuple(reversed(one.instances))) for one in seen.gateways),
        tuple(reversed(seen.routes)),
        tuple(reversed(seen.words)),
        seen.now,
    )
    assert set(decide(turned)) == set(decide(seen))


RUNNING = Instance("i-1", "InService", True, "running", 800, "eni-1", "10.0.0.5", ("10.0.0.5",), forwards=True)
NEW = Instance("i-2", "Pending:Wait", True, "running", 900, "eni-2", "10.0.0.6", ("10.0.0.6",))


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


def pair(
    holder: str = "a", *words: Word, launched: int = 0, since: dict[str, int] | None = None, held: tuple[str, ...] = (), unlike: str = ""
) -> Observation:
    """Two gateways in service, launched long ago, and two tables; `unlike` lacks its instance, `since` are the cut off ones."""
    gateways = tuple(
        Gateway(
            f"lima-{one}",
            "lima",
            f"group-{one}",
            active=one == "a",
            allocation=f"eip-{one}",
            associated=f"eni-{one}",
            instances=()
            if one == unlike
            else (Instance(f"i-{one}", "InService", True, "running", launched, f"eni-{one}", "10.0.0.5", ("10.0.0.5",), forwards=True),),
            cut_off=(since or {}).get(one),
        )
        for one in "ab"
    )
    routes = tuple(Route("lima", f"rtb-{number}", "pl", f"eni-{one}", True) for number, one in enumerate(held or (holder, holder)))
    return Observation(gateways, routes, words, NOW)


def moved(seen: Observation) -> set[str]:
    return {action.interface for action in decide(seen) if isinstance(action, Point)}


def says(by: str, claimed: str, ago: int, lives: int = 60) -> Word:
    return Word(f"lima-{claimed}", f"lima-{by}", NOW - ago, NOW - ago + lives)


def test_a_claim_moves_the_routes_to_who_claims_and_is_a_call_a_table() -> None:
    assert [type(action) for action in decide(pair("a", says("b", "b", 1)))] == [Point, Point]
    assert moved(pair("a", says("b", "b", 1))) == {"eni-b"}
    assert decide(pair("b", says("b", "b", 1))) == ()


def test_a_claim_that_is_over_moves_nothing_nor_does_one_that_a_newer_word_overrules_even_when_that_is_over() -> None:
    assert decide(pair("a", says("b", "b", 61))) == ()
    assert decide(pair("b", says("b", "b", 70), says("a", "a", 80, lives=120))) == ()


def test_contradictory_claims_of_the_same_second_move_nothing() -> None:
    assert decide(pair("a", says("a", "a", 5), says("b", "b", 5))) == ()
    assert decide(pair("b", says("a", "a", 5), says("b", "b", 5))) == ()


def test_a_claim_for_one_that_cant_serve_or_that_came_after_it_moves_nothing() -> None:
    assert decide(pair("a", says("b", "b", 5), unlike="b")) == ()
    assert decide(pair("a", says("b", "b", 5), launched=NOW - 4)) == ()


def test_a_move_that_was_left_half_done_ends_where_it_was_going_though_the_word_is_over() -> None:
    assert moved(pair("", says("b", "b", 300), held=("a", "b"))) == {"eni-b"}
    assert moved(pair("", held=("a", "b"))) == {"eni-a"}


def test_a_gateway_with_every_tunnel_down_gives_way_to_one_that_has_some() -> None:
    assert moved(pair("a", since={"a": NOW - 60})) == {"eni-b"}
    assert moved(pair("a", since={"a": NOW - 60, "b": NOW - 60})) == set()


def test_an_alarm_from_before_the_last_word_or_the_instance_doesnt_count_until_it_would_know_better() -> None:
    """The tunnels came up a minute ago, the other died, this one took over; its alarm hasn't heard of it, nor has the other's."""
    assert decide(pair("a", says("a", "a", 90), since={"a": NOW - 3000})) == ()
    assert decide(pair("a", launched=NOW - 90, since={"a": NOW - 3000})) == ()
    assert moved(pair("a", says("a", "a", LAG), since={"a": NOW - 3000})) == {"eni-b"}


def test_one_that_is_cut_off_for_long_is_replaced_after_its_routes_have_gone() -> None:
    seen = pair("a", since={"a": NOW - HOPELESS})
    assert [type(action) for action in decide(seen)] == [Point, Point, Replace]
    assert decide(seen)[-1] == Replace("i-a")
    assert decide(pair("b", since={"a": NOW - HOPELESS + 1})) == ()
    assert decide(pair("b", launched=NOW - YOUNG + 1, since={"a": NOW - HOPELESS})) == ()


def test_nobody_is_replaced_where_everybody_is_cut_off() -> None:
    lima = pair("a", since={"a": 0, "b": 0})
    other = tuple(replace(one, name=f"other-{one.name[-1]}", site="other") for one in lima.gateways)
    both = replace(lima, gateways=(*lima.gateways, *other))
    assert decide(lima) == (Replace("i-a"),)
    assert not [action for action in decide(both) if isinstance(action, Replace)]
    assert "every gateway is cut off: the hub, or the way there, is at fault" in problems(both)
