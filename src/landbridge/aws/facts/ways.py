"""Route tables and subnets among AWS' answers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from landbridge.aws.calling import Answer
from landbridge.aws.facts.answers import Answers
from landbridge.aws.facts.model import Gateway, Lists, Route, Subnet, Table
from landbridge.heal import tags

_TARGETS = (
    *("NetworkInterfaceId", "InstanceId", "TransitGatewayId", "GatewayId", "NatGatewayId", "VpcPeeringConnectionId"),
    *("LocalGatewayId", "CarrierGatewayId", "EgressOnlyInternetGatewayId", "CoreNetworkArn"),
)


def tables_of(answers: Answers, owners: Mapping[str, str], lists: Sequence[Lists], gateways: Sequence[Gateway]) -> Iterator[Table]:
    """The route tables of an account and Region, with the routes to the remote prefixes that they lack."""
    interfaces = {one.instance.interface: one.name for one in gateways if one.instance is not None and one.instance.interface}
    interfaces |= {one.instance.id: one.name for one in gateways if one.instance is not None}
    for table in answers.tables:
        owner = owners.get(table["VpcId"], "")
        told = {tag["Key"]: tag["Value"] for tag in table.get("Tags") or ()}
        led = told.get(tags.OWNER) == owner != ""
        routes = [_route(route, interfaces) for route in table.get("Routes", ())]
        held = {route.destination for route in routes}
        remote = [id_ for one in lists if one.owner == owner for id_ in one.ids] if led else []
        missing = [Route(id_, "missing") for id_ in remote if id_ not in held]
        joined = table.get("Associations") or ()
        yield Table(
            id=table["RouteTableId"],
            owner=owner,
            vpc=table["VpcId"],
            led=led,
            main=any(one.get("Main") for one in joined),
            subnets=tuple(one["SubnetId"] for one in joined if one.get("SubnetId")),
            routes=(*routes, *missing),
        )


def subnets_of(answers: Answers, owners: Mapping[str, str], tables: Sequence[Table]) -> Iterator[Subnet]:
    """The subnets of an account and Region, each with the table that rules it: its own, or its VPC's main one."""
    own = {subnet: table.id for table in tables for subnet in table.subnets}
    main = {table.vpc: table.id for table in tables if table.main}
    for subnet in answers.subnets:
        vpc, id_ = subnet["VpcId"], subnet["SubnetId"]
        yield Subnet(id_, owners.get(vpc, ""), subnet["CidrBlock"], subnet["AvailabilityZone"], own.get(id_, main.get(vpc, "")))


def _route(route: Answer, interfaces: Mapping[str, str]) -> Route:
    destination = route.get("DestinationPrefixListId") or route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock") or ""
    target = next((route[key] for key in _TARGETS if route.get(key)), "")
    return Route(destination, "blackhole" if route.get("State") == "blackhole" else "active", target, interfaces.get(target, ""))
