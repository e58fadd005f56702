"""Doing what was decided, an API call an action. Each may be done twice, and each finds what another run has done meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.heal.clients import FAILURES, Client, Clients, code, trouble
from landbridge.heal.decide import Action, Assign, Associate, Complete, Forward, Point, Replace

MOST_EVENTS = 10  # of a call
SKIPPED = "skipped: what it needs has failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an action; `trouble` is "" where it is done."""

    action: Action
    trouble: str = ""


def act(actions: Iterable[Action], clients: Clients) -> Iterator[Outcome]:
    """Does the actions in their order, each when it is asked for what became of it. One that fails holds back only what needs it; the next
    run does the rest."""
    done: list[Outcome] = []
    for action in actions:
        failed = SKIPPED if _held_back(action, done) else _tried(action, clients.ec2, clients.autoscaling)
        done.append(Outcome(action, failed))
        yield done[-1]


def tell(entries: Sequence[Mapping[str, str]], events: Client) -> str:
    """Puts events on the bus; what is wrong, or "". They are told once: a next run would have nothing to tell."""
    try:
        for first in range(0, len(entries), MOST_EVENTS):
            answer = events.put_events(Entries=entries[first : first + MOST_EVENTS])
            if answer["FailedEntryCount"]:
                return str(next(one["ErrorCode"] for one in answer["Entries"] if one.get("ErrorCode")))
    except FAILURES as problem:
        return trouble(problem)
    return ""


def _held_back(action: Action, done: list[Outcome]) -> bool:
    """No instance comes into service while it lacks something, nothing is sent to one that would drop it, and none is replaced while
    anything is amiss."""
    if isinstance(action, Replace):
        return any(outcome.trouble for outcome in done)
    failed = [outcome.action for outcome in done if outcome.trouble and outcome.action.instance == action.instance]
    if isinstance(action, Complete):
        return bool(failed)
    return isinstance(action, Point) and any(isinstance(one, Forward) for one in failed)


def _tried(action: Action, ec2: Client, autoscaling: Client) -> str:
    try:
        _do(action, ec2, autoscaling)
    except FAILURES as problem:
        return trouble(problem)
    return ""


def _do(action: Action, ec2: Client, autoscaling: Client) -> None:
    match action:
        case Forward(_, interface):
            ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
        case Assign(_, interface, address):
            ec2.assign_private_ip_addresses(NetworkInterfaceId=interface, PrivateIpAddresses=[address], AllowReassignment=True)
        case Associate(_, interface, primary, allocation):
            ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=interface, PrivateIpAddress=primary, AllowReassociation=True)
        case Point():
            _point(action, ec2)
        case Complete(instance, group, hook, result):
            _complete(instance, group, hook, result, autoscaling)
        case Replace(instance):
            _replace(instance, autoscaling)


def _point(action: Point, ec2: Client) -> None:
    """A route that came or went since it was seen is no trouble: then it is the other call."""
    route: dict[str, Any] = {
        "RouteTableId": action.table,
        "DestinationPrefixListId": action.prefix_list,
        "NetworkInterfaceId": action.interface,
    }
    try:
        (ec2.replace_route if action.present else ec2.create_route)(**route)
    except ClientError as problem:
        if action.present and code(problem) in ("InvalidRoute.NotFound", "InvalidParameterValue"):
            ec2.create_route(**route)
        elif not action.present and code(problem) == "RouteAlreadyExists":
            ec2.replace_route(**route)
        else:
            raise


def _complete(instance: str, group: str, hook: str, result: str, autoscaling: Client) -> None:
    try:
        autoscaling.complete_lifecycle_action(
            AutoScalingGroupName=group, LifecycleHookName=hook, InstanceId=instance, LifecycleActionResult=result
        )
    except ClientError as problem:
        # Another run has completed it, or its time was up.
        if not (code(problem) == "ValidationError" and "No active Lifecycle Action" in problem.response["Error"].get("Message", "")):
            raise


def _replace(instance: str, autoscaling: Client) -> None:
    try:
        autoscaling.set_instance_health(InstanceId=instance, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    except ClientError as problem:
        # It is gone already.
        if not (code(problem) == "ValidationError" and "not found" in problem.response["Error"].get("Message", "")):
            raise
