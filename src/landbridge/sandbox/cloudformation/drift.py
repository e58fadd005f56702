"""Drift: a resource that is gone, or of which the API now tells other properties than the template gave it."""

from __future__ import annotations

from uuid import uuid4

from landbridge.sandbox.cloudformation import engine
from landbridge.sandbox.cloudformation.live import LIVE
from landbridge.sandbox.cloudformation.stack import Resource, Stack, now
from landbridge.sandbox.server.foreign import Props
from landbridge.sandbox.server.world import WORLD


def detect(stack: Stack) -> str:
    """Starts looking; hands out the id to ask with."""
    number = str(uuid4())
    stack.drift = {"Id": number, "DetectionStatus": "DETECTION_IN_PROGRESS", "StackDriftStatus": "UNKNOWN"}

    def look(one: Stack) -> None:
        for resource in list(one.resources.values()):
            found = _status(one, resource)
            with WORLD.lock:
                resource.drift = found
        with WORLD.lock:
            drifted = any(resource.drift in ("MODIFIED", "DELETED") for resource in one.resources.values())
            one.drift = {
                "Id": number,
                "DetectionStatus": "DETECTION_COMPLETE",
                "StackDriftStatus": "DRIFTED" if drifted else "IN_SYNC",
                "LastCheckTimestamp": now(),
            }
            WORLD.touch()

    engine.begin(stack, look)
    return number


def _status(stack: Stack, resource: Resource) -> str:
    look = LIVE.get(resource.type)
    if look is None:
        return "NOT_CHECKED"
    live = look(stack.work(resource.logical), resource.physical)
    if live is None:
        return "DELETED"
    return "MODIFIED" if any(name in resource.props and resource.props[name] != value for name, value in live.items()) else "IN_SYNC"


def drifts(stack: Stack) -> list[Props]:
    """What DescribeStackResourceDrifts says."""
    return [
        {
            "StackId": stack.id,
            "LogicalResourceId": one.logical,
            "PhysicalResourceId": one.physical,
            "ResourceType": one.type,
            "StackResourceDriftStatus": one.drift,
            "Timestamp": now(),
        }
        for one in stack.resources.values()
        if one.drift != "NOT_CHECKED"
    ]
