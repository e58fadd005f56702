"""The VPCs that there are in Regions and accounts, as a network file needs them. Reads only."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

from landbridge.aws.calling import Cloud, Place
from landbridge.findings import Finding, note
from landbridge.heal import tags

Way = Literal["internet", "nat", "none"]

_EVERYWHERE = "0.0.0.0/0"
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class FoundSubnet:
    """A subnet; `way` is where its route table leads what is elsewhere: straight to the Internet, by somebody in between, or nowhere."""

    id: str
    name: str
    cidr: IPv4Network
    zone: str
    way: Way


@dataclass(frozen=True, slots=True)
class FoundVpc:
    id: str
    name: str
    place: Place
    cidrs: tuple[IPv4Network, ...]
    subnets: tuple[FoundSubnet, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found: VPCs in the order of their places, and what was left out, with the reason."""

    vpcs: tuple[FoundVpc, ...]
    notes: tuple[Finding, ...]


def discover(cloud: Cloud, places: Iterable[Place]) -> Discovery:
    """The VPCs of these places, each once. Raises CallError where one can't be asked."""
    asked = tuple(dict.fromkeys(places))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda place: _found(cloud, place), asked))
    vpcs: dict[str, FoundVpc] = {}
    notes: dict[str, Finding] = {}
    for more, said in found:
        for vpc in more:
            vpcs.setdefault(vpc.id, vpc)
        for finding in said:
            notes.setdefault(finding.message, finding)
    return Discovery(tuple(vpcs.values()), tuple(notes.values()))


def _found(cloud: Cloud, place: Place) -> tuple[list[FoundVpc], list[Finding]]:
    own = cloud.call(place, "sts", "get_caller_identity")["Account"]
    described = list(cloud.each(place, "ec2", "describe_vpcs", "Vpcs"))
    subnets, tables = defaultdict(list), defaultdict(list)
    for subnet in cloud.each(place, "ec2", "describe_subnets", "Subnets"):
        subnets[subnet["VpcId"]].append(subnet)
    for table in cloud.each(place, "ec2", "describe_route_tables", "RouteTables"):
        tables[table["VpcId"]].append(table)
    vpcs: list[FoundVpc] = []
    notes: list[Finding] = []
    for vpc in sorted(described, key=lambda one: (_tag(one, "Name"), one["VpcId"])):
        name = vpc["VpcId"]
        reason = _unfit(vpc, own)
        if reason is None:
            kept, left = _subnets(subnets[name], tables[name], place.region)
            notes += [_left_out(f"{one} of {name} in {place.region}", why) for one, why in left]
            if kept:
                vpcs.append(FoundVpc(name, _tag(vpc, "Name"), place, _cidrs(vpc), kept))
                continue
            reason = "no subnet of it can be joined"
        notes.append(_left_out(f"{name} in {place.region}", reason))
    return vpcs, notes


def _left_out(what: str, why: str) -> Finding:
    return note("not-represented", f"{what} is left out: {why}.")


def _unfit(vpc: Mapping[str, Any], own: str) -> str | None:
    """Why a VPC is none to join, if it isn't."""
    if vpc.get("IsDefault"):
        return "it is the Region's default VPC"
    if vpc.get("OwnerId", own) != own:
        return f"it is shared by account {vpc['OwnerId']}, whose it is to join"
    if network := _tag(vpc, tags.NETWORK):
        return f"landbridge made it, for the network {network}"
    return None


def _cidrs(vpc: Mapping[str, Any]) -> tuple[IPv4Network, ...]:
    """The VPC's CIDRs, the primary one first."""
    held = [one["CidrBlock"] for one in vpc.get("CidrBlockAssociationSet", ()) if one["CidrBlockState"]["State"] == "associated"]
    return tuple(IPv4Network(one) for one in dict.fromkeys((vpc["CidrBlock"], *held)))


def _subnets(
    described: Iterable[Mapping[str, Any]], tables: Iterable[Mapping[str, Any]], region: str
) -> tuple[tuple[FoundSubnet, ...], list[tuple[str, str]]]:
    """The subnets that can be written, in the order of their addresses; and those that can't, with the reason."""
    ways, main = _ways(tables)
    kept, left = [], []
    for subnet in described:
        zone = re.fullmatch(rf"{re.escape(region)}([a-f])", subnet["AvailabilityZone"])
        if not subnet.get("CidrBlock"):
            left.append((subnet["SubnetId"], "it has no IPv4 addresses"))
        elif zone is None:
            left.append((subnet["SubnetId"], f"{subnet['AvailabilityZone']} is no zone that the network file can name"))
        else:
            way = ways.get(subnet["SubnetId"], main)
            kept.append(FoundSubnet(subnet["SubnetId"], _tag(subnet, "Name"), IPv4Network(subnet["CidrBlock"]), zone[1], way))
    return tuple(sorted(kept, key=lambda one: one.cidr)), left


def _ways(tables: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Way], Way]:
    """By subnet, where its route table leads; and where the VPC's main route table leads, which all others have."""
    ways: dict[str, Way] = {}
    main: Way = "none"
    for table in tables:
        way = _way(table["Routes"])
        for association in table["Associations"]:
            if association.get("Main"):
                main = way
            if subnet := association.get("SubnetId"):
                ways[subnet] = way
    return ways, main


def _way(routes: Iterator[Mapping[str, Any]]) -> Way:
    for route in routes:
        if route.get("DestinationCidrBlock") == _EVERYWHERE and route.get("State") != "blackhole":
            return "internet" if route.get("GatewayId", "").startswith("igw-") else "nat"
    return "none"


def _tag(thing: Mapping[str, Any], key: str) -> str:
    return next((tag["Value"] for tag in thing.get("Tags", ()) if tag["Key"] == key), "")
