"""What gateways say and what alarms tell, against the emulator; and what heal does without them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landbridge.heal.handler import run
from landbridge.heal.observe import observe
from tests.heal.cloud import NETWORK, Cloud, failing, tagged

CLAIM = {"detail-type": "landbridge claim", "source": "landbridge.gateway", "detail": {"gateway": "lima-b"}}


def heal(cloud: Cloud, event: dict[str, Any] = CLAIM) -> None:
    cloud.calls.clear()
    run(NETWORK, event, cloud.clients)


@pytest.fixture
def settled(cloud: Cloud) -> Cloud:
    """Both in service for an hour, the routes on lima-a."""
    heal(cloud)
    cloud.age()
    return cloud


def holder(cloud: Cloud) -> str:
    """The gateway that all routes lead to."""
    targets = {target for table in cloud.tables for target in cloud.targets(table)}
    found = [one for one in cloud.addresses if {cloud.interface(one)["NetworkInterfaceId"]} == targets]
    return found[0] if found else f"{targets}"


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The last line."""
    line: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return line


def test_on_a_claim_the_routes_move_in_one_call_a_table_and_stay_when_it_is_over(settled: Cloud) -> None:
    settled.claim("lima-b")
    heal(settled)
    assert settled.writes() == ["ReplaceRoute", "ReplaceRoute", "PutEvents"]
    assert holder(settled) == "lima-b"
    settled.claim("lima-b", ago=70)
    heal(settled)
    assert (settled.writes(), holder(settled)) == ([], "lima-b")


def test_the_newer_of_two_claims_rules(settled: Cloud) -> None:
    settled.claim("lima-b", ago=5)
    settled.claim("lima-a", ago=10)
    heal(settled)
    assert holder(settled) == "lima-b"
    settled.claim("lima-a")
    heal(settled)
    assert holder(settled) == "lima-a"


def test_who_stands_down_hands_over_to_the_other(settled: Cloud) -> None:
    settled.claim("lima-b", by="lima-a")
    heal(settled)
    assert holder(settled) == "lima-b"


def test_a_claim_of_one_that_has_ended_since_moves_nothing(settled: Cloud) -> None:
    settled.claim("lima-b")
    settled.die("lima-b")
    settled.hold("lima-b", "Pending")
    heal(settled)
    assert holder(settled) == "lima-a"


def test_a_word_that_cant_be_believed_is_told_and_moves_nothing(settled: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    settled.say("lima-b", "claim=lima-b by=lima-a prepends=0 at=1 expires=99999999999")
    heal(settled)
    assert settled.writes() == []
    assert said(capsys)["problems"] == ["lima-b's word is ignored: it is said by 'lima-a'"]


@pytest.mark.parametrize("how", ["error", "timeout", "lost"])
@pytest.mark.parametrize(("call", "what"), [("Scan", "the gateways' words"), ("DescribeAlarms", "the alarms")])
def test_without_words_or_alarms_it_does_what_the_rest_tells_and_says_so(
    settled: Cloud, capsys: pytest.CaptureFixture[str], call: str, what: str, how: str
) -> None:
    heal(settled)
    number = settled.calls.index(call)
    settled.die("lima-a")
    settled.hold("lima-a", "Pending")
    with failing(settled, number, how):
        run(NETWORK, CLAIM, settled.clients)
    assert settled.calls[number] == call
    assert {target for table in settled.tables for target in settled.targets(table)} == {settled.interface("lima-b")["NetworkInterfaceId"]}
    (problem,) = said(capsys)["problems"]
    assert problem.startswith(f"{what} couldn't be read: {'RequestLimitExceeded' if how == 'error' else 'ReadTimeoutError'}: ")


def test_a_gateway_that_is_cut_off_gives_way_and_is_replaced_when_that_lasts(settled: Cloud) -> None:
    settled.cut_off("lima-a", ago=60)
    heal(settled)
    assert holder(settled) == "lima-b"
    assert "SetInstanceHealth" not in settled.writes()
    settled.cut_off("lima-a", ago=700)
    heal(settled)
    assert settled.writes()[:1] == ["SetInstanceHealth"]
    heal(settled)
    assert settled.writes() == []


def test_alarms_of_other_networks_and_other_alarms_tell_nothing(settled: Cloud) -> None:
    settled.cut_off("lima-c", ago=700)
    settled.cut_off("lima-a-tunnel", ago=700)
    heal(settled)
    assert settled.writes() == []


def test_where_the_hub_is_anothers_no_alarm_is_looked_at(settled: Cloud) -> None:
    from dataclasses import replace

    settled.cut_off("lima-a", ago=700)
    settled.calls.clear()
    run(NETWORK, CLAIM, replace(settled.clients, alarms=None))
    assert settled.calls == [call for call in settled.calls if call.startswith("Describe") or call == "Scan"]
    assert "DescribeAlarms" not in settled.calls


def test_a_look_costs_as_much_with_many_things_of_ones_own_and_of_others_as_with_few(settled: Cloud) -> None:
    heal(settled)
    few = settled.reads()
    for number in range(50):
        for size, more in enumerate(({"network": "foreign"}, {"gateway": f"spare-{number}-a"})):
            name, told = f"{number}-{size}", {"owner": f"spare-{number}", **more}
            settled.ec2.create_route_table(VpcId=settled.vpc, TagSpecifications=tagged("route-table", **told))
            settled.ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", **told))
            settled.ec2.create_managed_prefix_list(
                PrefixListName=name, MaxEntries=1, AddressFamily="IPv4", TagSpecifications=tagged("prefix-list", **told)
            )
            settled.group(name, size, **told)
        settled.say(f"spare-{number}-a", f"claim=spare-{number}-a by=spare-{number}-a prepends=0 at=1 expires=61")
        settled.cut_off(f"spare-{number}-a")
    settled.calls.clear()
    seen = observe(NETWORK, settled.clients)
    assert settled.calls == few
    assert (len(seen.gateways), len(seen.routes), len(seen.words), seen.troubles) == (52, 52, 50, ())
    assert sum(one.cut_off is not None for one in seen.gateways) == 50
