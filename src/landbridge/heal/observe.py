"""What there is of the network in this Region: its gateways, their instances and Elastic IPs, and the routes that lead to them.

Everything is found by the network's tag, so that it costs the same few reads in an account of any size. Which gateway an instance is,
is what its group says: nobody becomes a gateway by a tag of his own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from landbridge.heal import tags

MOST_VALUES = 200  # of a filter


class Client(Protocol):
    """A boto3 client."""

    def __getattr__(self, name: str, /) -> Callable[..., dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a gateway's group. `state` is EC2's word ("" where it doesn't know it yet), `lifecycle` Auto Scaling's.

    `primary` is its interface's own private address; `forwards` says that the source/destination check is off.
    """

    id: str
    lifecycle: str
    healthy: bool
    state: str = ""
    launched: str = ""
    interface: str = ""
    primary: str = ""
    addresses: tuple[str, ...] = ()
    forwards: bool = False


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway: its Auto Scaling group, what the group's tags say of it, its Elastic IP and the interface that has it ("" for none)."""

    name: str
    site: str
    group: str
    active: bool
    secondary: str = ""
    allocation: str = ""
    associated: str = ""
    instances: tuple[Instance, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A route table's route to the remote prefixes. `target` is an interface, "" for something else; not `present`: there is no route."""

    site: str
    table: str
    prefix_list: str
    target: str = ""
    present: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    gateways: tuple[Gateway, ...]
    routes: tuple[Route, ...]


def observe(network: str, ec2: Client, autoscaling: Client) -> Observation:
    """One look at everything: a handful of reads, none of which depends on what woke the Lambda."""
    ours = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    groups = [
        group for group in _all(autoscaling.describe_auto_scaling_groups, "AutoScalingGroups", ours) if _tags(group).get(tags.GATEWAY)
    ]
    members = [member["InstanceId"] for group in groups for member in group["Instances"]]
    machines = {machine["InstanceId"]: machine for machine in _machines(ec2, members)}
    addresses = {_tags(one).get(tags.GATEWAY): one for one in _all(ec2.describe_addresses, "Addresses", ours)}
    tables = list(_all(ec2.describe_route_tables, "RouteTables", ours))
    lists = list(_all(ec2.describe_managed_prefix_lists, "PrefixLists", ours))
    return Observation(
        tuple(sorted((_gateway(group, machines, addresses) for group in groups), key=lambda one: one.name)),
        tuple(sorted(_routes(tables, lists), key=lambda one: (one.site, one.table, one.prefix_list))),
    )


def _all(call: Callable[..., dict[str, Any]], key: str, filters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The items of all pages of an answer."""
    answer = call(Filters=filters)
    yield from answer[key]
    while token := answer.get("NextToken"):
        answer = call(Filters=filters, NextToken=token)
        yield from answer[key]


def _machines(ec2: Client, ids: list[str]) -> Iterator[dict[str, Any]]:
    """EC2's word on these instances. By a filter: asked for by id, one that is gone would be an error."""
    for first in range(0, len(ids), MOST_VALUES):
        some = [{"Name": "instance-id", "Values": ids[first : first + MOST_VALUES]}]
        for reservation in _all(ec2.describe_instances, "Reservations", some):
            yield from reservation["Instances"]


def _gateway(group: dict[str, Any], machines: Mapping[str, dict[str, Any]], addresses: Mapping[str | None, dict[str, Any]]) -> Gateway:
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
        launched=machine["LaunchTime"].isoformat(),
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
