"""What is promised, and what counts as a miss."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.sandbox.rehearsing.judging import judge
from landbridge.sandbox.rehearsing.measuring import measure
from landbridge.sandbox.rehearsing.scenarios import SCENARIOS
from tests.sandbox.rehearsing.played import call, played, run, scenario


def misses(*, boot_s: float = 45, routes: int = 1, **what: Any) -> tuple[str, ...]:  # noqa: ANN401 - any of its fields
    found = played(**what)
    return judge(measure(found), found, boot_s, routes).misses


def test_a_pair_is_back_within_six_seconds_each_way() -> None:
    assert misses(out=((0.0, 5.9),), in_=((0.0, 6.0),)) == ()
    assert misses(in_=((0.2, 6.1),)) == ("traffic was back after 6.1 s, not 6 s",)


def test_after_the_mending_no_outage_is_longer_either() -> None:
    assert misses(name="hang", out=((0.0, 4.0), (21.0, 27.5))) == ("after the mending it was out for 6.5 s, not up to 6 s",)


def test_a_single_is_back_within_ten_seconds_of_its_new_instances_boot() -> None:
    assert misses(kind="single", out=((0.0, 55.0),), boot_s=45, mended=1_000_090.0) == ()
    assert misses(kind="single", out=((0.0, 55.5),), boot_s=45, mended=1_000_090.0) == ("traffic was back after 55.5 s, not 55 s",)


@pytest.mark.parametrize(
    ("name", "kind", "boot_s", "expected"),
    [
        ("terminate", "pair", 45, 6),
        ("terminate", "single", 45, 55),
        ("terminate", "single", 3, 40),
        ("events", "single", 45, 70),
        ("events", "single", 90, 100),
        ("tunnel", "single", 45, 36),
        ("throttle", "pair", 45, 15),
    ],
)
def test_limits_count_from_the_fault(name: str, kind: Any, boot_s: float, expected: float) -> None:  # noqa: ANN401 - one of two words
    assert scenario(name).limits[kind].from_fault(boot_s) == expected


def test_a_pairs_connection_survives_and_a_singles_need_not() -> None:
    assert misses(alive=False) == ("the TCP connection has not survived",)
    assert misses(kind="single", alive=False) == ()
    assert misses(silent_s=9.0) == ("the TCP connection hears nothing any more",)


def test_a_pairs_failover_takes_one_call_for_each_route_and_one_more_by_each_run_that_was_under_way() -> None:
    three = tuple(call(at, "ec2:ReplaceRoute") for at in (1.0, 1.1, 1.2))
    assert misses(journal=three, routes=2) == ()
    assert misses(journal=three, routes=1) == ("a failover took 3 calls that write, by 0 runs of heal, not up to 2",)
    assert misses(journal=(run(0.5), run(0.6), *three), routes=1) == ()
    assert misses(journal=(run(0.5), *three, run(1.3)), routes=1) != ()


def test_what_never_settles_and_what_is_wrong_at_the_end_are_told() -> None:
    assert misses(settled=None, wrong=("2 probes fail",)) == ("it hasn't settled", "2 probes fail")


def test_the_table_has_every_scenario_once_and_each_applies_to_pairs() -> None:
    names = [one.name for one in SCENARIOS]
    assert len(set(names)) == len(names)
    assert all("pair" in one.limits for one in SCENARIOS)
    assert [one.name for one in SCENARIOS if "single" in one.limits] == ["terminate", "tunnel", "events", "throttle", "twice"]
