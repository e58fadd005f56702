"""Change sets: what CloudFormation would do with a stack that is there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.aws.deploying.model import Change, ResourceChange
from landbridge.aws.deploying.stack import Patience, Stack
from landbridge.findings import LandbridgeError, error

PREFIX = "landbridge-"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
# What CloudFormation says where there is nothing to do; it has no code for it.
NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that can be executed."""

    id: str
    resources: tuple[ResourceChange, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a stack should be: how CloudFormation is asked for it, in a creation as in a change."""

    template: Mapping[str, str]  # TemplateBody or TemplateURL
    parameters: Mapping[str, str]
    tags: list[dict[str, str]]

    def arguments(self, keep: tuple[str, ...] = ()) -> dict[str, object]:
        """`keep` are parameters that are to stay as they are."""
        values = [{"ParameterKey": key, "ParameterValue": value} for key, value in self.parameters.items()]
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in keep]
        return {**self.template, "Parameters": values + kept, "Tags": self.tags, "Capabilities": CAPABILITIES}


def create(cloud: Cloud, place: Place, stack: Stack, wanted: Wanted, keep: tuple[str, ...], patience: Patience) -> ChangeSet | None:
    """What it would take; None: nothing. Who gets a change set executes or discards it."""
    name = f"{PREFIX}{uuid.uuid4().hex}"
    try:
        made = cloud.call(
            place,
            "cloudformation",
            "create_change_set",
            StackName=stack.name,
            ChangeSetName=name,
            ChangeSetType="UPDATE",
            ClientToken=name,
            **wanted.arguments(keep),
        )
    except CallError as problem:
        if any(words in problem.aws_message for words in NOTHING):
            return None
        if problem.aws_code != "AlreadyExistsException":  # an attempt that wasn't answered made it
            raise
        made = {"Id": name}
    while True:
        answer = _describe(cloud, place, stack, made["Id"])
        match answer["Status"]:
            case "CREATE_COMPLETE":
                return ChangeSet(str(answer.get("ChangeSetId") or made["Id"]), _resources(cloud, place, stack, answer))
            case "FAILED":
                reason = answer.get("StatusReason", "")
                discard(cloud, place, stack, made["Id"])
                if any(words in reason for words in NOTHING):
                    return None
                remedy = "Mend what it names, and run the same command again."
                raise LandbridgeError(error("stack", f"the stack {stack.name} ({place}) can't be changed so: {reason}", None, remedy))
        patience.pause()


def discard(cloud: Cloud, place: Place, stack: Stack, change_set: str) -> None:
    """Remove a change set; it may be gone already."""
    try:
        cloud.call(place, "cloudformation", "delete_change_set", StackName=stack.id, ChangeSetName=change_set)
    except CallError as problem:
        if problem.aws_code not in ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"):
            raise


def clear(cloud: Cloud, place: Place, stack: Stack) -> None:
    """Remove what an interrupted deployment, or one that was only shown, left of change sets: a stack may have only so many."""
    listed = cloud.each(place, "cloudformation", "list_change_sets", "Summaries", StackName=stack.id)
    for one in list(listed):
        ours = one["ChangeSetName"].startswith(PREFIX) and one.get("StackId", stack.id) == stack.id
        if ours and one.get("ExecutionStatus") in ("AVAILABLE", "UNAVAILABLE", "OBSOLETE"):
            discard(cloud, place, stack, one["ChangeSetId"])


def executing(cloud: Cloud, place: Place, stack: Stack, change_set: ChangeSet) -> bool:
    """Whether the execution of a change set is still to come or to end; the stack's own state follows it with a delay."""
    try:
        answer = _describe(cloud, place, stack, change_set.id)
    except CallError as problem:
        if problem.aws_code in ("ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"):
            return False
        raise
    return answer.get("ExecutionStatus") in ("AVAILABLE", "EXECUTE_IN_PROGRESS")


def execute(cloud: Cloud, place: Place, stack: Stack, change_set: ChangeSet) -> None:
    """Begin to execute it. Newly made resources go again where it fails, protected or not."""
    try:
        cloud.call(
            place,
            "cloudformation",
            "execute_change_set",
            StackName=stack.id,
            ChangeSetName=change_set.id,
            ClientRequestToken=uuid.uuid4().hex,
            RetainExceptOnCreate=True,
        )
    except CallError as problem:
        # An attempt that wasn't answered began it.
        if problem.aws_code not in ("InvalidChangeSetStatus", "InvalidChangeSetStatusException", "TokenAlreadyExistsException"):
            raise


def _describe(cloud: Cloud, place: Place, stack: Stack, change_set: str, **more: str) -> Answer:
    return cloud.call(place, "cloudformation", "describe_change_set", StackName=stack.id, ChangeSetName=change_set, **more)


def _resources(cloud: Cloud, place: Place, stack: Stack, first: Answer) -> tuple[ResourceChange, ...]:
    found: list[ResourceChange] = []
    answer = first
    while True:
        for one in answer.get("Changes") or ():
            change = one.get("ResourceChange") or {}
            found.append(ResourceChange(_kind(change), change["LogicalResourceId"], change["ResourceType"]))
        if not answer.get("NextToken"):
            return tuple(found)
        answer = _describe(cloud, place, stack, first["ChangeSetId"], NextToken=answer["NextToken"])


def _kind(change: Answer) -> Change:
    match change["Action"], change.get("Replacement"):
        case "Add", _:
            return "add"
        case "Remove", _:
            return "remove"
        case _, "True":
            return "replace"
        case _, "Conditional":
            return "perhaps replace"
        case _:
            return "modify"
