"""Routes that no stack holds, through edits and removals: those of prefix lists that go, and those in VPCs that were there before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.deploying.changing import changes
from landbridge.findings import LandbridgeError
from landbridge.heal import tags
from landbridge.sandbox import Sandbox
from tests.aws.deploying.whole import EAST, NETWORK, SITE, WEST, bring, client, cloud, eventually, ground, network, take_away


def lists(sandbox: Sandbox) -> set[str]:
    found = client(sandbox, "ec2").describe_managed_prefix_lists(Filters=[{"Name": f"tag:{tags.NETWORK}", "Values": [NETWORK]}])
    return {one["PrefixListId"] for one in found["PrefixLists"]}


def led(sandbox: Sandbox, vpc: str | None = None, region: str = EAST) -> Iterator[dict[str, Any]]:
    """The routes to prefix lists."""
    filters = [] if vpc is None else [{"Name": "vpc-id", "Values": [vpc]}]
    for table in client(sandbox, "ec2", region).describe_route_tables(Filters=filters)["RouteTables"]:
        yield from (route for route in table["Routes"] if route.get("DestinationPrefixListId"))


def test_a_prefix_list_that_an_edit_drops_goes_with_its_routes(sandbox: Sandbox, tmp_path: Path) -> None:
    bring(sandbox, ground(tmp_path, network(12)))
    assert eventually(lambda: len(list(led(sandbox))) == 2), "heal leads the site's two lists"
    before = lists(sandbox)
    small = ground(tmp_path, network(8))
    shown = changes(cloud(sandbox), small, 0.05)
    gone = [one.name for change in shown.changes for one in change.resources if one.change == "remove"]
    assert gone.count("RemotePrefixes2") == 1
    bring(sandbox, small)
    (left,) = lists(sandbox)
    assert left in before
    assert {route["DestinationPrefixListId"] for route in led(sandbox)} == {left}
    assert take_away(sandbox, small) == ()


def existing(sandbox: Sandbox, region: str, cidr: str, *subnets: str) -> tuple[str, list[str], str]:
    """A VPC that somebody made: its id, its subnets', and the id of the one route table that rules all but the last subnet."""
    ec2 = client(sandbox, "ec2", region)
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    zoned = [(one, f"{region}{'ab'[index % 2]}") for index, one in enumerate(subnets)]
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=one, AvailabilityZone=zone)["Subnet"]["SubnetId"] for one, zone in zoned]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_tags(Resources=[table], Tags=[{"Key": "Name", "Value": "theirs"}])
    for one in made[:-1]:
        ec2.associate_route_table(SubnetId=one, RouteTableId=table)
    return vpc, made, table


def tables(sandbox: Sandbox, region: str, vpc: str) -> list[dict[str, Any]]:
    filters = [{"Name": "vpc-id", "Values": [vpc]}]
    found: list[dict[str, Any]] = client(sandbox, "ec2", region).describe_route_tables(Filters=filters)["RouteTables"]
    for one in found:
        one["Tags"].sort(key=lambda tag: tag["Key"])
    return sorted(found, key=lambda one: one["RouteTableId"])


@pytest.fixture
def theirs(sandbox: Sandbox) -> dict[str, Any]:
    """A network in VPCs that exist: of the site's subnets one has a table of its own, one the main one, and a private one isn't ruled."""
    site, _, _ = existing(sandbox, EAST, "172.88.0.0/20", "172.88.0.0/24", "172.88.1.0/24", "172.88.2.0/24")
    hub, _, _ = existing(sandbox, WEST, "172.88.64.0/18", "172.88.64.0/24", "172.88.66.0/24")
    wanted = network(2)
    wanted["hubs"]["oregon"]["vpc"]["id"] = hub
    given = {**SITE["vpc"], "id": site}
    given["subnets"] = [{"cidr": "172.88.0.0/24", "zone": "a"}, {"cidr": "172.88.2.0/24", "zone": "a", "private": True}]
    wanted["sites"] = {"singapore": {**SITE, "vpc": given}}
    return wanted


