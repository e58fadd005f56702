"""Bringing one stack to what its plan says, from whatever state it is in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.deploying import changeset, objects
from landbridge.aws.deploying.changeset import ChangeSet, Wanted
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.model import StackChange, Tell
from landbridge.aws.deploying.routes import Leaving
from landbridge.aws.deploying.stack import Follower, Patience, Stack, failure, look, wait_quiet
from landbridge.aws.deploying.states import step, way_out
from landbridge.aws.deploying.values import Lookup, bucket, resolve
from landbridge.aws.model import StackPlan
from landbridge.findings import Finding, LandbridgeError, error
from landbridge.heal import tags

MOST_STEPS = 12  # what leads nowhere ends
GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
IN_TIME_MIN = 60


@dataclass(frozen=True, slots=True)
class Settled:
    """A stack that is as it should be, and what that took."""

    stack: Stack
    did: Literal["created", "updated", "unchanged"]


@dataclass(frozen=True, slots=True)
class Settling:
    """What settling any stack of a network takes. `shown` is what was agreed to, by stack: something else isn't done. `begin` hears of a
    stack before it is created."""

    cloud: Cloud
    ground: Ground
    tell: Tell
    patience: Patience
    shown: Mapping[str, StackChange]
    begin: Callable[[StackPlan], None] = lambda _: None

    def settle(self, plan: StackPlan, lookup: Lookup) -> Settled:
        """Bring a stack to what its plan says. Raises LandbridgeError with the way out."""
        there, name = place(plan), plan.name
        follower = Follower(self.cloud, there, name, plan.name, self.tell)
        for _ in range(MOST_STEPS):
            stack = look(self.cloud, there, name)
            if stack is not None:
                refuse_foreign(stack, self.ground.network, there)
            match step(stack.status if stack else None):
                case "wait":
                    wait_quiet(self.cloud, there, name, follower, self.patience)
                case "stuck":
                    assert stack is not None
                    raise LandbridgeError(way_out(stack.name, stack.status, stack.reason, there))
                case "remove":
                    assert stack is not None
                    remove(self.cloud, there, stack, follower, self.patience)
                case "create":
                    if created := self._create(plan, lookup, follower):
                        return Settled(created, "created")
                case "update":
                    assert stack is not None
                    return self._update(plan, stack, lookup, follower)
        raise LandbridgeError(error("stack", f"the stack {name} ({there}) changes under our hands.", None, "See who else works on it."))

    def _create(self, plan: StackPlan, lookup: Lookup, follower: Follower) -> Stack | None:
        """The new stack; None where somebody else has begun one of that name."""
        there, name = place(plan), plan.name
        wanted = self._wanted(plan, lookup, None)
        self.begin(plan)
        try:
            made = self.cloud.call(
                there,
                "cloudformation",
                "create_stack",
                StackName=name,
                **wanted.arguments(),
                OnFailure="ROLLBACK",
                RetainExceptOnCreate=True,  # a creation that fails leaves nothing behind
                TimeoutInMinutes=IN_TIME_MIN,
                ClientRequestToken=uuid.uuid4().hex,
            )
        except CallError as problem:
            if problem.aws_code in ("AlreadyExistsException", "TokenAlreadyExistsException"):
                return None
            raise
        stack = wait_quiet(self.cloud, there, made["StackId"], follower, self.patience)
        if stack is None or stack.status not in GOOD:
            status, reason = (stack.status, stack.reason) if stack else ("DELETE_COMPLETE", "")
            raise LandbridgeError(failure(name, "creating", there, status, reason, follower))
        return stack

    def _update(self, plan: StackPlan, stack: Stack, lookup: Lookup, follower: Follower) -> Settled:
        there = place(plan)
        changeset.clear(self.cloud, there, stack)
        wanted = self._wanted(plan, lookup, stack)
        made = changeset.create(self.cloud, there, stack, wanted, (), self.patience)
        if made is None:
            return Settled(stack, "unchanged")
        try:
            self._as_shown(plan, made, there)
        except LandbridgeError:
            changeset.discard(self.cloud, there, stack, made.id)
            raise
        leaving = Leaving(self.cloud, there, stack, made.resources)
        changeset.execute(self.cloud, there, stack, made)
        while True:
            after = wait_quiet(self.cloud, there, stack.id, follower, self.patience, leaving)
            if after is None or not changeset.executing(self.cloud, there, stack, made):
                break
            self.patience.pause()
        after = look(self.cloud, there, stack.id)
        if after is None or after.status not in GOOD:
            status, reason = (after.status, after.reason) if after else ("DELETE_COMPLETE", "")
            raise LandbridgeError(failure(stack.name, "updating", there, status, reason, follower))
        return Settled(after, "updated")

    def _as_shown(self, plan: StackPlan, made: ChangeSet, there: Place) -> None:
        """What was agreed to is done, and nothing else; where it couldn't be known beforehand it was said so."""
        shown = self.shown.get(plan.name)
        if shown is None or shown.after or shown.action == "create" or set(shown.resources) == set(made.resources):
            return
        message = f"the stack {plan.name} ({there}) would change otherwise than was shown: it changed in the meantime."
        raise LandbridgeError(error("stack", message, None, "Run the same command again, and look at what it shows."))

    def _wanted(self, plan: StackPlan, lookup: Lookup, own: Stack | None) -> Wanted:
        values = resolve(self.cloud, self.ground, plan, lookup, own, store=True)
        if values.waiting:
            name, other = next(iter(values.waiting.items()))
            source = f"the stack {other} gives no value for {name}"
            raise LandbridgeError(error("stack", f"{plan.name}: {source}.", None, "Deploy again; if it stays so, it is landbridge's bug."))
        return Wanted(self._template(plan, lookup), values.known, self.ground.stack_tags(plan))

    def _template(self, plan: StackPlan, lookup: Lookup) -> dict[str, str]:
        return template_argument(self.cloud, self.ground, plan, lookup)


