"""What a deployment would do, for `landbridge plan`: from nothing, or to what an AWS has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from landbridge.cli.deployview import plan_json, plan_view
from landbridge.findings import Finding, LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.model import Plan
    from landbridge.design import Design

MOST_TYPES = 4  # of a kind of stacks, by name; the rest are counted


@dataclass(frozen=True, slots=True)
class Forecast:
    """A deployment's plan. `compared_with` says which AWS was asked (None: none was, and all is created); `why_not` why the network can't
    be deployed at all, and then there is no plan."""

    plan: Plan | None
    compared_with: str | None
    why_not: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.plan.findings if self.plan else ()


def forecast(planned: Design, cloud: Cloud | None, compared_with: str | None) -> Forecast:
    """What deploying a design would do now. Raises LandbridgeError where an AWS that is to be asked refuses."""
    from landbridge import artifacts

    try:
        from landbridge.aws.deploying.fresh import from_nothing
        from landbridge.cli.deployment import ground_of

        ground = ground_of(planned, artifacts.render(planned))
    except ImportError:
        remedy = "Install what writes them: `pip install 'landbridge[aws]'`."
        return Forecast(None, None, (error("tool-missing", "troposphere isn't installed.", None, remedy),))
    except LandbridgeError as problem:
        return Forecast(None, None, problem.findings)
    if cloud is None:
        return Forecast(from_nothing(ground), None)
    from landbridge.aws.deploying.changing import changes

    return Forecast(changes(cloud, ground), compared_with)


def forecast_view(found: Forecast) -> Iterator[RenderableType]:
    """Stacks and resources by kind where nothing was asked; else what becomes of each stack."""
    if found.plan is None:
        yield Text.assemble("\n", ("On AWS", "bold"), ("  It can't be deployed as it is.", "dim"))
        yield from (Padding(Text(str(one)), (0, 0, 0, 2)) for one in found.why_not)
        return
    if found.compared_with is not None:
        yield Text.assemble("\n", ("On AWS", "bold"), (f"  What `deploy` would do now ({found.compared_with}).", "dim"))
        yield from (Padding(one, (0, 0, 0, 2)) for one in plan_view(found.plan))
        return
    resources = sum(len(stack.resources) for stack in found.plan.stacks)
    note = f"  {len(found.plan.stacks):,} stacks with {resources:,} resources, where nothing is yet. Compare: --aws, --sandbox."
    yield Text.assemble("\n", ("On AWS", "bold"), (note, "dim"))
    table = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for column in ("kind", "stacks", "resources", "of them"):
        table.add_column(column, overflow="fold", no_wrap=column == "kind")
    for kind, types in _by_kind(found.plan).items():
        stacks = sum(stack.kind == kind for stack in found.plan.stacks)
        table.add_row(kind, f"{stacks:,}", f"{types.total():,}", _most(types))
    yield Padding(table, (0, 0, 0, 2))


def forecast_json(found: Forecast) -> dict[str, Any]:
    """docs/json.md has its shape."""
    return {
        "compared_with": found.compared_with,
        "stacks": plan_json(found.plan) if found.plan else [],
        "why_not": [str(one) for one in found.why_not],
    }


def _by_kind(plan: Plan) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for stack in plan.stacks:
        found.setdefault(stack.kind, Counter()).update(one.type.removeprefix("AWS::") for one in stack.resources)
    return found


def _most(types: Counter[str]) -> str:
    named = [f"{count:,} {name}" for name, count in types.most_common(MOST_TYPES)]
    return ", ".join([*named, *(["…"] if len(types) > MOST_TYPES else [])])
