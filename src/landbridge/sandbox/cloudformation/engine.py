"""What is done to a stack: create, update, delete, and roll back. Each in a thread of its own, resource after resource, in order."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from threading import Thread

from landbridge.sandbox.cloudformation.evaluation import Scope
from landbridge.sandbox.cloudformation.resolving import failure, resolved, scope_of
from landbridge.sandbox.cloudformation.stack import Resource, Stack, Undo, Wanted, copy_of, importers, now
from landbridge.sandbox.cloudformation.steps import make, remove, renew
from landbridge.sandbox.cloudformation.template import InvalidError, order
from landbridge.sandbox.server.world import WORLD

KEPT = ("Retain", "RetainExceptOnCreate")


def begin(stack: Stack, what: Callable[[Stack], None]) -> None:
    """Starts an operation; whatever goes wrong in it that isn't a resource's failure is told in the stack's status."""

    def run() -> None:
        try:
            what(stack)
        except Exception as problem:
            traceback.print_exc()
            stack.say(stack.status.replace("_IN_PROGRESS", "_FAILED"), f"Internal Failure: {problem}")

    Thread(target=run, daemon=True).start()


def create(stack: Stack) -> None:
    """Makes every resource; when one fails, what was made is removed again (or left, or the stack with it: `on_failure`)."""
    assert stack.wanted is not None
    try:
        scope = scope_of(stack, stack.wanted)
        for name in _names(stack.wanted, scope):
            make(stack, stack.wanted, scope, name)
        _put_out(stack, scope)
    except Exception as problem:
        _failed_creation(stack, failure(problem))
        return
    stack.say("CREATE_COMPLETE")


def _failed_creation(stack: Stack, reason: str) -> None:
    if stack.on_failure == "DO_NOTHING":
        stack.say("CREATE_FAILED", reason)
    elif stack.on_failure == "DELETE":
        delete(stack)
    else:
        stack.say("ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user." if reason else "Rollback requested by user.")
        left = [one for one in reversed(stack.resources.values()) if not _removed(stack, one, ("Retain",))]
        stack.outputs = []
        stack.say("ROLLBACK_FAILED" if left else "ROLLBACK_COMPLETE", _not_removed(left))


def undo_creation(stack: Stack) -> None:
    """Removes what a creation that failed has left."""
    _failed_creation(stack, "")


def update(stack: Stack, wanted: Wanted) -> None:
    """Brings the stack to what is wanted, or, when a resource fails, back to what it was."""
    before = stack.wanted
    stack.undo, stack.cleanup = [], []
    try:
        scope = scope_of(stack, wanted)
        names = _names(wanted, scope)
        for name in names:
            _step(stack, wanted, scope, name)
        _check_exports(stack, scope)
    except Exception as problem:
        if stack.on_failure == "DO_NOTHING":
            stack.say("UPDATE_FAILED", failure(problem))
        else:
            roll_back(stack, failure(problem))
        return
    gone = [stack.resources.pop(name) for name in reversed(list(stack.resources)) if name not in names]
    stack.wanted = wanted
    stack.resources = {name: stack.resources[name] for name in names}
    _put_out(stack, scope)
    stack.undo = []
    stack.cleanup += gone
    clean_up(stack)
    assert before is not None


def _step(stack: Stack, wanted: Wanted, scope: Scope, name: str) -> None:
    old = stack.resources.get(name)
    if old is None:
        stack.undo.append(Undo(name, None, False))
        make(stack, wanted, scope, name)
        return
    kept = copy_of(old)
    mark = Undo(name, kept, False)
    stack.undo.append(mark)
    mark.replaced = renew(stack, wanted, scope, old)
    if mark.replaced:
        stack.cleanup.append(kept)