def test_an_existing_vpc_gets_its_routes_and_is_left_as_it_was(sandbox: Sandbox, tmp_path: Path, theirs: dict[str, Any]) -> None:
    site, hub = theirs["sites"]["singapore"]["vpc"]["id"], theirs["hubs"]["oregon"]["vpc"]["id"]
    before = tables(sandbox, EAST, site), tables(sandbox, WEST, hub)
    own = next(one["RouteTableId"] for one in before[0] if one["Tags"])
    wanted = ground(tmp_path, theirs)
    shown = {change.name: change for change in changes(cloud(sandbox), wanted, 0.05).stacks}
    assert [(one.change, one.id) for one in shown["small-singapore-edge"].tables] == [("add", own)]
    assert len(shown["small-oregon-hub"].tables) == 2
    assert (tables(sandbox, EAST, site), tables(sandbox, WEST, hub)) == before, "a plan changes nothing"

    bring(sandbox, wanted)
    (route,) = eventually(lambda: list(led(sandbox, site)))
    assert route["NetworkInterfaceId"].startswith("eni-")
    assert {route["TransitGatewayId"][:4] for route in led(sandbox, hub, WEST)} == {"tgw-"}
    assert len(list(led(sandbox, hub, WEST))) == 2
    main = next(one for one in tables(sandbox, EAST, site) if one["RouteTableId"] != own)
    assert not main["Tags"], "only what the file names is touched"

    assert take_away(sandbox, wanted) == ()
    assert (tables(sandbox, EAST, site), tables(sandbox, WEST, hub)) == before


def test_a_table_of_another_subnet_joins_and_one_that_is_named_no_more_leaves(
    sandbox: Sandbox, tmp_path: Path, theirs: dict[str, Any]
) -> None:
    site = theirs["sites"]["singapore"]["vpc"]
    bring(sandbox, ground(tmp_path, theirs))
    own = next(one["RouteTableId"] for one in tables(sandbox, EAST, site["id"]) if one["Tags"])
    site["subnets"][1]["private"] = False
    both = ground(tmp_path, theirs)
    tabled = [one for change in changes(cloud(sandbox), both, 0.05).changes for one in change.tables]
    assert [one.change for one in tabled] == ["add"]
    assert bring(sandbox, both).ok
    site["subnets"][1]["private"] = True
    bring(sandbox, ground(tmp_path, theirs))
    joined = [one for one in tables(sandbox, EAST, site["id"]) if any(tag["Key"] == tags.OWNER for tag in one["Tags"])]
    assert [one["RouteTableId"] for one in joined] == [own]
    assert own not in {one.id for one in tabled}


def test_a_table_of_another_network_is_refused(sandbox: Sandbox, tmp_path: Path, theirs: dict[str, Any]) -> None:
    site = theirs["sites"]["singapore"]["vpc"]["id"]
    own = next(one["RouteTableId"] for one in tables(sandbox, EAST, site) if one["Tags"])
    others = [{"Key": tags.NETWORK, "Value": "other"}, {"Key": tags.OWNER, "Value": "tokyo"}]
    client(sandbox, "ec2").create_tags(Resources=[own], Tags=others)
    with pytest.raises(LandbridgeError, match=f"{own} .* belongs to tokyo of the network other already"):
        changes(cloud(sandbox), ground(tmp_path, theirs), 0.05)


def test_subnets_that_differ_are_said_before_anything_is_made(sandbox: Sandbox, tmp_path: Path, theirs: dict[str, Any]) -> None:
    theirs["sites"]["singapore"]["vpc"]["subnets"].append({"cidr": "172.88.9.0/24", "zone": "a"})
    with pytest.raises(LandbridgeError, match=r"has no subnet 172\.88\.9\.0/24"):
        changes(cloud(sandbox), ground(tmp_path, theirs), 0.05)
