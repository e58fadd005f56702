"""What the state of a stack lets be done with it, and the way out of those that let nothing be done. Pure."""

from __future__ import annotations

from typing import Literal

from landbridge.aws.calling import Place
from landbridge.findings import Finding, error

Step = Literal["create", "update", "wait", "remove", "stuck"]


def step(status: str | None) -> Step:
    """What to do next with a stack that should be there."""
    match status:
        case None | "DELETE_COMPLETE":
            return "create"
        case "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE":
            return "update"
        # Nothing of it is there (a creation that was rolled back; a change set that was never executed), yet it has the name.
        case "ROLLBACK_COMPLETE" | "REVIEW_IN_PROGRESS":
            return "remove"
        case _ if status.endswith("_IN_PROGRESS"):
            return "wait"
        case _:
            return "stuck"


def way_out(name: str, status: str, reason: str, place: Place) -> Finding:
    """What to do about a stack that can't be helped from here."""
    profile = f" --profile {place.account.profile}" if place.account.profile else ""
    command = f"aws cloudformation {{}} --stack-name {name} --region {place.region}{profile}"
    match status:
        case "UPDATE_ROLLBACK_FAILED":
            does = command.format("continue-update-rollback")
            remedy = f"Mend what its events name, then `{does}` (--resources-to-skip leaves out what is gone), and deploy again."
        case "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED":
            does = command.format("delete-stack")
            remedy = f"Mend what its events name, then `{does}` (--deletion-mode FORCE_DELETE_STACK leaves behind what can't go)."
        case "UPDATE_FAILED":
            remedy = f"`{command.format('rollback-stack')}`, then deploy again."
        case _:
            remedy = f"Look at `{command.format('describe-stack-events')}`."
    why = f": {reason}" if reason else ""
    return error("stack", f"the stack {name} ({place}) is in {status}{why}.", None, remedy)
