"""A switch by hand, against the embedded AWS with gateways that are played."""

from __future__ import annotations

from typing import NoReturn

import pytest

from landbridge.aws.facts import Gateway
from landbridge.aws.operating.failing_over import CLAIMED, ROUTED, YIELDED, fail_over, plan_switch
from landbridge.aws.operating.watching import Lacks, Watch, held
from landbridge.findings import LandbridgeError
from tests.aws.operating.played import Played


class Killed(BaseException):
    """The process is no more."""


class Dying(Watch):
    """Ends everything at the first look after the order."""

    def until(self, of: str, what: str, lacks: Lacks, seconds: float) -> NoReturn:  # noqa: ARG002
        raise Killed


def test_the_other_takes_over_and_the_order_is_gone(played: Played) -> None:
    means = played.means()
    watch = Watch(means, "tokyo")
    before = watch.look().active
    switch = plan_switch(watch.look(), None, force=False)
    assert (switch.leaving, switch.to) == (before, watch.look().other(before or ""))
    with held(means):
        outcome = fail_over(means, watch, switch, 20)
    assert (outcome.ok, outcome.findings) == (True, ())
    assert [one.what for one in outcome.steps] == [YIELDED, CLAIMED, ROUTED, "switched"]
    assert watch.look().active == switch.to
    assert played.order == ""
    assert not plan_switch(watch.look(), switch.to, force=False).needed, "asked for what is, nothing is done"


def test_an_order_that_is_not_obeyed_is_taken_back_and_told(played: Played) -> None:
    played.obeys = False
    means = played.means()
    watch = Watch(means, "tokyo")
    before = watch.look().active
    switch = plan_switch(watch.look(), None, force=False)
    with held(means):
        outcome = fail_over(means, watch, switch, 0.5)
    assert not outcome.ok
    assert f"wasn't switched to {switch.to}" in outcome.findings[0].message
    assert played.order == ""
    assert watch.look().active == before


def test_a_run_that_was_interrupted_is_gone_on_with(played: Played) -> None:
    played.obeys = False
    means = played.means()
    watch = Watch(means, "tokyo")
    switch = plan_switch(watch.look(), None, force=False)

    with pytest.raises(Killed), held(means):
        fail_over(means, Dying(means, "tokyo"), switch, 20)
    assert played.order.startswith(f"yield={switch.leaving} ")
    again = plan_switch(watch.look(), None, force=False)
    assert (again.to, again.order is not None) == (switch.to, True)
    played.obeys = True
    with held(means):
        assert fail_over(means, watch, again, 20).ok
    assert watch.look().active == switch.to


def test_a_single_is_refused_and_so_is_a_standby_without_tunnels(played: Played) -> None:
    means = played.means()
    with pytest.raises(LandbridgeError, match="single gateway, dublin-a"):
        plan_switch(Watch(means, "dublin").look(), None, force=False)
    watch = Watch(means, "tokyo")
    view = watch.look()
    standby = view.other(view.active or "")
    played.rises = {tunnel.name for one in view.facts.gateways if one.name != standby for tunnel in one.tunnels}
    _, left, _ = watch.until("tokyo", "cut off", lambda seen: ("up",) if _up(seen.gateway(standby)) else (), 10)
    assert not left
    with pytest.raises(LandbridgeError, match=f"{standby} can't take over: no tunnel of {standby} is up"):
        plan_switch(watch.look(), None, force=False)
    assert plan_switch(watch.look(), None, force=True).doubts
    played.rises = None
    _, left, _ = watch.until("tokyo", "up", lambda seen: () if _up(seen.gateway(standby)) else ("down",), 10)
    assert not left


def _up(one: Gateway) -> bool:
    return any(tunnel.state == "up" for tunnel in one.tunnels)
