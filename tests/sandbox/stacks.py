"""Stacks for tests: made, changed, removed, and waited for."""

from __future__ import annotations

import json
import time
from typing import Any

from landbridge.sandbox.server.foreign import Foreign


def body(resources: dict[str, Any], **more: Foreign) -> str:
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources, **more})


def settled(client: Foreign, name: str, seconds: float = 20) -> dict[str, Any]:
    """The stack, when nothing goes on with it any more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("_IN_PROGRESS") or stack["StackStatus"] == "REVIEW_IN_PROGRESS":
            return stack
        time.sleep(0.05)
    raise AssertionError(f"{name} is still {stack['StackStatus']}")


def made(client: Foreign, name: str, template: str, **more: Foreign) -> dict[str, Any]:
    made = client.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    return settled(client, made["StackId"])


def changed(client: Foreign, name: str, template: str, **more: Foreign) -> dict[str, Any]:
    client.update_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    return settled(client, name)


def removed(client: Foreign, name: str) -> dict[str, Any]:
    number = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=name)
    return settled(client, number)


def resources(client: Foreign, name: str) -> dict[str, str]:
    found = client.describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found}


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def reasons(client: Foreign, name: str) -> str:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(f"{one['LogicalResourceId']} {one['ResourceStatus']} {one.get('ResourceStatusReason', '')}" for one in events)
