"""Stacks, their resources and change sets as the API's answers show them."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.stack import ChangeSet, Resource, Stack
from landbridge.sandbox.server.foreign import Props


def shown_stack(stack: Stack) -> Props:
    """One stack of DescribeStacks."""
    wanted = stack.wanted
    template = wanted.template if wanted is not None else {}
    hidden = {name for name, one in (template.get("Parameters") or {}).items() if str(one.get("NoEcho", False)).lower() == "true"}
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": template.get("Description"),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": "****" if name in hidden else value}
            for name, value in (wanted.parameters if wanted is not None else {}).items()
        ],
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "NotificationARNs": [],
        "Capabilities": stack.capabilities,
        "Outputs": stack.outputs,
        "RoleARN": stack.role,
        "Tags": [{"Key": key, "Value": value} for key, value in (wanted.tags if wanted is not None else {}).items()],
        "EnableTerminationProtection": stack.protected,
        "DriftInformation": stack.drift,
    }


def summed_stack(stack: Stack) -> Props:
    """One stack of ListStacks."""
    shown = shown_stack(stack)
    names = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus", "StackStatusReason")
    described = stack.wanted.template.get("Description") if stack.wanted is not None else None
    return {**{name: shown[name] for name in names}, "TemplateDescription": described, "DriftInformation": stack.drift}


def shown_resource(stack: Stack, resource: Resource) -> Props:
    """One resource of DescribeStackResources."""
    return {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical,
        "PhysicalResourceId": resource.physical or None,
        "ResourceType": resource.type,
        "Timestamp": resource.at,
        "LastUpdatedTimestamp": resource.at,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason or None,
        "DriftInformation": {"StackResourceDriftStatus": resource.drift},
    }


def shown_change_set(stack: Stack, held: ChangeSet) -> Props:
    """DescribeChangeSet's answer; ListChangeSets' summaries are of the same names."""
    return {
        "ChangeSetName": held.name,
        "ChangeSetId": held.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": held.description or None,
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in held.wanted.parameters.items()],
        "CreationTime": held.at,
        "ExecutionStatus": held.execution,
        "Status": held.status,
        "StatusReason": held.reason or None,
        "NotificationARNs": [],
        "Capabilities": stack.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in held.wanted.tags.items()],
        "Changes": held.changes,
        "IncludeNestedStacks": False,
        "OnStackFailure": held.on_failure,
    }
