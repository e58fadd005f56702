"""How long the lab takes to come up, how much it takes, and what translation costs. Run by `script/bench lab`.

Exit status 1 if a limit isn't kept. The limits are for two cores; a busy or smaller machine may miss them.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landbridge import artifacts
from landbridge.artifacts import Artifacts
from landbridge.design import design
from landbridge.intent import load
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot, guest_root

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
RUNS, MOST_START_S = 10, 15.0
SITES, MOST_SITES_S, MOST_SITES_MB = 20, 60.0, 2500.0
ROUNDS, IPERF_S, LEAST_RATIO = 5, 4, 0.9
TICK = os.sysconf("SC_CLK_TCK")
LIBC = ctypes.CDLL(None)
SYS_KCMP, KCMP_VM = 312, 1


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds from nothing to every probe good, the timeline, and what the lab's processes took until then."""

    ok: bool
    seconds: float
    timeline: dict[str, float]
    cpu: float
    memory: float


def main(arguments: Sequence[str]) -> int:
    runs = int(arguments[0]) if arguments else RUNS
    root = guest_root()
    four = artifacts.render(design(load(EXAMPLES / "four-regions.yaml")))
    starts = [started(four, root) for _ in range(runs)]
    many = started(overlapping(SITES), root)
    plain, translated = throughput(four, root)
    broken = list(limits(starts, many, plain, translated))
    text = report(starts, many, plain, translated, broken)
    print(text)
    (HERE / "lab-results.md").write_text(text)
    return 1 if broken else 0


def overlapping(sites: int) -> Artifacts:
    """Sites that all hold the same /24, beside one of their own."""
    text = ["version: 1", "network: many", "hubs:", "  hub:", "    region: us-west-2", "    vpc:", "      cidrs: [172.16.0.0/20]"]
    text += ["      subnets:", "        - {cidr: 172.16.0.0/24, zone: a}", "        - {cidr: 172.16.1.0/24, zone: b}", "sites:"]
    for number in range(sites):
        text += [f"  site{number}:", "    region: eu-west-1", "    vpc:"]
        text += [f"      cidrs: [10.{number}.0.0/24, 192.168.88.0/24]", "      subnets:"]
        text += [f"        - {{cidr: 10.{number}.0.0/24, zone: a, gateway: a}}", "        - {cidr: 192.168.88.0/24, zone: a}"]
        text += ["    gateway: {availability: single, release: '1.4'}"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "network.yaml")
        path.write_text("\n".join(text) + "\n")
        return artifacts.render(design(load(path)))


def started(made: Artifacts, root: GuestRoot) -> Start:
    name = f"bench-{os.getpid()}"
    began = time.monotonic()
    with launching.start(name, made, root) as running:
        ready = running.wait(lambda _: None)
        seconds = time.monotonic() - began
        cpu, memory = taken(name)
    return Start(ready["ok"], seconds, ready["seconds"], cpu, memory)


