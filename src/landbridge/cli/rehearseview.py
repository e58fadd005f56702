"""A rehearsal's rows for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from landbridge.cli.labview import BAD, GOOD

if TYPE_CHECKING:
    from rich.console import RenderableType

    from landbridge.sandbox.rehearsing import Row

Record = dict[str, Any]
COLUMNS = ("", "detected", "routes\nVPC / hub", "outage\nout / in", "back", "limit", "pings\nlost", "TCP: longest\nsilence", "writes")
LEGEND = (
    "Seconds from the fault. back: traffic is well again both ways, for good; limit: when it must be. writes: heal's API calls that wrote,"
    " those that moved routes + those that brought a new instance into service."
)


def table(result: Record) -> Iterator[RenderableType]:
    """All rows, and what is wrong with them."""
    yield f"\n{result['network']}, {result['site']}; an instance boots in {result['boot_s']:g} s.\n"
    shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="dim")
    for number, column in enumerate(COLUMNS):
        shown.add_column(column, justify="right" if number else "left", no_wrap=True)
    for row in result["rows"]:
        shown.add_row(Text.assemble(GOOD if row["ok"] else BAD, f" {row['scenario']}"), *cells(row))
    yield Padding(shown, (0, 0, 1, 2))
    yield Text(f"  {LEGEND}", "dim")
    for row in result["rows"]:
        for miss in row["misses"]:
            yield Text.assemble("  ", BAD, f" {row['scenario']} ({row['gateway']}): {miss}")
    good = sum(row["ok"] for row in result["rows"])
    yield f"  {good} of {len(result['rows'])} as promised, in {result['seconds']:g} s. Nothing of it is running any more."


def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A row's values, as they are shown."""
    moving = sum(count for call, count in row["writes"].items() if call.endswith(("Route", "PutEvents")))
    others = sum(row["writes"].values()) - moving
    return (
        f"{_seconds(row['detected_s'])} {row['by']}".strip(),
        f"{_seconds(row['routes_s'])} / {_seconds(row['hub_s'])}",
        f"{row['out_s']:.1f} / {row['in_s']:.1f}",
        f"{max(row['back_s'], row['after_s']):.1f}",
        f"{row['limit_s']:g}",
        f"{row['lost']:,} of {row['sent']:,}",
        f"{'ended' if not row['alive'] else 'alive' if row['heard'] else 'silent'}, {row['silence_s']:.1f}",
        f"{moving} + {others}" if others else str(moving),
    )


def line(row: Row) -> str:
    """A row as soon as it is known."""
    lived = "lived" if row.alive else "did not live"
    settled = "never" if row.settled_s is None else f"after {row.settled_s:.1f} s"
    felt = f"traffic back after {row.back_s:.1f} s" if row.back_s else "no outage"
    verdict = "as promised" if row.ok else "; ".join(row.misses)
    return f"{row.scenario}: {felt}, the connection {lived} (longest silence {row.silence_s:.1f} s), settled {settled}: {verdict}"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
