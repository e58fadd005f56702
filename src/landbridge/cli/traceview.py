"""A packet's ways for people: a line a hop, what was rewritten in bold, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from landbridge.findings import Where
from landbridge.verify import Hop, Way
from landbridge.verify.exchanges import Endpoint

GOOD, BAD = ("✓", "green"), ("✗", "bold red")


def ways_view(source: Endpoint, destination: Endpoint, service: str, ways: tuple[Way, ...]) -> Iterator[RenderableType]:
    """One way of each kind, there and back, with its end: those that fail first. At last, of several, how many are good."""
    start, goal = _called(source.name, str(source.local)), _called(destination.name, str(destination.known))
    yield Text.assemble((start, "bold"), " → ", (goal, "bold"), f", {service}")
    kinds: dict[tuple[str, Where | None], list[Way]] = {}
    for way in ways:
        kinds.setdefault((way.code, way.where), []).append(way)
    for alike in sorted(kinds.values(), key=lambda alike: alike[0].ok):
        yield from _hops("There", alike[0].there)
        if alike[0].back:
            yield from _hops("Back", alike[0].back)
        yield from _end(alike[0])
        if len(alike) > 1:
            yield Text(f"  So it is on {len(alike)} ways that differ in the tunnel they take.", "dim")
    good = sum(way.ok for way in ways)
    if len(kinds) > 1:
        yield Text.assemble("\n", BAD, f" {good} of {len(ways)} ways are good; which one a packet takes is left to chance.")


def _called(name: str, address: str) -> str:
    return name if name == address else f"{name} ({address})"


def _hops(title: str, hops: tuple[Hop, ...]) -> Iterator[RenderableType]:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column("at", no_wrap=True)
    for column in ("from", "to", "what happens"):
        table.add_column(column, overflow="fold", no_wrap=column != "what happens")
    former: Hop | None = None
    for hop in hops:
        place = replace(hop.where, path="") if hop.where else ""  # the event says what stands there
        event = Text.assemble(hop.event, (f"  {place}" if place else "", "dim"))
        table.add_row(
            Text("" if former is not None and former.node == hop.node else hop.node),
            _address(hop.source, former.source if former else hop.source),
            _address(hop.destination, former.destination if former else hop.destination),
            event,
        )
        former = hop
    yield Text.assemble("\n", (title, "bold"))
    yield Padding(table, (0, 0, 0, 2))


def _address(now: str, before: str) -> Text:
    """An address, marked where it was just rewritten; the mark is seen without colours too."""
    return Text(now) if now == before else Text(f"{now} *", "bold green")


def _end(way: Way) -> Iterator[RenderableType]:
    if way.ok:
        yield Text.assemble("\n", GOOD, " It arrives, and the reply comes back.")
        return
    what = "It arrives, but the reply doesn't come back" if way.back else "It doesn't arrive"
    yield Text.assemble("\n", BAD, f" {what}: {way.ended}", (f" [{way.code}]", "dim"))
    if way.where is not None:
        yield Text(f"  {way.where}", no_wrap=True)
    if remedy := way.remedy:
        yield Text(f"  {remedy}", no_wrap=True)
