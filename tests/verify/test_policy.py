"""What prefix lists and route maps make of a route. https://docs.frrouting.org/en/stable-8.4/filter.html"""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.verify.policy import Policed, police
from landbridge.verify.span import span_of
from landbridge.vyos.router import Conntrack, PrefixList, PrefixListRule, RouteMap, RouteMapRule, Router

ROUTE = IPv4Network("10.1.2.0/24")
OTHER = IPv4Network("10.9.0.0/24")


def rule(permit: bool, prefix: str, ge: int | None = None, le: int | None = None, number: int = 10) -> PrefixListRule:
    return PrefixListRule(number, permit, IPv4Network(prefix), ge, le, number)


def step(permit: bool, prefix_list: str | None = None, number: int = 10, **sets: int) -> RouteMapRule:
    return RouteMapRule(number, permit, prefix_list, (), sets.get("preference"), sets.get("metric"), number)


def router(lists: dict[str, list[PrefixListRule]], maps: dict[str, list[RouteMapRule]] | None = None) -> Router:
    made = tuple(PrefixList(name, tuple(rules), 1) for name, rules in lists.items())
    mapped = tuple(RouteMap(name, tuple(rules), 2) for name, rules in (maps or {}).items())
    return Router("1.4", "r", (), (), (), (), (), None, made, mapped, (), (), (), Conntrack(1, 1), (), ())


def through(some: Router, prefix_list: str | None = None, route_map: str | None = None, prefix: IPv4Network = ROUTE) -> Policed:
    return police(some, prefix_list, route_map, span_of(prefix), None)


@pytest.mark.parametrize(
    ("ge", "le", "lengths"),
    [
        (None, None, {16}),
        (20, None, set(range(20, 33))),
        (None, 24, set(range(16, 25))),
        (20, 24, set(range(20, 25))),
        (None, 16, {16}),
        (32, 32, {32}),
    ],
)
def test_a_rule_matches_lengths_from_ge_to_le_or_its_own_alone(ge: int | None, le: int | None, lengths: set[int]) -> None:
    some = router({"L": [rule(True, "10.1.0.0/16", ge, le)]})
    assert {
        length for length in range(33) if through(some, "L", prefix=IPv4Network(("10.1.0.0", length), strict=False)).permitted
    } == lengths


def test_what_a_rule_does_not_hold_it_does_not_match() -> None:
    some = router({"L": [rule(True, "10.1.0.0/16", None, 32)]})
    assert not through(some, "L", prefix=OTHER).permitted
    assert not through(some, "L", prefix=IPv4Network("10.0.0.0/8")).permitted


@given(
    st.permutations([rule(True, "10.1.2.0/24", number=1), rule(False, "10.1.0.0/16", None, 24, 2), rule(True, "0.0.0.0/0", None, 32, 3)])
)
def test_the_first_rule_that_matches_decides(rules: list[PrefixListRule]) -> None:
    policed = through(router({"L": rules}), "L")
    assert (policed.permitted, policed.line) == (rules[0].permit, 0 if rules[0].permit else rules[0].line)


def test_what_no_rule_matches_is_denied_by_the_list() -> None:
    assert through(router({"L": [rule(True, "10.9.0.0/24")]}), "L") == Policed(False, 1, "prefix-list L")
    assert through(router({"L": []}), "L") == Policed(False, 1, "prefix-list L")


def test_a_map_goes_on_where_its_rule_does_not_match_and_ends_in_a_denial() -> None:
    some = router(
        {"OTHERS": [rule(True, str(OTHER))], "MINE": [rule(True, str(ROUTE))]},
        {
            "M": [step(False, "OTHERS", 10), step(True, "MINE", 20, preference=200, metric=7), step(False, None, 30)],
            "ONLY": [step(True, "OTHERS", 10)],
        },
    )
    assert through(some, None, "M") == Policed(True, local_preference=200, metric=7)
    assert through(some, None, "M", OTHER) == Policed(False, 10, "route-map M")
    assert through(some, None, "M", IPv4Network("10.7.0.0/24")) == Policed(False, 30, "route-map M")
    assert through(some, None, "ONLY") == Policed(False, 2, "route-map ONLY")


def test_a_prefix_list_and_a_route_map_must_both_permit() -> None:
    some = router({"MINE": [rule(True, str(ROUTE))], "OTHERS": [rule(True, str(OTHER))]}, {"ALL": [step(True)], "NONE": [step(False)]})
    assert through(some, "MINE", "ALL").permitted
    assert through(some, "OTHERS", "ALL").by == "prefix-list OTHERS"
    assert through(some, "MINE", "NONE").by == "route-map NONE"


def test_a_role_prepends_what_it_must_whatever_the_text_says() -> None:
    said = RouteMapRule(10, True, None, (65001, 65001), None, None)
    some = router({}, {"AWS-OUT": [said], "OWN": [said]})
    assert police(some, None, "AWS-OUT", span_of(ROUTE), None).prepend == (65001, 65001)
    assert police(some, None, "AWS-OUT", span_of(ROUTE), (65001,)).prepend == (65001,)
    assert police(some, None, "AWS-OUT", span_of(ROUTE), ()).prepend == ()
    assert police(some, None, "OWN", span_of(ROUTE), ()).prepend == (65001, 65001)  # not the map that the role scripts write
