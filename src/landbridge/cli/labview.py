"""A lab's answers as tables for people, readable at 80 columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Record = dict[str, Any]

GOOD, BAD = ("✓", "green"), ("✗", "bold red")
MOST_BAD = 20  # failed probes that are listed one by one
PHASES = {
    "fabric": "namespaces, wires, filters",
    "machines": "kernels booted, daemons started",
    "tunnels": "every tunnel established",
    "sessions": "every BGP session established",
    "roles": "every pair of gateways has settled who is active",
    "reachable": "every pair of hosts reached once",
    "probes": "every pair once more, ICMP and TCP",
}


def probes_view(probes: list[Record]) -> Iterator[RenderableType]:
    """The probes as a matrix of sites, and those that failed one by one."""
    cells: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for probe in probes:
        cells[_site(probe["from"]), _site(probe["to"])].append(probe["ok"])
    names = list(dict.fromkeys(_site(probe["from"]) for probe in probes))
    seen = dict.fromkeys(_site(probe["to"]) for probe in probes)
    targets = [name for name in names if name in seen] + [name for name in seen if name not in names]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
    table.add_column("from \\ to", no_wrap=True)
    for target in targets:
        table.add_column(target, justify="right", overflow="fold")
    for name in names:
        table.add_row(Text(name), *(_cell(cells.get((name, target))) for target in targets))
    yield Padding(table, (1, 0, 1, 2))
    bad = [probe for probe in probes if not probe["ok"]]
    for probe in bad[:MOST_BAD]:
        yield Text.assemble(
            "  ", BAD, f" {probe['from']} → {probe['to']} ({probe['address']}), {probe['protocol']}: {_what_happened(probe)}"
        )
    if len(bad) > MOST_BAD:
        yield Text(f"  … and {len(bad) - MOST_BAD:,} more; --json has all.", "dim")
    good = len(probes) - len(bad)
    pairs = len({(probe["from"], probe["to"]) for probe in probes})
    yield Text.assemble("  ", BAD if bad else GOOD, f" {good:,} of {len(probes):,} probes good, {pairs:,} ordered pairs of hosts")


def _site(host: str) -> str:
    return host.rsplit("-", 1)[0]


def _cell(oks: list[bool] | None) -> Text:
    if oks is None:
        return Text("·", "dim")
    return Text.assemble(f"{sum(oks)}/{len(oks)} ", GOOD if all(oks) else BAD)


def _what_happened(probe: Record) -> str:
    if probe["seen"] is None:
        return "nothing arrived"
    if probe["rtt_ms"] is None:
        return f"arrived from {probe['seen']}, no answer came back"
    return f"arrived from {probe['seen']}, which isn't the source's global address, or at another host"


def seconds_view(seconds: dict[str, float]) -> Iterator[RenderableType]:
    """Where the time went, from the lab's start."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for phase, moment in seconds.items():
        table.add_row(f"{moment:.1f} s", Text(PHASES.get(phase, phase), "dim"))
    yield Padding(table, (1, 0, 1, 2))


def status_view(answer: Record) -> Iterator[RenderableType]:
    """Machines that aren't up, every tunnel with its session, and the faults."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False, header_style="dim")
    for column in ("tunnel", "VTI", "IKE", "bytes\nin / out", "BGP", "prefixes\nin / out"):
        table.add_column(column, overflow="fold", no_wrap=column in ("tunnel", "IKE", "BGP"))
    for tunnel in answer["tunnels"]:
        table.add_row(
            Text.assemble(GOOD if tunnel["up"] else BAD, f" {tunnel['name']}"),
            tunnel["interface"],
            tunnel["ike"],
            f"{tunnel['bytes_in']:,} / {tunnel['bytes_out']:,}",
            tunnel["bgp"],
            f"{tunnel['prefixes_received']} / {tunnel['prefixes_sent']}",
        )
    yield Padding(table, (1, 0, 1, 2))
    for machine in answer["machines"]:
        if machine["state"] != "up":
            yield Text.assemble("  ", BAD, f" {machine['name']} is {machine['state']}")
        for complaint in machine["complaints"]:
            yield Text(f"  {machine['name']}: {complaint}")
    for name, how in answer["faults"].items():
        yield Text.assemble("  ", ("broken", "yellow"), f" {name}: {how}")
    for pair in answer["pairs"]:
        roles = ", ".join(f"{name} is {role or 'silent'}" for name, role in pair["roles"].items())
        yield Text.assemble("  ", GOOD if pair["settled"] else BAD, f" {pair['site']}: routes to {pair['routes_to']}; {roles}")
    up = sum(tunnel["up"] for tunnel in answer["tunnels"])
    yield Text(f"  {answer['network']}: {up} of {len(answer['tunnels'])} tunnels up, with their BGP sessions")
