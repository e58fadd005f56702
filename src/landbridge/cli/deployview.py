"""A deployment's plan and its end, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from landbridge.aws.deploying.leftovers import Resource
    from landbridge.aws.deploying.model import Action, Done, Plan, ResourceChange, StackChange

SIGNS = {"add": "+", "modify": "~", "replace": "±", "perhaps replace": "±?", "remove": "-"}
COLOURS: dict[Action, str] = {"create": "green", "update": "yellow", "destroy": "red", "keep": "dim"}
MOST_NAMED = 12  # resources of a stack that is changed; one that is created is counted by type


def plan_view(plan: Plan) -> Iterator[RenderableType]:
    """A row a stack to which something happens, in the order in which it may happen."""
    if not plan.changes:
        yield Text(f"{plan.network}: all {len(plan.stacks)} stacks are as they should be.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("stack", "where", "", "what"):
        table.add_column(column, overflow="fold")
    for change in plan.changes:
        where = f"{change.place.region} {change.place.account.alias}"
        table.add_row(change.name, where, Text(change.action, COLOURS[change.action]), "\n".join(_what(change)))
    yield table
    counted = Counter(change.action for change in plan.stacks)
    yield Text(", ".join(f"{counted[action]} to {action}" for action in COLOURS if counted[action]))


def _what(change: StackChange) -> Iterator[str]:
    if change.action == "create":
        counted = Counter(one.type.removeprefix("AWS::") for one in change.resources)
        yield f"{len(change.resources)} resources: " + ", ".join(f"{many} {type_}" for type_, many in counted.most_common(5))
    else:
        yield from (_line(one) for one in change.resources[:MOST_NAMED])
        if len(change.resources) > MOST_NAMED:
            yield f"… and {len(change.resources) - MOST_NAMED} more"
    if change.parameters and change.action == "update":
        yield f"new values: {', '.join(change.parameters)}"
    if change.tables:
        joins = [one.id for one in change.tables if one.change == "add"]
        leaves = [one.id for one in change.tables if one.change == "remove"]
        yield from (f"{what} the network: {', '.join(ids)}" for what, ids in (("joins", joins), ("leaves", leaves)) if ids)
    if change.after and change.action != "create":
        yield f"perhaps more, after {', '.join(change.after)}"


def _line(one: ResourceChange) -> str:
    return f"{SIGNS[one.change]} {one.name} ({one.type.removeprefix('AWS::')})" + (" is made anew" if one.change == "replace" else "")


def done_view(done: Done) -> Iterator[RenderableType]:
    """How many stacks were done what to."""
    parts = {
        "created": done.created,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "destroyed": done.destroyed,
        "failed": done.failed,
        "waiting": done.waiting,
    }
    yield Text(", ".join(f"{len(names)} {what}" for what, names in parts.items() if names) or "Nothing to do.")


def left_view(left: tuple[Resource, ...], title: str) -> Iterator[RenderableType]:
    if left:
        yield Text(title)
        yield from (Text(f"  {one}") for one in left)


def plan_json(plan: Plan) -> list[dict[str, Any]]:
    """docs/deploy.md has its shape."""
    return [
        {
            "stack": change.name,
            "kind": change.kind,
            "owner": change.owner,
            "account": change.place.account.alias,
            "region": change.place.region,
            "action": change.action,
            "resources": [{"change": one.change, "name": one.name, "type": one.type} for one in change.resources],
            "parameters": list(change.parameters),
            "after": list(change.after),
            "tables": [{"change": one.change, "id": one.id} for one in change.tables],
        }
        for change in plan.stacks
    ]


def done_json(done: Done | None) -> dict[str, Any] | None:
    if done is None:
        return None
    return {
        "ok": done.ok,
        "created": list(done.created),
        "updated": list(done.updated),
        "unchanged": list(done.unchanged),
        "destroyed": list(done.destroyed),
        "failed": list(done.failed),
        "waiting": {name: list(needs) for name, needs in done.waiting},
    }


def left_json(left: tuple[Resource, ...]) -> list[dict[str, str]]:
    return [{"type": one.type, "id": one.id, "account": one.account, "region": one.region} for one in left]
