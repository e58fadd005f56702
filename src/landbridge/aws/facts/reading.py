"""From AWS' answers to facts."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from landbridge.aws.calling import Answer, Cloud
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.outdated import image_of
from landbridge.aws.deploying.walking import walk
from landbridge.aws.facts.answers import Answers, HubAnswers, ask, ask_hub
from landbridge.aws.facts.model import Address, Alarm, Facts, Gateway, Hub, Instance, Learnt, LetIn, Lists, Tunnel
from landbridge.aws.facts.wanted import Wanted, existing, wanted
from landbridge.aws.facts.ways import subnets_of, tables_of
from landbridge.heal import tags

_HUB = "hub"


def read(cloud: Cloud, ground: Ground) -> Facts:
    """Ask every account and Region of a network at once. Raises LandbridgeError where one can't be asked."""
    there = dict(enumerate(ground.places))
    given = list(existing(ground))

    def work(name: str) -> Answers | HubAnswers:
        if name == _HUB:
            return ask_hub(cloud, place(ground.anchor), ground.network)
        asked = there[int(name)]
        return ask(cloud, asked, ground.network, [vpc for _, where, vpc in given if where == asked])

    walked = walk({_HUB: (), **dict.fromkeys(map(str, there), ())}, work, threading.Event())
    for problem in walked.failed.values():
        raise problem
    hub = walked.done[_HUB]
    assert isinstance(hub, HubAnswers)
    return facts_of(ground, [one for one in walked.done.values() if isinstance(one, Answers)], hub)


def facts_of(ground: Ground, answers: Sequence[Answers], hub: HubAnswers) -> Facts:
    """The facts in AWS' answers. Pure."""
    gateways = tuple(_gateway(one, next(each for each in answers if each.place == one.place), hub) for one in wanted(ground))
    owners = {vpc: owner for owner, _, vpc in existing(ground)}
    for each in answers:
        owners |= {one.stack.outputs["Vpc"]: one.owner for one in each.stacks if "Vpc" in one.stack.outputs}
    lists = tuple(
        Lists(owner, tuple(_in_order(one for each in answers for one in each.lists if _tags(one).get(tags.OWNER) == owner)))
        for owner in dict.fromkeys(owners.values())
    )
    tables = tuple(table for each in answers for table in tables_of(each, owners, lists, gateways))
    return Facts(
        network=ground.network,
        stacks={one.stack.name: one.stack.status for each in answers for one in each.stacks},
        hub=_hub(ground, hub, gateways, owners),
        gateways=gateways,
        tables=tables,
        subnets=tuple(subnet for each in answers for subnet in subnets_of(each, owners, tables)),
        lists=lists,
        alarms=tuple(_alarms(hub, ground.network, gateways)),
        images={one.stack.name: image for each in answers for one in each.stacks if (image := image_of(one.stack.parameters))},
    )


def _in_order(lists: Iterable[Answer]) -> Iterator[str]:
    """The ids of an owner's prefix lists, as their names are numbered: …-remote, …-remote2, …-remote10."""
    numbered = sorted(lists, key=lambda one: (len(one["PrefixListName"]), one["PrefixListName"]))
    return (str(one["PrefixListId"]) for one in numbered)


def _gateway(one: Wanted, answers: Answers, hub: HubAnswers) -> Gateway:
    group = _named(answers.groups, one.name)
    address = _named(answers.addresses, one.name)
    connection = _named(hub.connections, one.name)
    security = _named(answers.security_groups, one.name)
    told = _tags(group)
    return Gateway(
        name=one.name,
        site=one.site,
        place=one.place,
        group=group.get("AutoScalingGroupName", ""),
        secondary=told.get(tags.SECONDARY, ""),
        instance=_instance(group, {machine["InstanceId"]: machine for machine in answers.instances}),
        address=Address(address["PublicIp"], address["AllocationId"], address.get("NetworkInterfaceId") or "") if address else None,
        connection=connection.get("VpnConnectionId", ""),
        connection_state=connection.get("State", ""),
        tunnels=tuple(_tunnel(name, inside, connection) for name, inside in one.tunnels),
        let_in=tuple(_let_in(security)) if security else None,
    )


def _instance(group: Answer, machines: Mapping[str, Answer]) -> Instance | None:
    """The group's instance: of several, the one that serves and was launched last."""
    found = [_member(member, machines.get(member["InstanceId"])) for member in group.get("Instances", ())]
    return max(found, key=lambda one: (one.serves, one.launched, one.id), default=None)


