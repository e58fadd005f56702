"""How long a network file takes to become artifacts, from 10 to 5,000 sites, beside `netlab create`. Run by script/bench.

Exit status 1 if a limit isn't kept. Each size runs in a fresh process; CPU seconds are the process's own and its children's.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import netlab
from benchmarks.measuring import Taken, best
from benchmarks.networks import landbridge_network, netlab_topology

SIZES = (10, 50, 150, 1000, 5000)
NETLAB_SIZES = (10, 50)
MOST_CPU, MOST_MEMORY = 20.0, 1024.0  # seconds and MB, for the largest
MOST_GROWTH = 1.5  # a site at one size, to the cheapest at a smaller size
MOST_OF_NETLAB = 0.1
STAGES = ("load", "design", "render", "write")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    """One size: what the process took, and what it says of its stages (CPU seconds; `start` is Python and imports)."""

    sites: int
    taken: Taken
    stages: dict[str, float]
    growth: float

    @property
    def work(self) -> float:
        """CPU seconds without start-up."""
        return sum(self.stages[stage] for stage in STAGES)


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        rows = list(ours(Path(scratch)))
        theirs = {nodes: netlab_run(Path(scratch), nodes) for nodes in NETLAB_SIZES}
    broken = list(limits(rows, theirs))
    text = report(rows, theirs, broken)
    print(text)
    (HERE / "results.md").write_text(text)
    return 1 if broken else 0


def ours(scratch: Path) -> Iterable[Row]:
    """A row for each size, the smallest first."""
    cheapest = float("inf")
    for sites in SIZES:
        folder = scratch / f"ours-{sites}"
        folder.mkdir()
        (folder / "network.yaml").write_text(landbridge_network(sites))
        taken = best(_runs(sites), [sys.executable, HERE / "compiling.py", "network.yaml", "out"], folder)
        stages = json.loads(taken.output)
        each = sum(stages[stage] for stage in STAGES) / sites
        yield Row(sites, taken, stages, each / cheapest if sites != SIZES[0] else 1.0)
        cheapest = min(cheapest, each)


def netlab_run(scratch: Path, nodes: int) -> Taken:
    programs = netlab.installed()
    folder = scratch / f"netlab-{nodes}"
    folder.mkdir()
    (folder / "topology.yml").write_text(netlab_topology(nodes))
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return best(_runs(nodes), [programs / "netlab", "create", "topology.yml"], folder, {"PATH": path})


def _runs(size: int) -> int:
    """How often a size is run; the best counts. Small ones take less than what else goes on in the machine."""
    return 3 if size < 1000 else 1


def limits(rows: list[Row], theirs: dict[int, Taken]) -> Iterable[str]:
    """The limits that aren't kept."""
    largest = rows[-1]
    if largest.taken.cpu > MOST_CPU:
        yield f"{largest.sites} sites took {largest.taken.cpu:.1f} CPU seconds, more than {MOST_CPU:.0f}"
    if largest.taken.memory > MOST_MEMORY:
        yield f"{largest.sites} sites took {largest.taken.memory:.0f} MB, more than {MOST_MEMORY:.0f}"
    for row in rows:
        if row.growth > MOST_GROWTH:
            yield f"a site costs {row.growth:.2f} times as much at {row.sites} sites as at fewer; {MOST_GROWTH} is the limit"
        if row.sites in theirs and row.work > MOST_OF_NETLAB * theirs[row.sites].cpu:
            share = row.work / theirs[row.sites].cpu
            yield f"at {row.sites} sites load to write takes {share:.3f} of netlab's CPU time; {MOST_OF_NETLAB} is the limit"


def report(rows: list[Row], theirs: dict[int, Taken], broken: list[str]) -> str:
    lines = [
        "# Compiling: results",
        "",
        "Made by `./script/bench`. Each row is a fresh process (the best of three below 1,000 sites) that loads a generated network file",
        "(singles, two subnets each, 15% of the sites sharing their address space with another),",
        "designs, renders every gateway, and writes artifacts and lock.",
        f"Python {platform.python_version()}, {os.cpu_count()} cores ({platform.machine()}), {platform.system()}.",
        "CPU seconds are user and system time. *Start-up* is Python and imports; growth is the cost of a site, without",
        "start-up, to the cheapest at a smaller size.",
        "",
        "| sites | CPU s | start-up | load | design | render | write | ms a site | growth | peak MB | translations |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        parts = " | ".join(f"{row.stages[stage]:.3f}" for stage in ("start", *STAGES))
        each = 1000 * row.work / row.sites
        lines.append(
            f"| {row.sites:,} | {row.taken.cpu:.2f} | {parts} | {each:.2f} | {row.growth:.2f} | {row.taken.memory:.0f} "
            f"| {row.stages['translations']:,.0f} |"
        )
    lines += [
        "",
        f"Beside `netlab create` {netlab.VERSION} in the same run: as many VyOS nodes with BGP around a hub, each with two links and two",
        "stub networks, provider `external` (files are made, nothing is started). The limit is on the work; of the whole process,",
        "start-up with the libraries (pydantic, PyYAML, Jinja) alone is more than a tenth of netlab's ten nodes. *A further site* is what",
        "lies between the two sizes.",
        "",
        "| sites | load, design, render, write: CPU s | whole process | netlab, whole process | ratio of the work | of the whole process |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    mine = {row.sites: row.taken.cpu for row in rows}
    work = {row.sites: row.work for row in rows}
    lines += [
        f"| {nodes} | {work[nodes]:.3f} | {mine[nodes]:.3f} | {taken.cpu:.3f} "
        f"| {work[nodes] / taken.cpu:.3f} | {mine[nodes] / taken.cpu:.3f} |"
        for nodes, taken in theirs.items()
    ]
    few, many = NETLAB_SIZES
    each, their_each = (mine[many] - mine[few]) / (many - few), (theirs[many].cpu - theirs[few].cpu) / (many - few)
    lines += [f"| a further site | | {each:.4f} | {their_each:.4f} | | {each / their_each:.3f} |", ""]
    lines += ["Limits that are not kept:", "", *(f"- {one}." for one in broken)] if broken else ["All limits are kept."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