def taken(name: str) -> tuple[float, float]:
    """CPU seconds and MB of a lab's processes; each says the lab's name on its command line.

    Memory is what they map, shared pages by share (PSS). A machine's kernel has threads that are processes with one memory: counted once.
    """
    cpu = memory = 0.0
    counted: dict[bytes, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            if not {name.encode(), f"LAB_NAME={name}".encode()} & set(command.split(b"\0")):
                continue
            fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
            cpu += sum(int(field) for field in fields[11:15]) / TICK
            same = counted.setdefault(command, [])
            if not any(one_memory(int(process.name), other) for other in same):
                same.append(int(process.name))
                lines = (process / "smaps_rollup").read_text().splitlines()
                memory += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        except (OSError, IndexError):
            continue
    return cpu, memory


def one_memory(process: int, other: int) -> bool:
    """kcmp(2): do two processes share their address space?"""
    return bool(LIBC.syscall(SYS_KCMP, process, other, KCMP_VM, 0, 0) == 0)


def throughput(made: Artifacts, root: GuestRoot) -> tuple[list[float], list[float]]:
    """Mbit/s of TCP between hosts that aren't translated and between hosts that are, in turns."""
    name = f"bench-{os.getpid()}"
    plain: list[float] = []
    translated: list[float] = []
    with launching.start(name, made, root) as running:
        running.wait(lambda _: None)
        for _ in range(ROUNDS):
            plain.append(iperf(name, "singapore-1", "virginia-1", "172.88.128.10"))
            translated.append(iperf(name, "singapore-4", "virginia-4", "192.168.1.10"))
    return plain, translated


def iperf(name: str, source: str, destination: str, address: str) -> float:
    def at(host: str, *words: str) -> dict[str, Any]:
        return launching.ask(name, {"op": "exec", "name": host, "command": ["iperf3", *words], "seconds": IPERF_S + 20})

    server = threading.Thread(target=at, args=(destination, "-s", "-1"))
    server.start()
    for _ in range(20):
        time.sleep(0.3)
        answer = at(source, "-c", address, "-t", str(IPERF_S), "-O", "1", "-J")
        said = json.loads(answer["out"])
        if "error" not in said:
            break
    server.join()
    return float(said["end"]["sum_received"]["bits_per_second"]) / 1e6


def limits(starts: Sequence[Start], many: Start, plain: Sequence[float], translated: Sequence[float]) -> Iterator[str]:
    bad = sum(not start.ok for start in starts)
    if bad:
        yield f"{bad} of {len(starts)} starts ended with a probe that failed."
    slowest = max(start.seconds for start in starts)
    if slowest > MOST_START_S:
        yield f"the slowest start took {slowest:.1f} s; {MOST_START_S:g} s is the limit."
    if not many.ok or many.seconds > MOST_SITES_S or many.memory > MOST_SITES_MB:
        yield (
            f"{SITES} sites: ok {many.ok}, {many.seconds:.1f} s, {many.memory:,.0f} MB;"
            f" {MOST_SITES_S:g} s and {MOST_SITES_MB:,.0f} MB are the limits."
        )
    ratio = statistics.median(translated) / statistics.median(plain)
    if ratio < LEAST_RATIO:
        yield f"translation leaves {ratio:.2f} of the throughput; {LEAST_RATIO} is the limit."


def report(starts: Sequence[Start], many: Start, plain: Sequence[float], translated: Sequence[float], broken: Sequence[str]) -> str:
    cores = len(os.sched_getaffinity(0))
    rows = [
        f"| {phase} | {statistics.median(times):.2f} | {min(times):.2f} | {max(times):.2f} |"
        for phase in starts[0].timeline
        if (times := [start.timeline[phase] for start in starts if phase in start.timeline])
    ]
    totals = [start.seconds for start in starts]
    rows.append(f"| the command, from its start | {statistics.median(totals):.2f} | {min(totals):.2f} | {max(totals):.2f} |")
    cpu = statistics.median(start.cpu for start in starts)
    lines = [
        "# The lab: results",
        "",
        f"Made by `./script/bench lab`. {cores} cores ({platform.machine()}), Linux; the guest root was in the cache already.",
        "",
        f"The four regions (3 gateways, a hub, 6 tunnels, 146 ordered pairs of hosts), {sum(start.ok for start in starts)} of {len(starts)}"
        " starts with every probe good, ICMP and TCP. Seconds from the lab's start:",
        "",
        "| until | median | fastest | slowest |",
        "| --- | ---: | ---: | ---: |",
        *rows,
        "",
        f"All its processes took {cpu:.1f} CPU seconds until then and hold {statistics.median(start.memory for start in starts):,.0f} MB."
        f" Were nothing to wait for anything, two cores could not be done in less than {cpu / 2:.1f} s: that is the floor, and the rest of"
        " the way down is in the machines' own boots.",
        "",
        f"{SITES} sites that all hold the same /24 ({2 * SITES} tunnels in one hub, {len_pairs(SITES):,} ordered pairs of hosts):"
        f" {'all good' if many.ok else 'NOT all good'} after {many.seconds:.1f} s, {many.cpu:.0f} CPU seconds, {many.memory:,.0f} MB.",
        "",
        f"TCP between two hosts through two gateways and the hub (AES-128-SHA1), {ROUNDS} rounds of {IPERF_S} s in turns, median:"
        f" {statistics.median(plain):.0f} Mbit/s without translation, {statistics.median(translated):.0f} Mbit/s with translation on both"
        f" sides: {statistics.median(translated) / statistics.median(plain):.2f} of it.",
        "",
        *([*(f"- not kept: {limit}" for limit in broken), ""] if broken else []),
    ]
    return "\n".join(lines)


def len_pairs(sites: int) -> int:
    hosts = 2 * (sites + 1)
    return hosts * (hosts - 2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
