"""Existing VPCs: no stack holds their route tables, so those of the subnets that the file names are joined to the network here.

At a site they get the tags by which `heal` leads the remote prefixes through them; at the hub, routes by the Transit Gateway. Nothing
else of an existing VPC is touched, and both are taken back when the site goes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.aws.deploying.ground import place
from landbridge.aws.deploying.model import TableChange
from landbridge.aws.deploying.routes import PREFIX_LIST, delete
from landbridge.aws.deploying.stack import Stack
from landbridge.aws.deploying.template import resources
from landbridge.aws.deploying.values import subnet_of
from landbridge.aws.model import StackPlan
from landbridge.findings import LandbridgeError, error
from landbridge.heal import tags

MADE = "aws:cloudformation:stack-id"  # what a stack made bears it
GATEWAY = "TransitGateway"  # the hub's output


def joining(cloud: Cloud, network: str, plan: StackPlan, stack: Stack | None) -> tuple[TableChange, ...]:
    """The route tables that are to be joined, and those that aren't named any more. Raises LandbridgeError for one that is another's."""
    there = place(plan)
    tables = _ruling(cloud, plan)
    if plan.kind == "hub":
        lists = _lists(plan, stack)
        lacking = [id_ for id_, table in tables.items() if not lists or lists - _led(table, _gateway(stack))]
        return tuple(TableChange("add", id_) for id_ in lacking)
    found: list[TableChange] = []
    for id_, table in tables.items():
        told = _tags(table)
        if told.get(tags.NETWORK, network) != network or told.get(tags.OWNER, plan.owner) != plan.owner:
            whose = f"{told.get(tags.OWNER, 'something')} of the network {told.get(tags.NETWORK, network)}"
            remedy = "A route table serves one site. Give the subnets one of their own, or take its landbridge: tags away if that is gone."
            raise LandbridgeError(error("cloud", f"the route table {id_} ({there}) belongs to {whose} already.", None, remedy))
        if any(told.get(key) != value for key, value in _wanted(network, plan.owner, plan.kind).items()):
            found.append(TableChange("add", id_))
    joined = _joined(cloud, there, network, plan.owner)
    found += (TableChange("remove", id_) for id_, told in joined.items() if id_ not in tables and tags.STACK in told)
    return tuple(found)


def join(cloud: Cloud, network: str, plan: StackPlan, stack: Stack) -> bool:
    """Do that; whether there was anything to do."""
    there = place(plan)
    changes = joining(cloud, network, plan, stack)
    for change in changes:
        if plan.kind == "hub":
            for prefix_list in sorted(_lists(plan, stack)):
                _lead(cloud, there, change.id, prefix_list, _gateway(stack))
        elif change.change == "add":
            wanted = [{"Key": key, "Value": value} for key, value in _wanted(network, plan.owner, plan.kind).items()]
            cloud.call(there, "ec2", "create_tags", Resources=[change.id], Tags=wanted)
        else:
            _part(cloud, there, network, plan.owner, change.id)
            _lead_nowhere(cloud, there, change.id, _lists(plan, stack))
    return bool(changes)


def part(cloud: Cloud, there: Place, network: str, owner: str) -> None:
    """Take the tags from every route table of existing VPCs that a site has joined: `heal` leads nothing through them any more."""
    for id_ in _joined(cloud, there, network, owner):
        _part(cloud, there, network, owner, id_)


def part_others(cloud: Cloud, there: Place, network: str, owners: Collection[str]) -> None:
    """Take the tags from the route tables of sites that were joined, and are none of these owners any more."""
    for id_, told in _joined(cloud, there, network).items():
        if tags.STACK in told and told.get(tags.OWNER) not in owners:
            _part(cloud, there, network, told.get(tags.OWNER, ""), id_)


def _ruling(cloud: Cloud, plan: StackPlan) -> dict[str, Answer]:
    """The route tables that rule the subnets that a plan joins: their own, or their VPC's main one."""
    there = place(plan)
    found: dict[str, Answer] = {}
    for vpc in dict.fromkeys(one.vpc for one in plan.joined):
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        tables = list(cloud.each(there, "ec2", "describe_route_tables", "RouteTables", Filters=filters))
        by_subnet = {link.get("SubnetId"): table for table in tables for link in table.get("Associations", ()) if link.get("SubnetId")}
        main = next((table for table in tables if any(link.get("Main") for link in table.get("Associations", ()))), None)
        for subnet in (subnet_of(cloud, there, one) for one in plan.joined if one.vpc == vpc):
            table = by_subnet.get(subnet, main)
            if table is not None:
                found[table["RouteTableId"]] = table
    return found


def _joined(cloud: Cloud, there: Place, network: str, owner: str | None = None) -> dict[str, Mapping[str, str]]:
    """The route tables with the tags of a site, or of any, that no stack made, each with its tags."""
    wanted = {tags.NETWORK: network, **({} if owner is None else {tags.OWNER: owner})}
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in wanted.items()]
    tables = cloud.each(there, "ec2", "describe_route_tables", "RouteTables", Filters=filters)
    return {one["RouteTableId"]: told for one in tables if MADE not in (told := _tags(one))}


def _part(cloud: Cloud, there: Place, network: str, owner: str, table: str) -> None:
    for kind in ("edge", "hub"):
        ours = [{"Key": key, "Value": value} for key, value in _wanted(network, owner, kind).items()]
        cloud.call(there, "ec2", "delete_tags", Resources=[table], Tags=ours)


def _lead(cloud: Cloud, there: Place, table: str, prefix_list: str, gateway: str) -> None:
    route = {"RouteTableId": table, "DestinationPrefixListId": prefix_list, "TransitGatewayId": gateway}
    try:
        cloud.call(there, "ec2", "create_route", **route)
    except CallError as problem:
        if problem.aws_code != "RouteAlreadyExists":
            raise
        cloud.call(there, "ec2", "replace_route", **route)


def _lead_nowhere(cloud: Cloud, there: Place, table: str, lists: Iterable[str]) -> None:
    for prefix_list in lists:
        delete(cloud, there, table, prefix_list)


def _lists(plan: StackPlan, stack: Stack | None) -> set[str]:
    """The prefix lists of a stack: its template gives out each under its own name."""
    names = {one.name for one in resources(plan.template) if one.type == PREFIX_LIST}
    return {value for key, value in stack.outputs.items() if key in names} if stack else set()


def _led(table: Answer, gateway: str) -> set[str]:
    return {route.get("DestinationPrefixListId", "") for route in table.get("Routes", ()) if route.get("TransitGatewayId") == gateway}


def _gateway(stack: Stack | None) -> str:
    return stack.outputs.get(GATEWAY, "") if stack else ""


def _wanted(network: str, owner: str, kind: str) -> dict[str, str]:
    return {tags.NETWORK: network, tags.OWNER: owner, tags.STACK: kind}


def _tags(table: Answer) -> Mapping[str, str]:
    return dict(_pairs(table))


def _pairs(table: Answer) -> Iterator[tuple[str, str]]:
    return ((tag["Key"], tag["Value"]) for tag in table.get("Tags", ()))