def roll_back(stack: Stack, reason: str = "") -> None:
    """Takes an update back, its last step first."""
    stack.say("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    failed = []
    stack.cleanup = []
    assert stack.wanted is not None
    while stack.undo:
        step = stack.undo[-1]
        now_there = stack.resources.get(step.logical)
        try:
            if step.old is None:
                if now_there is not None:
                    if now_there.physical:
                        stack.cleanup.append(now_there)
                    del stack.resources[step.logical]
            elif now_there is not None and (step.replaced or now_there.physical != step.old.physical):
                if now_there.physical and now_there.physical != step.old.physical:
                    stack.cleanup.append(now_there)
                stack.resources[step.logical] = step.old
                stack.say("UPDATE_COMPLETE", resource=step.old)
            elif now_there is not None and (now_there.props != step.old.props or now_there.status == "UPDATE_FAILED"):
                _back(stack, now_there, step.old)
        except Exception as problem:
            failed.append(f"{step.logical}: {failure(problem)}")
        stack.undo.pop()
    if failed:
        stack.say("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{'; '.join(failed)}]")
        return
    stack.say("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for resource in stack.cleanup:
        _removed(stack, resource, ())
    stack.cleanup = []
    stack.say("UPDATE_ROLLBACK_COMPLETE")


def _back(stack: Stack, there: Resource, old: Resource) -> None:
    from landbridge.sandbox.cloudformation.kinds import kind_of

    kind = kind_of(old.type)
    stack.say("UPDATE_IN_PROGRESS", resource=there)
    work = stack.work(old.logical, old.tags)
    if kind.update is not None:
        kind.update(work, old.physical, resolved(work, there.props), resolved(work, old.props))
    stack.resources[old.logical] = old
    stack.say("UPDATE_COMPLETE", resource=old)


def clean_up(stack: Stack) -> None:
    """Removes what an update replaced or left out; what can't be removed is told and left."""
    stack.say("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    current = {(one.type, one.physical) for one in stack.resources.values()}
    for resource in stack.cleanup:
        replaced = resource.logical in stack.resources
        policy = "UpdateReplacePolicy" if replaced else "DeletionPolicy"
        if resource.definition.get(policy) in KEPT:
            stack.say("DELETE_SKIPPED", resource=resource)
        elif (resource.type, resource.physical) not in current:
            _removed(stack, resource, ())
    stack.cleanup = []
    stack.updated = now()
    stack.say("UPDATE_COMPLETE")


def delete(stack: Stack, retained: tuple[str, ...] = ()) -> None:
    """Removes every resource, the last made first; one that can't be removed stops it, with DELETE_FAILED."""
    stack.say("DELETE_IN_PROGRESS", "User Initiated")
    in_use = [
        (output["ExportName"], users)
        for output in stack.outputs
        if "ExportName" in output and (users := importers(stack, output["ExportName"]))
    ]
    if in_use:
        name, users = in_use[0]
        stack.say("DELETE_FAILED", f"Export {name} cannot be deleted as it is in use by {', '.join(users)}")
        return
    left = []
    for resource in list(reversed(stack.resources.values())):
        if resource.logical in retained:
            stack.say("DELETE_SKIPPED", resource=resource)
            del stack.resources[resource.logical]
        elif not _removed(stack, resource, KEPT):
            left.append(resource)
    if left:
        stack.say("DELETE_FAILED", _not_removed(left))
        return
    with WORLD.lock:
        stack.deleted = now()
        stack.outputs, stack.imports = [], set()
    stack.say("DELETE_COMPLETE")


def _removed(stack: Stack, resource: Resource, kept: tuple[str, ...]) -> bool:
    """Removes one, unless its policy is one of `kept`; whether it is out of the stack."""
    if resource.status in ("DELETE_COMPLETE", "DELETE_SKIPPED"):
        return True
    if resource.definition.get("DeletionPolicy") in kept and resource.physical:
        stack.say("DELETE_SKIPPED", resource=resource)
    else:
        stack.say("DELETE_IN_PROGRESS", resource=resource)
        try:
            remove(stack, resource)
        except Exception as problem:
            stack.say("DELETE_FAILED", failure(problem), resource)
            return False
        stack.say("DELETE_COMPLETE", resource=resource)
    return True


def _not_removed(left: list[Resource]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(one.logical for one in left)}]. " if left else ""


def _names(wanted: Wanted, scope: Scope) -> list[str]:
    resources = wanted.template["Resources"]
    return order(wanted.template, {name for name, resource in resources.items() if scope.there(resource)})


def _outputs(scope: Scope) -> list[dict[str, str]]:
    found = []
    for key, output in (scope.template.get("Outputs") or {}).items():
        if not scope.there(output):
            continue
        said = {"OutputKey": key, "OutputValue": str(scope.value(output["Value"]))}
        if "Description" in output:
            said["Description"] = output["Description"]
        if "Export" in output:
            said["ExportName"] = scope.value(output["Export"]["Name"])
        found.append(said)
    return found


def _check_exports(stack: Stack, scope: Scope) -> None:
    """An export that another stack imports may neither go nor change."""
    new = {output["ExportName"]: output["OutputValue"] for output in _outputs(scope) if "ExportName" in output}
    for output in stack.outputs:
        name = output.get("ExportName")
        users = importers(stack, name) if name is not None else []
        if name is not None and users and new.get(name) != output["OutputValue"]:
            raise InvalidError(f"Export {name} cannot be {'updated' if name in new else 'deleted'} as it is in use by {', '.join(users)}")


def _put_out(stack: Stack, scope: Scope) -> None:
    from landbridge.sandbox.cloudformation.stack import exports_of

    outputs = _outputs(scope)
    taken = exports_of(stack.account, stack.region)
    for output in outputs:
        name = output.get("ExportName")
        if name is not None and name in taken and taken[name][0] is not stack:
            raise InvalidError(f"Export with name {name} is already exported by stack {taken[name][0].name}")
    with WORLD.lock:
        stack.outputs = list(outputs)


def resume() -> None:
    """After a restart: what was under way is rolled back; a removal goes on."""
    for stacks in list(WORLD.kept.stacks.values()):
        for stack in stacks:
            if stack.status in ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
                begin(stack, lambda one: _failed_creation(one, "The emulator was restarted."))
            elif stack.status == "DELETE_IN_PROGRESS":
                begin(stack, delete)
            elif stack.status.startswith("UPDATE_COMPLETE_CLEANUP"):
                begin(stack, clean_up)
            elif stack.status.startswith("UPDATE_") and stack.status.endswith("_IN_PROGRESS"):
                begin(stack, lambda one: roll_back(one, "The emulator was restarted."))
