"""How long `deploy --sandbox` takes, from 4 to 60 sites, and again with nothing changed; what its process takes. Run by script/bench.

Exit status 1 if a site costs much more in a large network than in a small one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.networks import landbridge_network

SIZES = (4, 20, 60)
MOST_GROWTH = 1.5  # seconds a site at one size, to the cheapest at a smaller size
MISSING = "ap-northeast-1"  # has no zone b, which the generated networks stand in
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    """One size: seconds of both deployments, and what the sandbox's process took of CPU seconds, memory and disk (MB)."""

    sites: int
    first: float
    again: float
    cpu: float
    memory: float
    state: float


def main() -> int:
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    rows = [_measured(sites) for sites in sizes]
    broken = list(_limits(rows))
    text = _report(rows, broken)
    print(text)
    (HERE / "sandbox-results.md").write_text(text)
    return 1 if broken else 0


def _measured(sites: int) -> Row:
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "network.yaml"
        file.write_text(landbridge_network(sites).replace(MISSING, "us-east-2"))
        environment = {**os.environ, "LANDBRIDGE_CACHE": str(Path(scratch) / "cache")}

        def run(*words: str) -> str:
            command = [sys.executable, "-m", "landbridge", *words]
            return subprocess.run(command, env=environment, cwd=scratch, check=True, capture_output=True, text=True).stdout

        started = json.loads(run("sandbox", "start", "--quotas", "raised", "--json"))
        try:
            times = []
            for _ in range(2):
                began = time.monotonic()
                run("deploy", str(file), "--sandbox", "--yes")
                times.append(time.monotonic() - began)
            stat = Path(f"/proc/{started['pid']}/stat").read_text().rsplit(")", 1)[1].split()
            status = Path(f"/proc/{started['pid']}/status").read_text()
            memory = int(status.split("VmHWM:")[1].split()[0]) / 1024
            cpu = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
            state = json.loads(run("sandbox", "status", "--json"))["state_bytes"] / 1e6
        finally:
            run("sandbox", "stop")
        return Row(sites, times[0], times[1], cpu, memory, state)


def _limits(rows: list[Row]) -> Iterator[str]:
    cheapest = float("inf")
    for row in rows:
        each = row.first / row.sites
        if each > MOST_GROWTH * cheapest:
            yield f"A site takes {each:.2f} s of {row.sites}, {each / cheapest:.1f} times as long as in a smaller network."
        cheapest = min(cheapest, each)


def _report(rows: list[Row], broken: list[str]) -> str:
    table = "\n".join(
        f"| {row.sites} | {row.first:.1f} | {row.first / row.sites:.2f} | {row.again:.1f} "
        f"| {row.cpu:.1f} | {row.memory:.0f} | {row.state:.1f} |"
        for row in rows
    )
    verdict = (
        "\n".join(f"- {one}" for one in broken) or f"A site never takes more than {MOST_GROWTH} times as long as in a smaller network."
    )
    return f"""# Deploying to the sandbox

`./script/bench sandbox`: singles in six Regions and a hub; `deploy --sandbox`, then the same again. {os.cpu_count()} cores.

| sites | deploy, s | s a site | again, s | sandbox's CPU, s | its memory, MB | its state, MB |
| --- | --- | --- | --- | --- | --- | --- |
{table}

{verdict}
"""


if __name__ == "__main__":
    sys.exit(main())
