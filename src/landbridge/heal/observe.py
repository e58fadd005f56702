"""What there is of the network in this Region: its gateways, their instances and Elastic IPs, the routes that lead to them, what the
gateways say, and which of them are cut off.

Everything is found by the network's tag or by its name, so that it costs the same few reads in an account of any size. Which gateway an
instance is, is what its group says: nobody becomes a gateway by a tag of his own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from landbridge.heal import tags
from landbridge.heal.clients import FAILURES, Client, Clients, trouble
from landbridge.heal.observation import Gateway, Instance, Observation, Route
from landbridge.heal.words import believed

WORDS = "{network}-words"  # the table's name
ALARM = "{network}-{gateway}-connection-down"  # the alarm's on a gateway with every tunnel down
MOST_VALUES = 200  # of a filter
MOST_GROUPS = MOST_ALARMS = 100  # of a call


def observe(network: str, clients: Clients, caller: str = "") -> Observation:
    """One look at everything: a handful of reads. `caller` is the gateway that woke us, if one did.

    Without words or alarms heal still does what the rest tells; without the rest there is nothing to go by, and the failure is raised.
    """
    now = int(time.time())
    ours = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    groups = [
        group
        for group in _all(clients.autoscaling.describe_auto_scaling_groups, "AutoScalingGroups", ours, MaxRecords=MOST_GROUPS)
        if _tags(group).get(tags.GATEWAY)
    ]
    members = [member["InstanceId"] for group in groups for member in group["Instances"]]
    machines = {machine["InstanceId"]: machine for machine in _machines(clients.ec2, members)}
    addresses = {_tags(one).get(tags.GATEWAY): one for one in _all(clients.ec2.describe_addresses, "Addresses", ours)}
    tables = list(_all(clients.ec2.describe_route_tables, "RouteTables", ours))
    lists = list(_all(clients.ec2.describe_managed_prefix_lists, "PrefixLists", ours))
    items, unheard = _read("the gateways' words", lambda: _items(clients.words, network))
    sites = {_tags(group)[tags.GATEWAY]: _tags(group).get(tags.OWNER, "") for group in groups}
    named = {ALARM.format(network=network, gateway=name): name for name in sites}
    alarms, unseen = _read("the alarms", lambda: _alarms(clients.alarms, list(named)))
    cut_off = {named[alarm["AlarmName"]]: _since(alarm) for alarm in alarms}
    words, unbelieved = believed(items, sites, now, caller)
    return Observation(
        tuple(sorted((_gateway(group, machines, addresses, cut_off) for group in groups), key=lambda one: one.name)),
        tuple(sorted(_routes(tables, lists), key=lambda one: (one.site, one.table, one.prefix_list))),
        words,
        now,
        (*unheard, *unseen, *unbelieved),
    )


def _read(what: str, read: Callable[[], Iterable[dict[str, Any]]]) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """What there is to read, or nothing and why."""
    try:
        return list(read()), ()
    except FAILURES as problem:
        return [], (f"{what} couldn't be read: {trouble(problem)}",)


def _items(words: Client, network: str) -> Iterator[dict[str, Any]]:
    asked = {"TableName": WORDS.format(network=network), "ConsistentRead": True}
    answer = words.scan(**asked)
    yield from answer["Items"]
    while last := answer.get("LastEvaluatedKey"):
        answer = words.scan(**asked, ExclusiveStartKey=last)
        yield from answer["Items"]


def _alarms(alarms: Client | None, names: list[str]) -> Iterator[dict[str, Any]]:
    """Those of these alarms that tell of somebody cut off. Connections themselves aren't looked at: whoever describes one sees its keys."""
    if alarms is None:
        return
    for first in range(0, len(names), MOST_ALARMS):
        some = names[first : first + MOST_ALARMS]
        yield from alarms.describe_alarms(AlarmNames=some, StateValue="ALARM", MaxRecords=MOST_ALARMS)["MetricAlarms"]


def _since(alarm: Mapping[str, Any]) -> int:
    return int((alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]).timestamp())


def _all(call: Callable[..., dict[str, Any]], key: str, filters: list[dict[str, Any]], **more: int) -> Iterator[dict[str, Any]]:
    """The items of all pages of an answer."""
    answer = call(Filters=filters, **more)
    yield from answer[key]
    while token := answer.get("NextToken"):
        answer = call(Filters=filters, NextToken=token, **more)
        yield from answer[key]


def _machines(ec2: Client, ids: list[str]) -> Iterator[dict[str, Any]]:
    """EC2's word on these instances. By a filter: asked for by id, one that is gone would be an error."""
    for first in range(0, len(ids), MOST_VALUES):
        some = [{"Name": "instance-id", "Values": ids[first : first + MOST_VALUES]}]
        for reservation in _all(ec2.describe_instances, "Reservations", some):
            yield from reservation["Instances"]


def _gateway(
    group: dict[str, Any],
    machines: Mapping[str, dict[str, Any]],
    addresses: Mapping[str | None, dict[str, Any]],
    cut_off: Mapping[str, int],
) -> Gateway:
    told = _tags(group)
    address = addresses.get(told[tags.GATEWAY], {})
    return Gateway(
        name=told[tags.GATEWAY],
        site=told.get(tags.OWNER, ""),
        group=group["AutoScalingGroupName"],
        active=told.get(tags.ROLE) == "active",
        secondary=told.get(tags.SECONDARY, ""),
        allocation=address.get("AllocationId", ""),
        associated=address.get("NetworkInterfaceId", ""),
        instances=tuple(_instance(member, machines.get(member["InstanceId"])) for member in group["Instances"]),
        cut_off=cut_off.get(told[tags.GATEWAY]),
    )


def _instance(member: dict[str, Any], machine: dict[str, Any] | None) -> Instance:
    lifecycle, healthy = member["LifecycleState"], member["HealthStatus"] == "Healthy"
    if machine is None:
        return Instance(member["InstanceId"], lifecycle, healthy)
    first = next((one for one in machine.get("NetworkInterfaces", ()) if one["Attachment"]["DeviceIndex"] == 0), None)
    if first is None:
        return Instance(member["InstanceId"], lifecycle, healthy, machine["State"]["Name"])
    return Instance(
        id=member["InstanceId"],
        lifecycle=lifecycle,
        healthy=healthy,
        state=machine["State"]["Name"],
        launched=int(machine["LaunchTime"].timestamp()),
        interface=first["NetworkInterfaceId"],
        primary=first["PrivateIpAddress"],
        addresses=tuple(one["PrivateIpAddress"] for one in first["PrivateIpAddresses"]),
        forwards=not first["SourceDestCheck"],
    )


def _routes(tables: Iterable[dict[str, Any]], lists: Iterable[dict[str, Any]]) -> Iterator[Route]:
    remote = [(_tags(one).get(tags.OWNER, ""), one["PrefixListId"]) for one in lists]
    for table in tables:
        site = _tags(table).get(tags.OWNER, "")
        held = {route.get("DestinationPrefixListId"): route for route in table["Routes"]}
        for owner, prefix_list in remote:
            if owner == site:
                route = held.get(prefix_list)
                target = "" if route is None else route.get("NetworkInterfaceId", "")
                yield Route(site, table["RouteTableId"], prefix_list, target, route is not None)


def _tags(thing: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in thing.get("Tags", ())}
