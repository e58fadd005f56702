"""From a launch to a gateway in service, against the emulator, with every call failing in turn."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from landbridge.heal import tags
from landbridge.heal.handler import Unfinished, run
from tests.heal.cloud import NETWORK, Cloud, failing, tagged

LAUNCH = {"id": "1", "detail-type": "EC2 Instance-launch Lifecycle Action"}


def heal(cloud: Cloud) -> None:
    cloud.calls.clear()
    run(NETWORK, LAUNCH, cloud.clients)


def in_service(holder: str = "lima-a") -> dict[str, object]:
    return {
        gateway: {
            "lifecycle": "InService",
            "check": False,
            "secondary": [f"10.1.{number}.253"],
            "address": True,
            "routes": [gateway == holder] * 2,
        }
        for number, gateway in enumerate(("lima-a", "lima-b"))
    }


def test_a_launch_brings_both_gateways_into_service_and_routes_to_the_active_one(cloud: Cloud) -> None:
    heal(cloud)
    assert cloud.state() == in_service()
    assert cloud.targets(cloud.foreign) == []


def test_a_second_run_writes_nothing_and_reads_as_much(cloud: Cloud) -> None:
    heal(cloud)
    first = cloud.reads()
    heal(cloud)
    assert cloud.calls == first
    assert len(first) == 7


def test_when_the_active_one_dies_the_standby_has_the_routes_and_keeps_them(cloud: Cloud) -> None:
    heal(cloud)
    cloud.die("lima-a")
    heal(cloud)
    assert cloud.state() == in_service("lima-b")
    heal(cloud)
    assert cloud.writes() == []


def test_routes_go_first_and_a_failover_writes_once_a_table(cloud: Cloud) -> None:
    heal(cloud)
    cloud.die("lima-a")
    cloud.hold("lima-a", "Pending")  # the new one isn't there yet
    cloud.calls.clear()
    heal(cloud)
    assert cloud.writes()[:2] == ["ReplaceRoute", "ReplaceRoute"]


def test_a_leaving_gateway_is_let_go_when_nothing_leads_to_it(cloud: Cloud) -> None:
    heal(cloud)
    cloud.hold("lima-a", "Terminating:Wait")
    heal(cloud)
    assert cloud.writes() == ["ReplaceRoute", "ReplaceRoute", "CompleteLifecycleAction", "PutEvents"]
    assert cloud.lifecycle("lima-a") == "Terminating:Proceed"


@pytest.mark.parametrize("how", ["error", "timeout", "lost"])
def test_whichever_call_fails_the_next_run_makes_it_right(cloud: Cloud, how: str) -> None:
    heal(cloud)
    number = 0
    while True:
        cloud.die("lima-a")
        cloud.die("lima-b")
        with failing(cloud, number, how), suppress(Unfinished):
            run(NETWORK, LAUNCH, cloud.clients)
        made = len(cloud.calls)
        heal(cloud)
        # Where lima-a was held up, lima-b is in service before it: then the routes are right there.
        assert cloud.state() in (in_service("lima-a"), in_service("lima-b")), f"call {number} failed"
        heal(cloud)
        assert cloud.writes() == []
        if number >= made:
            break
        number += 1
    assert number > 15


def test_a_failed_step_keeps_the_gateway_from_service_and_the_other_goes_on(cloud: Cloud) -> None:
    with failing(cloud, 7, "error"), pytest.raises(Unfinished, match="RequestLimitExceeded"):
        run(NETWORK, LAUNCH, cloud.clients)  # switching off lima-a's check
    assert (cloud.lifecycle("lima-a"), cloud.lifecycle("lima-b")) == ("Pending:Wait", "InService")
    assert cloud.targets(cloud.tables[0]) == []


def test_a_run_is_one_line_of_json(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    heal(cloud)
    said = json.loads(capsys.readouterr().out)
    assert said["woken_by"] == "EC2 Instance-launch Lifecycle Action"
    assert [action["do"] for action in said["actions"]][:3] == ["forward", "point", "point"]
    assert said["problems"] == []


def test_a_route_that_came_or_went_meanwhile_is_set_all_the_same(cloud: Cloud) -> None:
    from landbridge.heal.act import act
    from landbridge.heal.decide import Point

    interface = cloud.interface("lima-a")["NetworkInterfaceId"]
    for present in (True, False):  # said to be there and isn't; then said not to be there and is
        outcomes = tuple(act([Point("i", cloud.tables[0], cloud.prefix_list, interface, present)], cloud.clients))
        assert outcomes[0].trouble == ""
        assert cloud.targets(cloud.tables[0]) == [interface]


def test_an_action_that_was_completed_already_is_no_trouble(cloud: Cloud) -> None:
    from landbridge.heal.act import act
    from landbridge.heal.decide import Complete

    done = Complete(cloud.member("lima-a"), "group-lima-a", "landbridge-launch", "CONTINUE")
    assert [one.trouble for one in act([done, done], cloud.clients)] == ["", ""]


def test_every_prefix_list_of_the_site_is_a_route_of_every_table(cloud: Cloud) -> None:
    more = cloud.ec2.create_managed_prefix_list(
        PrefixListName="more", MaxEntries=5, AddressFamily="IPv4", TagSpecifications=tagged("prefix-list")
    )["PrefixList"]["PrefixListId"]
    heal(cloud)
    assert cloud.writes().count("CreateRoute") == 4
    cloud.prefix_list = more
    assert cloud.targets(cloud.tables[1]) == [cloud.interface("lima-a")["NetworkInterfaceId"]]


def test_another_sites_and_another_networks_prefix_lists_and_tables_are_left_alone(cloud: Cloud) -> None:
    for owner in ({tags.OWNER: "quito"}, {tags.NETWORK: "other"}):
        told = [{"Key": key, "Value": value} for key, value in {tags.NETWORK: NETWORK, tags.OWNER: "lima", **owner}.items()]
        spare = [{"ResourceType": "prefix-list", "Tags": told}]
        cloud.ec2.create_managed_prefix_list(PrefixListName="x", MaxEntries=5, AddressFamily="IPv4", TagSpecifications=spare)
        cloud.ec2.create_tags(Resources=[cloud.foreign], Tags=told)
        heal(cloud)
        assert cloud.targets(cloud.foreign) == []
    assert cloud.state() == in_service()
