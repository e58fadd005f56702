"""One stack as CloudFormation knows it: looking at it, waiting for it, and what it says when it fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from landbridge.aws.calling import Answer, CallError, Cloud, Place, advice
from landbridge.aws.deploying.model import Event, Tell
from landbridge.findings import Finding, LandbridgeError, error

POLL_S = 3.0
PATIENCE_S = 5400.0  # CloudFormation itself gives up on most of what hangs within an hour


class InterruptedDeploymentError(Exception):
    """The deployment is to end; what is under way in AWS goes on there."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that is there. `id` is its own: another stack of the same name has another one."""

    id: str
    name: str
    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    protected: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """How stacks are waited for: how often they are asked, for how long, and what ends it early."""

    stop: threading.Event
    poll_s: float = POLL_S
    longest_s: float = PATIENCE_S
    clock: Callable[[], float] = time.monotonic

    def pause(self) -> None:
        if self.stop.wait(self.poll_s):
            raise InterruptedDeploymentError


def look(cloud: Cloud, place: Place, name: str) -> Stack | None:
    """A stack by its name or id; None where there is none (any more)."""
    try:
        answer = cloud.call(place, "cloudformation", "describe_stacks", StackName=name)
    except CallError as problem:
        if problem.aws_code == "ValidationError" and "does not exist" in problem.aws_message:
            return None
        raise
    found = [stack_of(one) for one in answer["Stacks"]]
    return next((one for one in found if one.status != "DELETE_COMPLETE"), None)


def stack_of(answer: Answer) -> Stack:
    """A stack from what `describe_stacks` says of it."""
    return Stack(
        id=answer["StackId"],
        name=answer["StackName"],
        status=answer["StackStatus"],
        reason=answer.get("StackStatusReason", ""),
        outputs={one["OutputKey"]: one["OutputValue"] for one in answer.get("Outputs") or ()},
        parameters={one["ParameterKey"]: str(one.get("ParameterValue", "")) for one in answer.get("Parameters") or ()},
        tags={one["Key"]: one["Value"] for one in answer.get("Tags") or ()},
        protected=bool(answer.get("EnableTerminationProtection")),
    )


class Follower:
    """Tells what happens to a stack, each event once: those from when it began to follow."""

    def __init__(self, cloud: Cloud, place: Place, name: str, shown: str, tell: Tell) -> None:
        self._cloud, self._place, self._name, self._shown, self._tell = cloud, place, name, shown, tell
        self._seen = {one["EventId"] for one in self._events()}
        self.failures: list[tuple[str, str]] = []

    def catch_up(self) -> None:
        """Tell what happened since."""
        for one in reversed(self._events()):
            if one["EventId"] in self._seen:
                continue
            self._seen.add(one["EventId"])
            status, reason = one["ResourceStatus"], one.get("ResourceStatusReason") or ""
            of_stack = one["PhysicalResourceId"] == one["StackId"] if one.get("PhysicalResourceId") else False
            resource = "" if of_stack else one["LogicalResourceId"]
            # What is cancelled because something else failed says nothing.
            if status.endswith("_FAILED") and resource and "cancelled" not in reason:
                self.failures.append((resource, reason))
            self._tell(Event(self._shown, status, resource, "" if of_stack else one.get("ResourceType", ""), reason))

    def _events(self) -> list[Answer]:
        """The newest page of events, newest first; none of a stack that isn't there yet or any more."""
        try:
            answer = self._cloud.call(self._place, "cloudformation", "describe_stack_events", StackName=self._name)
        except CallError as problem:
            if problem.aws_code == "ValidationError":
                return []
            raise
        return list(answer.get("StackEvents") or ())


def wait_quiet(
    cloud: Cloud, place: Place, stack_id: str, follower: Follower, patience: Patience, seen: Callable[[Stack], object] = lambda _: None
) -> Stack | None:
    """The stack, once nothing is in progress with it; None once it is gone. `seen` gets it whenever it was looked at meanwhile."""
    began = patience.clock()
    while True:
        stack = look(cloud, place, stack_id)
        follower.catch_up()
        if stack is None or stack.status == "REVIEW_IN_PROGRESS" or not stack.status.endswith("_IN_PROGRESS"):
            return stack
        seen(stack)
        if patience.clock() - began > patience.longest_s:
            message = f"the stack {stack.name} ({place}) has been in {stack.status} for {patience.longest_s / 60:.0f} min."
            raise LandbridgeError(error("stack", message, None, "Look at its events; when it has ended, run the same command again."))
        patience.pause()


def failure(stack_name: str, doing: str, place: Place, status: str, reason: str, follower: Follower) -> Finding:
    """Why a stack failed, by the first of its resources that did, and the way out where AWS' code tells it."""
    resource, why = next(iter(follower.failures), ("", reason))
    found = re.search(r"Error ?Code: ([A-Za-z.]+)", why)
    help_ = advice(found[1] if found else "", why, place=place)
    where = f"{resource}: " if resource else ""
    message = f"{doing} the stack {stack_name} ({place}) failed, and it is in {status}: {where}{why or 'it gives no reason'}"
    return error("quota" if help_.code == "quota" else "stack", message[:700], None, help_.remedy)
