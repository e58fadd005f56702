"""The order of stacks, and walking it: laws that hold for every network."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.aws.deploying.graph import GOING, building, order, removing
from landbridge.aws.deploying.walking import walk
from landbridge.aws.model import Account, Kind, Output, StackPlan
from landbridge.findings import LandbridgeError, error
from tests.aws.deploying.small import network

WHY = error("stack", "it failed")


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Graphs without a circle: each node waits for some that come before it; in any order."""
    count = draw(st.integers(1, 14))
    needs = {str(at): tuple(str(one) for one in draw(st.sets(st.integers(0, at - 1)))) if at else () for at in range(count)}
    return {name: needs[name] for name in draw(st.permutations(list(needs)))}


@given(graphs())
def test_nothing_comes_before_what_it_waits_for(graph: dict[str, tuple[str, ...]]) -> None:
    found = order(graph)
    assert sorted(found) == sorted(graph)
    assert all(found.index(need) < found.index(name) for name, needs in graph.items() for need in needs)


@settings(deadline=None)
@given(graphs(), st.data())
def test_what_fails_holds_up_all_that_waits_for_it_and_nothing_else(graph: dict[str, tuple[str, ...]], data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.sampled_from(sorted(graph)), max_size=3))
    begun: list[str] = []
    ended: list[str] = []

    def work(name: str) -> str:
        begun.append(name)
        assert set(graph[name]) <= set(ended), "it began before what it needs was done"
        if name in bad:
            raise LandbridgeError(WHY)
        ended.append(name)
        return name

    walked = walk(graph, work, threading.Event(), hands=4)
    held = {name for name in order(graph) if _behind(name, graph, bad)}
    assert set(walked.waiting) == held
    assert set(walked.failed) == bad - held
    assert set(walked.done) == set(graph) - bad - held
    assert sorted(begun) == sorted(set(begun))
    assert all(set(needs) <= set(walked.failed) and needs for needs in walked.waiting.values())


def _behind(name: str, graph: dict[str, tuple[str, ...]], bad: set[str]) -> bool:
    return any(need in bad or _behind(need, graph, bad) for need in graph[name])


def test_a_circle_and_an_unknown_stack_are_named() -> None:
    with pytest.raises(LandbridgeError, match="wait for each other"):
        order({"a": ("b",), "b": ("a",)})
    plan = StackPlan("a", "hub", "a", Account("x"), "r", "", {"P": Output("gone", "K")})
    with pytest.raises(LandbridgeError, match="wait for gone"):
        building([plan])


def test_a_base_comes_before_all_in_its_place_and_healing_before_gateways() -> None:
    here, there = Account("here"), Account("there")
    kinds: tuple[Kind, ...] = ("gateways", "vpn", "edge", "hub", "heal", "base")
    plans = [StackPlan(f"{kind} {account.alias}", kind, "x", account, "r", "", {}) for account in (here, there) for kind in kinds]
    graph = building(plans)
    assert graph["gateways here"] == ("base here", "heal here")
    assert graph["vpn there"] == ("base there",)


@given(st.lists(st.sampled_from([*GOING, "unknown"]), min_size=1, max_size=12))
def test_a_removal_ends_healing_first_and_the_base_last(kinds: list[str]) -> None:
    named = {str(at): kind for at, kind in enumerate(kinds)}
    found = [named[name] for name in order(removing(named))]
    assert found == sorted(found, key=lambda kind: GOING.index(kind) if kind in GOING else -1)


def test_independent_stacks_are_done_at_once() -> None:
    together = threading.Barrier(8, timeout=5)
    walked = walk({str(at): () for at in range(8)}, lambda _: together.wait(), threading.Event())
    assert len(walked.done) == 8


def test_an_interruption_ends_what_waits_and_begins_nothing_more() -> None:
    stop = threading.Event()
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        if name == "first":
            time.sleep(0.05)
            raise KeyboardInterrupt
        assert stop.wait(10), "it was never told"

    graph = {"first": (), "second": (), "third": ("second",)}
    with pytest.raises(KeyboardInterrupt):
        walk(graph, work, stop)
    assert sorted(begun) == ["first", "second"]


def test_the_anchor_is_the_hubs_base() -> None:
    assert network().anchor.name == "acme-default-west-base"
