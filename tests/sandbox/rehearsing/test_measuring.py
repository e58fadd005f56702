"""What a row says, from what happened."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from landbridge.sandbox.rehearsing.measuring import measure
from tests.sandbox.rehearsing.played import BROKEN, A, B, call, event, played, run


def test_each_direction_has_its_longest_outage_and_traffic_is_back_with_the_last_of_both() -> None:
    row = measure(played(out=((0.0, 3.5),), in_=((0.1, 4.1), (4.5, 5.0))))
    assert (row.out_s, row.in_s, row.back_s, row.after_s) == (3.5, 4.0, 5.0, 0.0)
    assert (row.sent, row.lost) == (2000, 30)


def test_an_outage_after_the_mending_counts_by_itself() -> None:
    row = measure(played(out=((0.0, 3.0), (21.0, 22.5)), in_=((30.0, 34.0),)))
    assert (row.back_s, row.after_s) == (3.0, 4.0)


def test_a_lost_packet_or_two_are_no_outage_but_are_counted() -> None:
    row = measure(played(out=((0.0, 0.06),)))
    assert (row.out_s, row.back_s, row.lost) == (0.0, 0.0, 10)


def test_an_outage_that_never_ends_lasts_until_now() -> None:
    row = measure(played(in_=((0.5, None),)))
    assert (row.in_s, row.back_s) == (59.5, 60.0)


@pytest.mark.parametrize(
    ("journal", "expected"),
    [
        ((event(0.2), call(3.7, "dynamodb:PutItem", "i-1")), (0.2, "event")),
        ((call(3.7, "dynamodb:PutItem", "i-1"), event(9.0)), (3.7, "claim")),
        ((call(3.7, "lambda:Invoke", "i-1"),), (3.7, "claim")),
        ((event(0.2, refused=True), call(3.7, "dynamodb:PutItem", "i-1", refused=True)), (None, "")),
        ((event(0.2, region="us-east-1"), event(0.3, "tests"), call(0.4, "dynamodb:PutItem", "123456789012")), (None, "")),
    ],
)
def test_it_is_noticed_with_the_first_event_or_word_that_somebody_gets(journal: tuple[dict[str, object], ...], expected: object) -> None:
    row = measure(played(journal=journal))
    assert (row.detected_s, row.by) == expected


def test_routes_are_moved_with_the_last_call_before_the_mending() -> None:
    journal = (
        call(3.9, "ec2:ReplaceRoute"),
        call(4.0, "ec2:ReplaceRoute"),
        call(4.1, "ec2:ReplaceRoute", refused=True),
        call(25.0, "ec2:ReplaceRoute"),
    )
    assert measure(played(journal=journal)).routes_s == 4.0
    assert measure(played()).routes_s is None


def test_the_hub_has_left_a_gateway_with_the_first_route_by_another() -> None:
    hub: list[tuple[float, frozenset[IPv4Address]]] = [(BROKEN - 5, B), (BROKEN + 1, A), (BROKEN + 2, frozenset())]
    hub += [(BROKEN + 3.8, B), (BROKEN + 9, B)]
    assert measure(played(hub=hub)).hub_s == 3.8


def test_a_singles_route_is_back_when_it_leads_anywhere_after_it_had_led_nowhere() -> None:
    hub = [(BROKEN + 25.0, A), (BROKEN + 25.2, frozenset[IPv4Address]()), (BROKEN + 51.7, A), (BROKEN + 52.0, A)]
    assert measure(played(kind="single", hub=hub)).hub_s == 51.7


def test_of_calls_only_those_of_heal_count_that_wrote_and_were_let_through() -> None:
    journal = (
        call(0.1, "ec2:ReplaceRoute"),
        call(0.2, "ec2:ReplaceRoute"),
        call(0.3, "events:PutEvents"),
        call(0.4, "ec2:AssociateAddress"),
        call(0.5, "ec2:DescribeInstances", writes=False),
        call(0.6, "ec2:ReplaceRoute", refused=True),
        call(0.7, "ec2:RunInstances", "somebody"),
    )
    row = measure(played(journal=journal))
    assert row.writes == {"ec2:AssociateAddress": 1, "ec2:ReplaceRoute": 2, "events:PutEvents": 1}
    assert row.moving == 3


def test_two_failovers_are_counted_each_by_itself() -> None:
    journal = (call(3.9, "ec2:ReplaceRoute"), call(4.0, "events:PutEvents"), call(22.0, "ec2:ReplaceRoute"))
    assert measure(played("wire", journal=journal)).moving == 2


def test_what_is_told_of_a_new_instance_is_no_part_of_a_failover() -> None:
    journal = (call(0.3, "ec2:ReplaceRoute"), call(0.4, "events:PutEvents"), call(9.0, "events:PutEvents"), call(25.0, "events:PutEvents"))
    row = measure(played(journal=journal))
    assert (row.moving, row.writes["events:PutEvents"]) == (2, 3)


def test_runs_that_begin_once_the_routes_are_moved_are_none_that_moved_them() -> None:
    journal = (run(0.1), run(0.2), call(0.5, "ec2:ReplaceRoute"), call(0.6, "ec2:ReplaceRoute"), run(0.7), run(25.0))
    row = measure(played(journal=journal))
    assert (row.moving, row.runs) == (2, 2)
    assert measure(played(journal=(run(1.0),))).runs == 0


def test_a_row_for_programs_has_all_of_it() -> None:
    told = measure(played()).as_json()
    assert told["scenario"] == "terminate"
    assert told["ok"] is True
    assert told["misses"] == []
