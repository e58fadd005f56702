"""The API of CloudFormation: one method an action, in the emulator's frame, which reads parameters and writes answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import uuid4

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from landbridge.sandbox.cloudformation import engine
from landbridge.sandbox.cloudformation.asking import LackingError, exports, same, summary, text_of, wanted_of
from landbridge.sandbox.cloudformation.changes import changes_of
from landbridge.sandbox.cloudformation.describing import shown_change_set, shown_resource, shown_stack, summed_stack
from landbridge.sandbox.cloudformation.drift import detect, drifts
from landbridge.sandbox.cloudformation.refusing import StackError
from landbridge.sandbox.cloudformation.stack import (
    ChangeSet,
    Stack,
    Wanted,
    find,
    get,
    importers,
    new_stack,
    now,
    partition_of,
    stacks_of,
)
from landbridge.sandbox.cloudformation.template import InvalidError, parse
from landbridge.sandbox.server.foreign import Props

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."
UPDATABLE = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "CREATE_FAILED",
    "UPDATE_FAILED",
}


class StackAnswers(BaseResponse):
    """The actions on stacks."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    def call_action(self) -> Props:  # type: ignore[override]
        """Tells what is refused as CloudFormation does."""
        action = self._get_action()
        if not hasattr(self, _snake(action)):
            refused = StackError("InvalidAction", f"The action {action} is not valid for this web service.")
            return self.serialized(ActionResult(refused))  # type: ignore[return-value]
        return super().call_action()  # type: ignore[return-value]

    @property
    def _given(self) -> Props:
        return dict(self.params)

    def _stack(self, name: str | None = None) -> Stack:
        return get(self.current_account, self.region, name or self._given["StackName"])

    def create_stack(self) -> ActionResult:
        """CreateStack."""
        given = self._given
        held = find(self.current_account, self.region, given["StackName"])
        if held is not None:
            raise StackError("AlreadyExistsException", f"Stack [{held.name}] already exists")
        made = Stack(self.current_account, self.region, given["StackName"], "")
        wanted = _checked(made, given, True)
        made = new_stack(self.current_account, self.region, given["StackName"])
        made.wanted = wanted
        made.protected = bool(given.get("EnableTerminationProtection", False))
        made.on_failure = given.get("OnFailure") or ("DO_NOTHING" if given.get("DisableRollback") else "ROLLBACK")
        made.capabilities, made.role = given.get("Capabilities") or [], given.get("RoleARN")
        made.say("CREATE_IN_PROGRESS", "User Initiated")
        engine.begin(made, engine.create)
        return ActionResult({"StackId": made.id})

    def update_stack(self) -> ActionResult:
        """UpdateStack."""
        given, stack = self._given, _told(self._stack)
        _updatable(stack)
        wanted = _checked(stack, given, False)
        if same(stack, wanted) or not (changes_of(stack, wanted) or _only_outputs(stack, wanted)):
            raise StackError("ValidationError", "No updates are to be performed.")
        stack.on_failure = "DO_NOTHING" if given.get("DisableRollback") else "ROLLBACK"
        stack.capabilities = given.get("Capabilities") or stack.capabilities
        stack.say("UPDATE_IN_PROGRESS", "User Initiated")
        engine.begin(stack, lambda one: engine.update(one, wanted))
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        """DeleteStack."""
        stack = find(self.current_account, self.region, self._given["StackName"])
        if stack is None or stack.status == "DELETE_COMPLETE":
            return EmptyResult()
        if stack.protected:
            shown = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            raise StackError("ValidationError", shown)
        if stack.status == "DELETE_IN_PROGRESS":
            return EmptyResult()
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            shown = f"Stack [{stack.id}] is in {stack.status} state and can not be deleted."
            raise StackError("ValidationError", shown)
        retained = tuple(self._given.get("RetainResources") or ())
        if retained and stack.status != "DELETE_FAILED":
            shown = "Invalid operation on stack. RetainResources can only be specified for a stack in the DELETE_FAILED state"
            raise StackError("ValidationError", shown)
        stack.status = "DELETE_IN_PROGRESS"
        engine.begin(stack, lambda one: engine.delete(one, retained))
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        """DescribeStacks; by id also what was deleted."""
        if "StackName" in self._given:
            return ActionResult({"Stacks": [shown_stack(_told(self._stack))]})
        held = stacks_of(self.current_account, self.region)
        return ActionResult({"Stacks": [shown_stack(one) for one in held if one.status != "DELETE_COMPLETE"]})

    def list_stacks(self) -> ActionResult:
        """ListStacks."""
        wanted = self._given.get("StackStatusFilter") or []
        held = reversed(stacks_of(self.current_account, self.region))
        return ActionResult({"StackSummaries": [summed_stack(one) for one in held if not wanted or one.status in wanted]})

    def describe_stack_events(self) -> ActionResult:
        """DescribeStackEvents, the newest first, a hundred a page."""
        events = list(reversed(_told(self._stack).events))
        start = int(self._given.get("NextToken") or 0)
        rest = str(start + 100) if len(events) > start + 100 else None
        return ActionResult({"StackEvents": events[start : start + 100], "NextToken": rest})

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources, by stack or by a resource's physical id."""
        given = self._given
        if "StackName" in given:
            stack = _told(self._stack)
        else:
            held = stacks_of(self.current_account, self.region)
            physical = given.get("PhysicalResourceId")
            owners = [one for one in held for resource in one.resources.values() if resource.physical == physical]
            if not owners:
                raise StackError("ValidationError", f"Stack for {physical} does not exist")
            stack = owners[0]
        logical = given.get("LogicalResourceId")
        found = [shown_resource(stack, one) for one in stack.resources.values() if logical in (None, one.logical)]
        return ActionResult({"StackResources": found})

    def describe_stack_resource(self) -> ActionResult:
        """DescribeStackResource."""
        stack, name = _told(self._stack), self._given["LogicalResourceId"]
        if name not in stack.resources:
            raise StackError("ValidationError", f"Resource {name} does not exist for stack {stack.name}")
        return ActionResult({"StackResourceDetail": shown_resource(stack, stack.resources[name])})

    def list_stack_resources(self) -> ActionResult:
        """ListStackResources."""
        stack = _told(self._stack)
        return ActionResult({"StackResourceSummaries": [shown_resource(stack, one) for one in stack.resources.values()]})

    def get_template(self) -> ActionResult:
        """GetTemplate, of a stack or of a change set."""
        given = self._given
        if "ChangeSetName" in given:
            _, held = self._change_set()
            return ActionResult({"TemplateBody": held.wanted.text, "StagesAvailable": ["Original", "Processed"]})
        stack = _told(self._stack)
        text = stack.wanted.text if stack.wanted is not None else ""
        return ActionResult({"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]})

    def get_template_summary(self) -> ActionResult:
        """GetTemplateSummary."""
        return ActionResult(_told(lambda: summary(self._parsed())))

    def validate_template(self) -> ActionResult:
        """ValidateTemplate."""
        return ActionResult(_told(lambda: summary(self._parsed())))

    def _parsed(self) -> Props:
        text = text_of(self._given, self.current_account)
        if text is None:
            held = self._stack().wanted
            return held.template if held is not None else {}
        return parse(text)

    def create_change_set(self) -> ActionResult:
        """CreateChangeSet."""
        given = self._given
        stack = find(self.current_account, self.region, given["StackName"])
        kind = given.get("ChangeSetType") or "UPDATE"
        fresh = stack is None or stack.status == "REVIEW_IN_PROGRESS"
        if kind == "CREATE" and not fresh:
            assert stack is not None
            raise StackError("ValidationError", f"Stack [{stack.name}] already exists and cannot be created again with the changeSet.")
        if kind == "UPDATE" and (stack is None or fresh):
            raise StackError("ValidationError", f"Stack [{given['StackName']}] does not exist")
        if kind == "UPDATE":
            assert stack is not None
            _updatable(stack)
        probe = stack or Stack(self.current_account, self.region, given["StackName"], "")
        wanted = _checked(probe, given, kind == "CREATE")
        if stack is None:
            stack = new_stack(self.current_account, self.region, given["StackName"])
            stack.say("REVIEW_IN_PROGRESS", "User Initiated")
        stack.capabilities = given.get("Capabilities") or stack.capabilities
        if any(one.name == given["ChangeSetName"] for one in stack.change_sets.values()):
            raise StackError("AlreadyExistsException", f"ChangeSet [{given['ChangeSetName']}] already exists")
        service = f"arn:{partition_of(self.region)}:cloudformation:{self.region}:{self.current_account}"
        arn = f"{service}:changeSet/{given['ChangeSetName']}/{uuid4()}"
        held = ChangeSet(arn, given["ChangeSetName"], kind, wanted, given.get("Description", ""), given.get("OnStackFailure") or "ROLLBACK")
        try:
            held.changes = changes_of(stack, wanted)
            if kind == "UPDATE" and not held.changes and not _only_outputs(stack, wanted):
                held.status, held.execution, held.reason = "FAILED", "UNAVAILABLE", NO_CHANGES
        except InvalidError as problem:
            held.status, held.execution, held.reason = "FAILED", "UNAVAILABLE", str(problem)
        stack.change_sets[arn] = held
        return ActionResult({"Id": arn, "StackId": stack.id})

    def _change_set(self) -> tuple[Stack, ChangeSet]:
        name, of = self._given["ChangeSetName"], self._given.get("StackName")
        for stack in stacks_of(self.current_account, self.region):
            if of is not None and of not in (stack.name, stack.id):
                continue
            for held in stack.change_sets.values():
                if held.id == name or (of is not None and held.name == name):
                    return stack, held
        raise StackError("ChangeSetNotFoundException", f"ChangeSet [{name}] does not exist")

    def describe_change_set(self) -> ActionResult:
        """DescribeChangeSet."""
        return ActionResult(shown_change_set(*self._change_set()))

    def list_change_sets(self) -> ActionResult:
        """ListChangeSets."""
        stack = _told(self._stack)
        return ActionResult({"Summaries": [shown_change_set(stack, one) for one in stack.change_sets.values()]})

    def delete_change_set(self) -> ActionResult:
        """DeleteChangeSet."""
        try:
            stack, held = self._change_set()
        except StackError:
            return EmptyResult()
        del stack.change_sets[held.id]
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        """ExecuteChangeSet; the stack's other change sets are for nothing then."""
        stack, held = self._change_set()
        if held.execution != "AVAILABLE":
            shown = f"ChangeSet [{held.id}] cannot be executed in its current status of [{held.status}]"
            raise StackError("InvalidChangeSetStatus", shown)
        if held.kind == "UPDATE":
            _updatable(stack)
        held.execution = "EXECUTE_COMPLETE"
        stack.change_sets = {held.id: held}
        stack.on_failure = "DO_NOTHING" if self._given.get("DisableRollback") else held.on_failure
        if held.kind == "CREATE":
            stack.wanted = held.wanted
            stack.say("CREATE_IN_PROGRESS", "User Initiated")
            engine.begin(stack, engine.create)
        else:
            stack.say("UPDATE_IN_PROGRESS", "User Initiated")
            engine.begin(stack, lambda one: engine.update(one, held.wanted))
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        """UpdateTerminationProtection."""
        stack = _told(self._stack)
        stack.protected = bool(self._given["EnableTerminationProtection"])
        return ActionResult({"StackId": stack.id})

    def continue_update_rollback(self) -> ActionResult:
        """ContinueUpdateRollback."""
        stack = _told(self._stack)
        if stack.status not in ("UPDATE_ROLLBACK_FAILED", "UPDATE_FAILED"):
            raise StackError("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not continue update rollback.")
        stack.status = "UPDATE_ROLLBACK_IN_PROGRESS"
        engine.begin(stack, engine.roll_back)
        return EmptyResult()

    def rollback_stack(self) -> ActionResult:
        """RollbackStack."""
        stack = _told(self._stack)
        if stack.status not in ("UPDATE_FAILED", "CREATE_FAILED"):
            raise StackError("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.")
        stack.on_failure = "ROLLBACK"
        engine.begin(stack, engine.roll_back if stack.status == "UPDATE_FAILED" else engine.undo_creation)
        return ActionResult({"StackId": stack.id})

    def list_exports(self) -> ActionResult:
        """ListExports."""
        return ActionResult({"Exports": exports(self.current_account, self.region)})

    def list_imports(self) -> ActionResult:
        """ListImports."""
        name = self._given["ExportName"]
        found = importers(Stack(self.current_account, self.region, "", ""), name)
        if not found:
            raise StackError("ValidationError", f"Export '{name}' is not imported by any stack.")
        return ActionResult({"Imports": found})

    def set_stack_policy(self) -> ActionResult:
        """SetStackPolicy: kept, not enforced."""
        _told(self._stack).policy = self._given.get("StackPolicyBody")
        return EmptyResult()

    def get_stack_policy(self) -> ActionResult:
        """GetStackPolicy."""
        return ActionResult({"StackPolicyBody": _told(self._stack).policy})

    def detect_stack_drift(self) -> ActionResult:
        """DetectStackDrift."""
        stack = _told(self._stack)
        return ActionResult({"StackDriftDetectionId": detect(stack)})

    def describe_stack_drift_detection_status(self) -> ActionResult:
        """DescribeStackDriftDetectionStatus."""
        wanted = self._given["StackDriftDetectionId"]
        for stack in stacks_of(self.current_account, self.region):
            if stack.drift.get("Id") == wanted:
                return ActionResult(
                    {
                        "StackId": stack.id,
                        "StackDriftDetectionId": wanted,
                        "DetectionStatus": stack.drift["DetectionStatus"],
                        "StackDriftStatus": stack.drift["StackDriftStatus"],
                        "DriftedStackResourceCount": sum(one.drift in ("MODIFIED", "DELETED") for one in stack.resources.values()),
                        "Timestamp": stack.drift.get("LastCheckTimestamp", now()),
                    }
                )
        raise StackError("ValidationError", f"Drift detection {wanted} does not exist")

    def describe_stack_resource_drifts(self) -> ActionResult:
        """DescribeStackResourceDrifts."""
        stack = _told(self._stack)
        wanted = self._given.get("StackResourceDriftStatusFilters") or []
        return ActionResult(
            {"StackResourceDrifts": [one for one in drifts(stack) if not wanted or one["StackResourceDriftStatus"] in wanted]}
        )


def _snake(action: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in action or "").lstrip("_")


T = TypeVar("T")


def _told(do: Callable[[], T]) -> T:
    """What is done, or refused as a ValidationError."""
    try:
        return do()
    except LackingError as problem:
        raise StackError("InsufficientCapabilitiesException", str(problem)) from None
    except InvalidError as problem:
        raise StackError("ValidationError", str(problem)) from None


def _checked(stack: Stack, given: Props, creating: bool) -> Wanted:
    return _told(lambda: wanted_of(stack, given, creating))


def _updatable(stack: Stack) -> None:
    if stack.status not in UPDATABLE:
        raise StackError("ValidationError", f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def _only_outputs(stack: Stack, wanted: Wanted) -> bool:
    held = stack.wanted
    return held is not None and (held.template.get("Outputs") or {}) != (wanted.template.get("Outputs") or {})
