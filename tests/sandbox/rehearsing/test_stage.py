"""Which site is broken, and which two hosts talk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landbridge import artifacts
from landbridge.artifacts.manifest import Manifest
from landbridge.cli.rehearse import NAMES
from landbridge.design import design
from landbridge.findings import LandbridgeError
from landbridge.intent import load
from landbridge.sandbox.rehearsing import SCENARIOS, Stage, chosen, global_address, likely

EXAMPLES = Path(__file__).parents[3] / "examples"


def manifest(name: str) -> Manifest:
    return artifacts.render(design(load(EXAMPLES / f"{name}.yaml")), "1.4").manifest


def test_the_site_is_a_pairs_whose_addresses_another_has_too_or_a_singles_like_that() -> None:
    assert likely(manifest("acquisition")) == "ireland"
    assert likely(manifest("four-regions")) == "singapore"


def test_the_two_hosts_have_one_address_where_there_are_such() -> None:
    assert chosen(manifest("four-regions"), "singapore") == ("singapore-4", "virginia-4")
    assert chosen(manifest("four-regions"), "frankfurt")[0].startswith("frankfurt-")


def test_a_host_can_be_asked_for_that_stands_in_another_zone() -> None:
    of = manifest("acquisition")
    zones = {subnet.host: subnet.zone for subnet in of.vpc("ireland").subnets}
    for zone in ("a", "b"):
        host, other = chosen(of, "ireland", zone)
        assert zones[host] != zone
        assert not other.startswith("ireland-")


def test_a_site_without_a_host_in_another_zone_is_told() -> None:
    of = manifest("four-regions")
    vpcs = tuple(replace(vpc, subnets=tuple(one for one in vpc.subnets if one.zone == "a")) for vpc in of.vpcs)
    with pytest.raises(LandbridgeError, match="frankfurt has no host outside zone a"):
        chosen(replace(of, vpcs=vpcs), "frankfurt", "a")


def test_a_stage_knows_its_gateways_zones_and_ends() -> None:
    of = manifest("acquisition")
    stage = Stage("lab", "http://127.0.0.1:1", of, "tokyo", 1, 45)
    assert (stage.kind, stage.region, stage.healer) == ("pair", "ap-northeast-1", "acquisition-heal")
    assert (stage.zone("tokyo-a"), stage.zone("tokyo-b")) == ("a", "c")
    assert len(stage.ends("tokyo-a")) == 2
    assert not stage.ends("tokyo-a") & stage.ends("tokyo-b")
    assert Stage("lab", "", of, "capetown", 1, 45).kind == "single"


def test_a_host_is_known_by_its_global_address() -> None:
    assert str(global_address(manifest("four-regions"), "singapore-4")) == "10.0.1.10"


def test_the_command_offers_what_the_table_has() -> None:
    assert tuple(one.name for one in SCENARIOS) == NAMES
