"""A pair in the followed sandbox, rehearsed for real: stacks, Lambda, packets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli import main

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("root")]

NETWORK = """
version: 1
network: rehearsed
hubs:
  ohio:
    region: us-east-2
    vpc: {cidrs: [172.16.0.0/20], subnets: [{cidr: 172.16.0.0/24, zone: a}]}
sites:
  tokyo:
    region: ap-northeast-1
    vpc: {cidrs: [10.0.0.0/16], subnets: [{cidr: 10.0.0.0/24, zone: a}, {cidr: 10.0.1.0/24, zone: c}]}
  mumbai:
    region: ap-south-1
    vpc: {cidrs: [10.0.0.0/16], subnets: [{cidr: 10.0.0.0/24, zone: a}]}
    gateway: {availability: single}
defaults:
  gateway: {release: "1.4", image: {owner: aws-marketplace, name: "VyOS 1.4*"}, instance_type: c6in.large}
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The rows of a rehearsal, by their scenarios."""
    path: Path = tmp_path_factory.mktemp("rehearsed") / "network.yaml"
    path.write_text(NETWORK)
    words = ["rehearse", str(path), "--site", "tokyo", "--only", "hang", "--only", "terminate", "--boot-time", "3", "--json"]
    with pytest.MonkeyPatch.context() as patch:
        said: list[str] = []
        patch.setattr("landbridge.cli.output.say_json", lambda value: said.append(json.dumps(value)))
        main(words)
    assert said, "it couldn't be rehearsed: the reason is on standard error"
    answer = json.loads(said[0])
    assert "rows" in answer, answer
    return {row["scenario"]: row for row in answer["rows"]}


def test_a_terminated_active_gateway_is_taken_over_from_within_seconds_and_the_connection_goes_on(rows: dict[str, dict[str, Any]]) -> None:
    row = rows["terminate"]
    assert row["misses"] == []
    assert row["back_s"] <= 6.0
    assert row["alive"]
    assert row["by"] == "event"
    assert row["settled_s"] is not None


def test_a_hung_active_gateway_is_noticed_by_the_other_alone_and_when_it_wakes_both_directions_end_on_one(
    rows: dict[str, dict[str, Any]],
) -> None:
    row = rows["hang"]
    assert row["misses"] == []
    assert 0 < row["back_s"] <= 6.0
    assert row["after_s"] <= 6.0
    assert row["alive"]
    assert row["by"] == "claim"
    assert row["routes_s"] is not None
    assert row["moving"] <= 2


def test_both_directions_leave_the_dead_gateway_each_in_its_own_way(rows: dict[str, dict[str, Any]]) -> None:
    """The hub's routes by BGP, the VPC's by heal."""
    for row in rows.values():
        assert row["hub_s"] is not None
        assert row["hub_s"] <= 6.0
        assert row["writes"].get("ec2:ReplaceRoute", 0) >= 1
