"""What AWS says of a network in one account and Region: as many reads in an account of any size, but for pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.aws.deploying.survey import Found, everything
from landbridge.heal import tags

MOST_VALUES = 200  # of a filter


@dataclass(frozen=True, slots=True)
class Answers:
    """AWS' answers, each item as it came. Whoever reads them takes what he needs, and never a key."""

    place: Place
    stacks: tuple[Found, ...]
    groups: tuple[Answer, ...]
    instances: tuple[Answer, ...]
    addresses: tuple[Answer, ...]
    lists: tuple[Answer, ...]
    security_groups: tuple[Answer, ...]
    tables: tuple[Answer, ...]
    subnets: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class HubAnswers:
    """What the hub's account and Region says besides."""

    gateways: tuple[Answer, ...]
    attachments: tuple[Answer, ...]
    connections: tuple[Answer, ...]
    alarms: tuple[Answer, ...]
    routes: tuple[Answer, ...] = ()
    complete: bool = True


def ask(cloud: Cloud, place: Place, network: str, vpcs: Sequence[str]) -> Answers:
    """Ask one account and Region. `vpcs` are existing VPCs that the network has there; those of its own are found by its stacks."""
    ours = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    stacks = tuple(one for one in everything(cloud, [place]) if one.stack.tags.get(tags.NETWORK) == network)
    groups = tuple(cloud.each(place, "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", Filters=ours))
    members = [member["InstanceId"] for group in groups for member in group.get("Instances", ())]
    security = tuple(cloud.each(place, "ec2", "describe_security_groups", "SecurityGroups", Filters=ours))
    made = [one.stack.outputs["Vpc"] for one in stacks if "Vpc" in one.stack.outputs]
    within = list(dict.fromkeys([*vpcs, *made, *(one["VpcId"] for one in security)]))
    return Answers(
        place=place,
        stacks=stacks,
        groups=groups,
        instances=tuple(
            machine
            for reservation in _by(cloud, place, "describe_instances", "Reservations", "instance-id", members)
            for machine in reservation["Instances"]
        ),
        addresses=tuple(cloud.each(place, "ec2", "describe_addresses", "Addresses", Filters=ours)),
        lists=tuple(cloud.each(place, "ec2", "describe_managed_prefix_lists", "PrefixLists", Filters=ours)),
        security_groups=security,
        tables=tuple(_by(cloud, place, "describe_route_tables", "RouteTables", "vpc-id", within)),
        subnets=tuple(_by(cloud, place, "describe_subnets", "Subnets", "vpc-id", within)),
    )


def ask_hub(cloud: Cloud, place: Place, network: str) -> HubAnswers:
    """Ask the account and Region of the hub for its Transit Gateway, VPN connections and alarms."""
    ours = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    gateways = tuple(
        one
        for one in cloud.each(place, "ec2", "describe_transit_gateways", "TransitGateways", Filters=ours)
        if one["State"] not in ("deleted", "deleting")
    )
    attachments: tuple[Answer, ...] = ()
    routes: list[Answer] = []
    complete = True
    for one in gateways[:1]:
        table = one.get("Options", {}).get("AssociationDefaultRouteTableId")
        only = [{"Name": "transit-gateway-id", "Values": [one["TransitGatewayId"]]}]
        attachments = tuple(cloud.each(place, "ec2", "describe_transit_gateway_attachments", "TransitGatewayAttachments", Filters=only))
        if table:
            found, complete = _routes(cloud, place, table)
            routes += found
    return HubAnswers(
        gateways,
        attachments,
        tuple(
            # With it come keys, in what it calls the customer's configuration: those are dropped where they arrive.
            {key: value for key, value in one.items() if key != "CustomerGatewayConfiguration"}
            for one in cloud.call(place, "ec2", "describe_vpn_connections", Filters=ours)["VpnConnections"]
            if one["State"] not in ("deleted", "deleting")
        ),
        tuple(cloud.each(place, "cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=f"{network}-")),
        tuple(routes),
        complete,
    )


def _routes(cloud: Cloud, place: Place, table: str) -> tuple[list[Answer], bool]:
    try:
        answer = cloud.call(
            place,
            "ec2",
            "search_transit_gateway_routes",
            TransitGatewayRouteTableId=table,
            Filters=[{"Name": "type", "Values": ["propagated", "static"]}],
        )
    except CallError as problem:
        if problem.aws_code.startswith("InvalidRouteTableI"):
            return [], True  # gone since it was named
        raise
    return list(answer.get("Routes") or ()), not answer.get("AdditionalRoutesAvailable")


def _by(cloud: Cloud, place: Place, operation: str, key: str, name: str, values: Sequence[str]) -> Iterator[Answer]:
    """What has one of these values. By a filter: asked for by id, what is gone would be an error."""
    for first in range(0, len(values), MOST_VALUES):
        some = [{"Name": name, "Values": list(values[first : first + MOST_VALUES])}]
        yield from cloud.each(place, "ec2", operation, key, Filters=some)