def _member(member: Answer, machine: Answer | None) -> Instance:
    lifecycle, healthy = member["LifecycleState"], member["HealthStatus"] == "Healthy"
    if machine is None:
        return Instance(member["InstanceId"], "", lifecycle, healthy)
    first: Answer = next((one for one in machine.get("NetworkInterfaces", ()) if one["Attachment"]["DeviceIndex"] == 0), {})
    return Instance(
        id=member["InstanceId"],
        state=machine["State"]["Name"],
        lifecycle=lifecycle,
        healthy=healthy,
        launched=_time(machine.get("LaunchTime")),
        image=machine.get("ImageId", ""),
        type=machine.get("InstanceType", ""),
        zone=machine.get("Placement", {}).get("AvailabilityZone", ""),
        subnet=first.get("SubnetId", ""),
        interface=first.get("NetworkInterfaceId", ""),
        private=first.get("PrivateIpAddress", ""),
        addresses=tuple(one["PrivateIpAddress"] for one in first.get("PrivateIpAddresses", ())),
        forwards=first.get("SourceDestCheck") is False,
    )


def _tunnel(name: str, inside: str, connection: Answer) -> Tunnel:
    options: Sequence[Answer] = connection.get("Options", {}).get("TunnelOptions") or ()
    outside = next((one.get("OutsideIpAddress", "") for one in options if one.get("TunnelInsideCidr") == inside), "")
    if not outside:
        return Tunnel(name, inside)
    seen: Answer = next((one for one in connection.get("VgwTelemetry") or () if one.get("OutsideIpAddress") == outside), {})
    return Tunnel(
        name,
        inside,
        "up" if seen.get("Status") == "UP" else "down",
        outside,
        _time(seen.get("LastStatusChange")),
        seen.get("StatusMessage") or "",
        int(seen.get("AcceptedRouteCount") or 0),
    )


def _let_in(security: Answer) -> Iterator[LetIn]:
    for rule in security.get("IpPermissions", ()):
        sources = [
            *(one["CidrIp"] for one in rule.get("IpRanges", ())),
            *(one["CidrIpv6"] for one in rule.get("Ipv6Ranges", ())),
            *(one["PrefixListId"] for one in rule.get("PrefixListIds", ())),
            *(one.get("GroupId", "") for one in rule.get("UserIdGroupPairs", ())),
        ]
        for source in sources:
            yield LetIn(str(rule["IpProtocol"]), rule.get("FromPort"), rule.get("ToPort"), source)


def _hub(ground: Ground, answers: HubAnswers, gateways: Sequence[Gateway], owners: Mapping[str, str]) -> Hub:
    plan = next(one for one in ground.plans if one.kind == "hub")
    if not answers.gateways:
        return Hub(plan.owner, place(plan))
    one = answers.gateways[0]
    names = {**owners, **{gateway.connection: gateway.name for gateway in gateways if gateway.connection}}
    attached = {each["TransitGatewayAttachmentId"]: each.get("ResourceId", "") for each in answers.attachments}

    def via(route: Answer) -> tuple[str, ...]:
        ends = route.get("TransitGatewayAttachments") or ()
        resources = [end.get("ResourceId") or attached.get(end.get("TransitGatewayAttachmentId", ""), "") for end in ends]
        bare = [resource.partition("(")[0] for resource in resources]  # AWS writes a tunnel as `vpn-…(52.0.0.1)`
        return tuple(dict.fromkeys(names.get(resource, resource) for resource in bare))

    return Hub(
        plan.owner,
        place(plan),
        one["TransitGatewayId"],
        one["State"],
        one.get("Options", {}).get("AmazonSideAsn"),
        tuple(Learnt(route["DestinationCidrBlock"], route["Type"], route["State"], via(route)) for route in answers.routes),
        answers.complete,
    )


def _alarms(answers: HubAnswers, network: str, gateways: Sequence[Gateway]) -> Iterator[Alarm]:
    names = {f"{network}-{one.name}-{what}-down": one.name for one in gateways for what in ("tunnel", "connection")}
    for one in answers.alarms:
        if one["AlarmName"] in names:
            since = _time(one.get("StateUpdatedTimestamp"))
            yield Alarm(one["AlarmName"], names[one["AlarmName"]], one["StateValue"], since, one.get("StateReason") or "")


def _named(things: Sequence[Answer], gateway: str) -> Answer:
    """What bears a gateway's tag; nothing where nothing does."""
    return next((one for one in things if _tags(one).get(tags.GATEWAY) == gateway), {})


def _tags(thing: Answer) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags") or ()}


def _time(given: Any) -> str:  # noqa: ANN401 - boto3 has no types
    return given.isoformat() if isinstance(given, datetime) else str(given or "")
