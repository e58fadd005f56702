"""Routes that no stack holds: `heal` leads VPCs' route tables through prefix lists, which can't go while a route refers to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.deploying.model import ResourceChange
from landbridge.aws.deploying.stack import Patience, Stack
from landbridge.heal import tags

PREFIX_LIST = "AWS::EC2::PrefixList"
# The tags that CloudFormation itself gives: they tell what a stack has left behind.
STACK_NAME = "aws:cloudformation:stack-name"
CLEANING = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
TRIES = 8  # a run of heal that began before it was told may put a route back once


def withdraw(cloud: Cloud, place: Place, stack: Stack) -> None:
    """Delete the routes, in any route table, to the prefix lists of a stack."""
    withdraw_lists(cloud, place, lists_of(cloud, place, stack).values())


def lists_of(cloud: Cloud, place: Place, stack: Stack) -> dict[str, str]:
    """The ids of a stack's prefix lists, by their names in the template."""
    held = cloud.each(place, "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack.id)
    return {
        one["LogicalResourceId"]: one["PhysicalResourceId"]
        for one in held
        if one["ResourceType"] == PREFIX_LIST and one.get("PhysicalResourceId")
    }


def withdraw_lists(cloud: Cloud, place: Place, lists: Collection[str]) -> None:
    """Delete the routes, in any route table, to these prefix lists."""
    if not lists:
        return
    for table in list(cloud.each(place, "ec2", "describe_route_tables", "RouteTables")):
        for route in table.get("Routes", ()):
            if route.get("DestinationPrefixListId") in lists:
                delete(cloud, place, table["RouteTableId"], route["DestinationPrefixListId"])


def delete(cloud: Cloud, place: Place, table: str, prefix_list: str) -> None:
    """Delete one route; it may be gone already."""
    try:
        cloud.call(place, "ec2", "delete_route", RouteTableId=table, DestinationPrefixListId=prefix_list)
    except CallError as problem:
        if problem.aws_code != "InvalidRoute.NotFound":
            raise


class Leaving:
    """The prefix lists that an update leaves out or makes anew.

    They go when all else of the update is done, for until then it may be rolled back, and other lists may not have their entries yet:
    called with the stack as it is, as often as one likes, it takes their routes away just then. `heal` knows a list by its owner, so that
    is taken away before.
    """

    def __init__(self, cloud: Cloud, place: Place, stack: Stack, changes: Iterable[ResourceChange]) -> None:
        self._cloud, self._place = cloud, place
        going = {one.name: one.change for one in changes if one.type == PREFIX_LIST and one.change not in ("add", "modify")}
        held = lists_of(cloud, place, stack) if going else {}
        self._going: Mapping[str, str] = {name: held[name] for name in going if name in held}
        self._removed = {name for name, change in going.items() if change == "remove"}

    def __call__(self, stack: Stack) -> None:
        if not self._going or stack.status != CLEANING:
            return
        now = lists_of(self._cloud, self._place, stack)
        gone = [id_ for name, id_ in self._going.items() if name in self._removed or now.get(name) != id_]
        disown(self._cloud, self._place, gone)
        withdraw_lists(self._cloud, self._place, gone)


def disown(cloud: Cloud, place: Place, lists: Iterable[str]) -> None:
    """Take the owner's tag from prefix lists; each may be gone already."""
    for one in lists:
        try:
            cloud.call(place, "ec2", "delete_tags", Resources=[one], Tags=[{"Key": tags.OWNER}])
        except CallError as problem:
            if "NotFound" not in problem.aws_code:
                raise


def sweep(cloud: Cloud, place: Place, network: str, stacks: Mapping[str, Stack], patience: Patience) -> None:
    """Delete the prefix lists that these stacks have left behind: CloudFormation gives up on what it can't delete in an update."""
    filters = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    for one in list(cloud.each(place, "ec2", "describe_managed_prefix_lists", "PrefixLists", Filters=filters)):
        told = {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
        stack = stacks.get(told.get(STACK_NAME, ""))
        if stack is not None and one["PrefixListId"] not in stack.outputs.values() and not one.get("State", "").startswith("delete"):
            _delete_list(cloud, place, one["PrefixListId"], patience)


def _delete_list(cloud: Cloud, place: Place, prefix_list: str, patience: Patience) -> None:
    disown(cloud, place, [prefix_list])
    for left in reversed(range(TRIES)):
        withdraw_lists(cloud, place, [prefix_list])
        try:
            cloud.call(place, "ec2", "delete_managed_prefix_list", PrefixListId=prefix_list)
        except CallError as problem:
            if "NotFound" in problem.aws_code:
                return
            if not left:
                raise
        else:
            return
        patience.pause()
