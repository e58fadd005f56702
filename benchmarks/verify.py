"""How long it takes to prove a network, from 50 to 5,000 sites, on all cores and on two. Run by script/bench.

Exit status 1 if a limit isn't kept. Each size runs in a fresh process. `--profile` says which modules the time goes to, and writes nothing.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import run
from benchmarks.networks import FEWER_SHARING, landbridge_network

SIZES = (50, 500, 5000)
REFERENCE = 2  # cores of the machine that the limits are for
MOST_PROOF_S = 10.0  # for the largest, reading included
MOST_FAILING_S = 60.0
MOST_CHANGE_S = 0.2
MOST_MB = 2048
SAMPLE_S = 0.1
HERE = Path(__file__).parent

Row = dict[str, Any]


def main(profiled: bool) -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folders = [made(Path(scratch), sites) for sites in (SIZES[-1:] if profiled else SIZES)]
        if profiled:
            print(command_output([sys.executable, HERE / "proving.py", folders[0] / "out", "1", "profile"]))
            return 0
        load = os.getloadavg()[0]
        rows = [measured(folder, cores) for cores in (0, REFERENCE) for folder in folders]
    broken = list(limits(rows))
    text = report(rows, broken, load)
    print(text)
    (HERE / "verify-results.md").write_text(text)
    return 1 if broken else 0


def made(scratch: Path, sites: int) -> Path:
    """A folder with the network's artifacts in `out`."""
    folder = scratch / str(sites)
    folder.mkdir()
    (folder / "network.yaml").write_text(landbridge_network(sites, FEWER_SHARING))
    run([sys.executable, HERE / "compiling.py", "network.yaml", "out"], folder)
    return folder


def measured(folder: Path, cores: int) -> Row:
    """A fresh process' figures, and the most memory that it and those it started held at once, in MB."""
    command = [sys.executable, str(HERE / "proving.py"), str(folder / "out"), str(cores)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_held, _family(process.pid))))
        time.sleep(SAMPLE_S)
    output, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return {**json.loads(output), "memory": peak}


def command_output(command: list[str | Path]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _held(pid: int) -> float:
    """What a process holds, its share of what it holds with others: so that a family's sum is what it takes of the machine."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:"))


def limits(rows: list[Row]) -> Iterable[str]:
    """The limits that aren't kept."""
    for row in rows:
        if not row["right"]:
            yield f"the network of {row['sites']:,} sites isn't proved right"
        if row["sites"] != SIZES[-1]:
            continue
        on = f"{row['sites']:,} sites on {row['cores']} cores"
        for what, value, most in (
            ("the proof", row["read"] + row["proof"], MOST_PROOF_S),
            ("the proof with failures", row["read"] + row["failing"], MOST_FAILING_S),
            ("a change", max(row["nat"], row["announcement"]), MOST_CHANGE_S),
        ):
            if value > most:
                yield f"{what} of {on} took {value:.2f} s, more than {most}"
        if row["memory"] > MOST_MB:
            yield f"{on} took {row['memory']:,.0f} MB, more than {MOST_MB:,}"


def report(rows: list[Row], broken: list[str], load: float) -> str:
    lines = [
        "# Proving networks: results",
        "",
        "Made by `./script/bench verify`. Each row is a fresh process that reads the artifacts of a generated network (singles, two",
        "subnets each; 5% of them overlap) and proves every ordered pair of subnets, both ways: as the network is, then with every",
        "single failure too. Limits are for the largest.",
        f"Python {platform.python_version()} ({platform.machine()}), {platform.system()}; load average before: {load:.1f}.",
        "",
        "Seconds are by the clock. *Read* is the floor: every text and the manifest, once. *Base* is what all sites' proofs stand on",
        "(tunnels, routing, classes), and part of both proofs. *All* is reading and proof; beside it, how many times the floor. *Change*",
        "is one router's text read and the proof brought up to date, in a process that has the rest, the longest of 10: of a translation,",
        "and of everything announced. *MB* is the most that the process and its helpers held at once, changes included.",
        "",
        "| cores | sites | pairs | read | base | proof | all | × floor | failures considered | with failures | all | change | MB |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        every = row["read"] + row["proof"]
        lines.append(
            f"| {row['cores']} | {row['sites']:,} | {row['pairs']:,} | {row['read']:.2f} | {row['ground']:.2f} | {row['proof']:.2f} "
            f"| {every:.2f} | {every / row['read']:.1f} | {row['failures']:,} | {row['failing']:.2f} | {row['read'] + row['failing']:.2f} "
            f"| {max(row['nat'], row['announcement']):.3f} | {row['memory']:,.0f} |"
        )
    lines += ["", "The time grows with the number of sites to the power of", ""]
    lines += [f"- {line}" for line in growth(rows)]
    lines += ["", f"AWS' default quotas that the network of {SIZES[-1]:,} sites comes near to or passes, as `verify` counts them:", ""]
    lines += [f"- {message}" for message in rows[-1]["quotas"]]
    lines.append("")
    lines += ["Limits that are not kept:", "", *(f"- {one}." for one in broken)] if broken else [f"All limits are kept: {kept()}."]
    return "\n".join(lines) + "\n"


def kept() -> str:
    return (
        f"reading and proof in {MOST_PROOF_S:.0f} s, with failures in {MOST_FAILING_S:.0f} s, a change in {MOST_CHANGE_S} s, "
        f"{MOST_MB:,} MB, for the largest"
    )


def growth(rows: list[Row]) -> Iterator[str]:
    for cores in dict.fromkeys(row["cores"] for row in rows):
        same = [row for row in rows if row["cores"] == cores]
        for less, more in itertools.pairwise(same):
            said = ", ".join(
                f"{_exponent(less, more, stage):.2f} for {name}"
                for stage, name in (("read", "reading"), ("proof", "the proof"), ("failing", "the proof with failures"))
            )
            yield f"{said}, from {less['sites']:,} to {more['sites']:,} sites on {cores} cores"


def _exponent(less: Row, more: Row, stage: str) -> float:
    return math.log(more[stage] / less[stage]) / math.log(more["sites"] / less["sites"])


if __name__ == "__main__":
    sys.exit(main("--profile" in sys.argv[1:]))
