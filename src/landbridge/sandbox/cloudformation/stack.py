"""A stack and what belongs to it, as values that a snapshot keeps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import uuid4

from landbridge.sandbox.cloudformation.kind import Work
from landbridge.sandbox.cloudformation.template import InvalidError
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD, Place


def partition_of(region: str) -> str:
    """The partition of a Region."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def now() -> datetime:
    """The time, as answers of the API tell it."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(slots=True)
class Resource:
    """A resource that is there. `props` still has its dynamic references, so that no secret is kept here."""

    logical: str
    type: str
    physical: str
    ref: str
    props: Props
    definition: Props  # as the template has it
    tags: dict[str, str]  # the stack's, at the last time
    attributes: Props = field(default_factory=dict)
    status: str = ""
    reason: str = ""
    at: datetime = field(default_factory=now)
    drift: str = "NOT_CHECKED"


@dataclass(slots=True)
class Undo:
    """What takes back a step of an update: `old` is the resource before it (None: there was none)."""

    logical: str
    old: Resource | None
    replaced: bool


@dataclass(slots=True)
class Wanted:
    """What a stack shall become."""

    text: str
    template: Props
    parameters: dict[str, str]
    values: Props
    tags: dict[str, str]


@dataclass(slots=True)
class ChangeSet:
    """A change set: what a stack would become, and the changes on the way there."""

    id: str
    name: str
    kind: str  # CREATE or UPDATE
    wanted: Wanted
    description: str
    on_failure: str
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    changes: list[Props] = field(default_factory=list)
    at: datetime = field(default_factory=now)


@dataclass(slots=True)
class Stack:
    """A stack. `resources` are in the order in which they were made."""

    account: str
    region: str
    name: str
    id: str
    wanted: Wanted | None = None
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    created: datetime = field(default_factory=now)
    updated: datetime | None = None
    deleted: datetime | None = None
    protected: bool = False
    on_failure: str = "ROLLBACK"
    capabilities: list[str] = field(default_factory=list)
    role: str | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[Props] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    events: list[Props] = field(default_factory=list)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
    undo: list[Undo] = field(default_factory=list)
    cleanup: list[Resource] = field(default_factory=list)
    policy: str | None = None
    drift: Props = field(default_factory=lambda: {"StackDriftStatus": "NOT_CHECKED"})

    def say(self, status: str, reason: str = "", resource: Resource | None = None) -> None:
        """Enters a state, or lets one of its resources enter one, with the event that tells it."""
        with WORLD.lock:
            held = self if resource is None else resource
            held.status, held.reason = status, reason
            if resource is not None:
                resource.at = now()
            self.events.append(
                {
                    "StackId": self.id,
                    "StackName": self.name,
                    "EventId": str(uuid4()) if resource is None else f"{resource.logical}-{status}-{uuid4()}",
                    "LogicalResourceId": self.name if resource is None else resource.logical,
                    "PhysicalResourceId": self.id if resource is None else resource.physical,
                    "ResourceType": "AWS::CloudFormation::Stack" if resource is None else resource.type,
                    "Timestamp": now(),
                    "ResourceStatus": status,
                    "ResourceStatusReason": reason or None,
                }
            )
            WORLD.touch()

    def work(self, logical: str, tags: dict[str, str] | None = None) -> Work:
        """The work at one of its resources."""
        held = tags if tags is not None else self.wanted.tags if self.wanted is not None else {}
        return Work(self.account, self.region, self.name, self.id, logical, held)

    def pseudo(self) -> Props:
        """What `AWS::…` names mean in it."""
        partition = partition_of(self.region)
        return {
            "AccountId": self.account,
            "Partition": partition,
            "Region": self.region,
            "StackId": self.id,
            "StackName": self.name,
            "URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
            "NotificationARNs": [],
        }


def copy_of(resource: Resource) -> Resource:
    """The resource as it is now, to go back to."""
    return replace(resource)


def stacks_of(account: str, region: str) -> list[Stack]:
    """Every stack of an account and Region, also those that were deleted."""
    place: Place = (account, region)
    held: list[Stack] = WORLD.kept.stacks.setdefault(place, [])
    return held


def new_stack(account: str, region: str, name: str) -> Stack:
    """A stack that nothing is in yet."""
    made = Stack(account, region, name, f"arn:{partition_of(region)}:cloudformation:{region}:{account}:stack/{name}/{uuid4()}")
    stacks_of(account, region).append(made)
    return made


def find(account: str, region: str, name: str) -> Stack | None:
    """A stack by its name, or (also a deleted one) by its id."""
    for stack in stacks_of(account, region):
        if stack.id == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
            return stack
    return None


def get(account: str, region: str, name: str) -> Stack:
    """The same. Raises Invalid."""
    found = find(account, region, name)
    if found is None:
        raise InvalidError(f"Stack with id {name} does not exist")
    return found


def exports_of(account: str, region: str) -> dict[str, tuple[Stack, str]]:
    """What the stacks of an account and Region export."""
    return {
        output["ExportName"]: (stack, output["OutputValue"])
        for stack in stacks_of(account, region)
        if stack.status != "DELETE_COMPLETE"
        for output in stack.outputs
        if "ExportName" in output
    }


def importers(stack: Stack, name: str) -> list[str]:
    """The stacks that import what is exported by this name."""
    others = stacks_of(stack.account, stack.region)
    return [one.name for one in others if name in one.imports and one.status != "DELETE_COMPLETE" and one is not stack]


def events_newest_first(stack: Stack) -> list[Foreign]:
    """A stack's events."""
    return list(reversed(stack.events))
