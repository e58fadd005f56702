"""Routes that no stack holds: `heal` leads VPCs' route tables through prefix lists, which can't go while a route refers to them."""

from __future__ import annotations

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.deploying.stack import Stack


def withdraw(cloud: Cloud, place: Place, stack: Stack) -> None:
    """Delete the routes, in any route table, to the prefix lists of a stack."""
    held = cloud.each(place, "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack.id)
    lists = {one.get("PhysicalResourceId") for one in held if one["ResourceType"] == "AWS::EC2::PrefixList"}
    if not lists:
        return
    for table in list(cloud.each(place, "ec2", "describe_route_tables", "RouteTables")):
        for route in table.get("Routes", ()):
            if route.get("DestinationPrefixListId") in lists:
                _delete(cloud, place, table["RouteTableId"], route["DestinationPrefixListId"])


def _delete(cloud: Cloud, place: Place, table: str, prefix_list: str) -> None:
    try:
        cloud.call(place, "ec2", "delete_route", RouteTableId=table, DestinationPrefixListId=prefix_list)
    except CallError as problem:
        if problem.aws_code != "InvalidRoute.NotFound":
            raise
