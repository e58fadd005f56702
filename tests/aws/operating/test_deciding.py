"""What is decided from one look at a site: who may take over, which gateway is next, which tunnel, and when to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landbridge.aws.operating.failing_over import order_for, plan_switch
from landbridge.aws.operating.judging import View, unready
from landbridge.aws.operating.keys import PENDING, RETURNING
from landbridge.aws.operating.rotating import hindrances, in_order
from landbridge.aws.operating.upgrading import Replace, SwitchTo, Wait, due, next_step, replaced
from landbridge.aws.operating.words import Order, Word, order_of, word_of
from landbridge.findings import LandbridgeError
from tests.aws.operating.views import BORN, NEW, NOW, OLD, down, gateway, leaving, view, word

A, B = gateway("tokyo-a"), gateway("tokyo-b")
ALONE = gateway("dublin-a")


def test_a_word_and_an_order_are_read_as_they_are_written() -> None:
    said = "claim=tokyo-b by=tokyo-a prepends=2 at=1700000000 expires=1700000060"
    assert word_of(said) == Word("tokyo-b", "tokyo-a", 2, 1700000000)
    order = Order("tokyo-a", 1700000000, 1700000090)
    assert order.line == "yield=tokyo-a at=1700000000 expires=1700000090"
    assert order_of(order.line) == order


@pytest.mark.parametrize(
    "line", ["", "claim=tokyo-a", "claim=$(x) by=tokyo-a prepends=0 at=1", "claim=a by=b prepends=two at=1", "yield=a"]
)
def test_what_is_no_word_is_none(line: str) -> None:
    assert word_of(line) is None
    assert order_of(line) is None


@pytest.mark.parametrize(("active", "to"), [("tokyo-a", "tokyo-b"), ("tokyo-b", "tokyo-a")])
def test_the_one_that_is_not_active_takes_over(active: str, to: str) -> None:
    switch = plan_switch(view(A, B, active=active), None, force=False)
    assert (switch.leaving, switch.to, switch.needed) == (active, to, True)
    assert not plan_switch(view(A, B, active=active), active, force=False).needed
    assert plan_switch(view(A, B, active=active), to, force=False).needed


@pytest.mark.parametrize(
    ("other", "words", "why"),
    [
        (replace(B, instance=None), None, "has no instance"),
        (leaving(B), None, "isn't in service: it is Terminating:Wait"),
        (replace(B, address=None), None, "Elastic IP"),
        (down(B), None, "no tunnel of tokyo-b is up with routes"),
        (B, (word("tokyo-a"),), "nothing was heard of tokyo-b"),
        (B, (word("tokyo-b", at=BORN - 1),), "nothing was heard of tokyo-b since its instance was launched"),
        (B, (word("tokyo-b", "tokyo-b"),), "they don't agree yet"),
    ],
)
def test_a_standby_that_is_not_well_is_refused_unless_forced(other: object, words: tuple[Word, ...] | None, why: str) -> None:
    seen = view(A, other, words=words)  # type: ignore[arg-type]
    with pytest.raises(LandbridgeError, match=why):
        plan_switch(seen, None, force=False)
    assert plan_switch(seen, None, force=True).doubts


def test_one_tunnel_is_enough_to_take_over() -> None:
    assert plan_switch(view(A, down(B, 1)), None, force=False).needed


def test_a_single_a_stranger_and_routes_to_nobody_are_refused() -> None:
    with pytest.raises(LandbridgeError, match="single gateway, dublin-a") as refused:
        plan_switch(view(ALONE), None, force=True)
    assert "availability: pair" in refused.value.findings[0].remedy
    with pytest.raises(LandbridgeError, match="no gateway 'tokyo-c'"):
        plan_switch(view(A, B), "tokyo-c", force=True)
    with pytest.raises(LandbridgeError, match="none of them is active"):
        plan_switch(view(A, B, active=""), None, force=True)
    assert plan_switch(view(A, B, active=""), "tokyo-b", force=True).leaving is None


def test_an_order_that_is_out_is_gone_on_with_and_one_that_is_over_is_not() -> None:
    out = Order("tokyo-a", int(NOW) - 10, int(NOW) + 60)
    for active in ("tokyo-a", "tokyo-b", ""):
        switch = plan_switch(view(A, B, active=active, order=out), None, force=False)
        assert (switch.to, switch.order) == ("tokyo-b", out)
    over = replace(out, expires=int(NOW) - 1)
    assert plan_switch(view(A, B, active="tokyo-b", order=over), None, force=False).to == "tokyo-a"


def test_an_order_is_later_than_all_that_was_said() -> None:
    ahead = view(A, B, words=(word("tokyo-a", at=int(NOW) + 5), word("tokyo-b")))
    order = order_for(ahead, "tokyo-a", 60)
    assert (order.yields, order.at, order.expires) == ("tokyo-a", int(NOW) + 6, int(NOW) + 90)
    assert order_for(view(A, B), "tokyo-a", 60).at == int(NOW)


WANTED = {"tokyo-a": NEW, "tokyo-b": NEW, "dublin-a": NEW}


def following(seen: View) -> object:
    return next_step(seen, due(seen, WANTED, ()))


def test_the_standby_goes_first_then_it_takes_over_then_the_other_goes() -> None:
    new_b, new_a = gateway("tokyo-b", NEW), gateway("tokyo-a", NEW)
    assert following(view(A, B)) == Replace("tokyo-b")
    assert following(view(A, new_b)) == SwitchTo("tokyo-b")
    assert following(view(A, new_b, active="tokyo-b")) == Replace("tokyo-a")
    assert following(view(new_a, new_b, active="tokyo-b")) is None


def test_only_the_active_one_is_due() -> None:
    assert following(view(A, gateway("tokyo-b", NEW))) == SwitchTo("tokyo-b")


@pytest.mark.parametrize(
    "seen",
    [
        view(A, B, active=""),
        view(down(A), B),
        view(A, down(gateway("tokyo-b", NEW))),
        view(A, leaving(B)),
        view(A, gateway("tokyo-b", NEW), words=(word("tokyo-a"),)),
        view(gateway("tokyo-a", NEW), down(gateway("tokyo-b", NEW))),
    ],
)
def test_nothing_is_ended_or_switched_while_something_is_not_well(seen: View) -> None:
    step = following(seen)
    assert isinstance(step, Wait)
    assert step.lacks


def test_a_standby_that_is_cut_off_may_be_replaced() -> None:
    assert following(view(A, down(B))) == Replace("tokyo-b")


def test_a_single_is_simply_replaced_and_whoever_is_asked_for_is_due() -> None:
    assert following(view(ALONE)) == Replace("dublin-a")
    same = view(ALONE)
    assert due(same, {"dublin-a": OLD}, ()) == []
    assert due(same, {"dublin-a": OLD}, ("i-dublin-a",)) == ["dublin-a"]
    assert replaced(same, {"dublin-a": OLD}, all_of_them=True) == ("i-dublin-a",)
    assert replaced(same, {"dublin-a": OLD}, all_of_them=False) == ()


def test_a_new_instance_is_ready_when_its_own_tunnels_are_up_and_it_was_heard() -> None:
    assert unready(view(A, B), "tokyo-b", "i-before") == ()
    assert unready(view(A, B), "tokyo-b", "i-tokyo-b") == ("tokyo-b has no new instance yet",)
    stale = replace(B, tunnels=tuple(replace(one, since="2026-11-24T04:59:00+00:00") for one in B.tunnels))
    assert unready(view(A, stale), "tokyo-b", "i-before") == ("tokyo-b-1 isn't up with routes", "tokyo-b-2 isn't up with routes")
    assert unready(view(A, down(B, 1)), "tokyo-b", "i-before", {"tokyo-b-1"}) == ()
    assert unready(view(A, B, words=()), "tokyo-b", "i-before") == ("nothing was heard of tokyo-b",)
    assert unready(view(ALONE, active=""), "dublin-a", "i-before") == ("the routes of dublin don't lead to dublin-a",)
    assert unready(view(ALONE), "dublin-a", "i-before") == ()


def names(seen: View, labels: dict[str, str], done: tuple[str, ...] = ()) -> list[str]:
    return [tunnel.name for _, tunnel in in_order(seen, labels, done)]  # type: ignore[arg-type]


def test_the_standbys_keys_come_first() -> None:
    assert names(view(A, B), {}) == ["tokyo-b-1", "tokyo-b-2", "tokyo-a-1", "tokyo-a-2"]
    assert names(view(A, B, active="tokyo-b"), {}) == ["tokyo-a-1", "tokyo-a-2", "tokyo-b-1", "tokyo-b-2"]


@pytest.mark.parametrize("label", [PENDING, RETURNING])
def test_what_is_under_way_is_finished_before_anything_else_and_what_is_done_is_not_done_again(label: str) -> None:
    assert names(view(A, B), {"tokyo-b-2": label}, ("tokyo-b-1",)) == ["tokyo-b-2", "tokyo-a-1", "tokyo-a-2"]


def test_a_tunnel_is_not_begun_while_its_other_is_down_or_it_is_down_itself() -> None:
    first = A.tunnels[0]
    assert hindrances(A, first) == ()
    assert "tokyo-a-2 doesn't carry" in hindrances(down(A, 2), first)[0]
    assert "tokyo-a-1 doesn't carry now" in hindrances(down(A, 1), down(A, 1).tunnels[0])[0]
    unlearnt = replace(A, tunnels=(first, replace(A.tunnels[1], accepted=0)))
    assert hindrances(unlearnt, first), "up without routes is no help"