def template_argument(cloud: Cloud, ground: Ground, plan: StackPlan, lookup: Lookup) -> dict[str, str]:
    """A template as CloudFormation takes it: by itself, or from the bucket where it is large."""
    if len(plan.template.encode()) <= objects.INLINE_BYTES:
        return {"TemplateBody": plan.template}
    return {"TemplateURL": objects.template_url(cloud, place(plan), bucket(ground, plan, lookup), plan.template)}


def refuse_foreign(stack: Stack, network: str, there: Place) -> None:
    """Only a stack that bears the network's tag is touched."""
    owner = stack.tags.get(tags.NETWORK)
    if owner == network:
        return
    whose = f"is of the network {owner!a}" if owner else "wasn't made by landbridge (it lacks its tag)"
    remedy = "Give the network another name, or remove that stack yourself if nobody needs it."
    raise LandbridgeError(error("name", f"there is a stack {stack.name} ({there}) that {whose}.", None, remedy))


def remove(cloud: Cloud, there: Place, stack: Stack, follower: Follower, patience: Patience) -> None:
    """Delete a stack, by its id: one of the same name that somebody begins meanwhile is another one."""
    if stack.protected:
        cloud.call(there, "cloudformation", "update_termination_protection", StackName=stack.name, EnableTerminationProtection=False)
    left: Stack | None = stack
    if not stack.status.startswith("DELETE_IN"):
        cloud.call(there, "cloudformation", "delete_stack", StackName=stack.id, ClientRequestToken=uuid.uuid4().hex)
    left = wait_quiet(cloud, there, stack.id, follower, patience)
    if left is not None and left.status == "DELETE_FAILED":
        raise LandbridgeError(_not_removed(left, there, follower))
    if left is not None:
        raise LandbridgeError(way_out(left.name, left.status, left.reason, there))


def _not_removed(stack: Stack, there: Place, follower: Follower) -> Finding:
    if not follower.failures:
        return way_out(stack.name, stack.status, stack.reason, there)
    return failure(stack.name, "removing", there, stack.status, stack.reason, follower)
