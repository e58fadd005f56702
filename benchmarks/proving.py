"""What is measured: one folder of artifacts, read and proved, in this process and those it starts. Prints seconds and counts, as JSON.

Arguments: the folder; how many cores to keep to (0: all); `profile` to print where the time goes instead.
"""

from __future__ import annotations

import cProfile
import gc
import json
import os
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from landbridge.artifacts import Artifacts, read, uncollected
from landbridge.findings import Severity
from landbridge.verify import Network, Proof, network_of, report_of
from landbridge.verify.checks.quotas import near_quotas
from landbridge.verify.ground import Ground
from landbridge.verify.network import router_address
from landbridge.vyos import parse, read_router

CHANGED = 5  # sites that are changed, one after the other, in each way
TOP = 10

Made = TypeVar("Made")


def main(folder: Path, cores: int, profiled: bool) -> None:
    if cores:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    if profiled:
        profile(folder)
    else:
        print(json.dumps(measured(folder)))


def measured(folder: Path) -> dict[str, object]:
    began = time.perf_counter()
    artifacts = read(folder)
    network = network_of(artifacts)
    read_s = time.perf_counter() - began
    with uncollected():
        ground_s, _ = _timed(lambda: Ground(network))
    plain_s, plain = _timed(lambda: Proof(network, failures=False))
    failing_s, failing = _timed(lambda: Proof(network))
    right = all(site.whole for site in failing.sites.values())
    gc.collect()
    gc.freeze()  # as a process would that waits for changes: what it holds stays, and needn't be looked through again
    nat, text = (_changes(artifacts, network, failing, edit) for edit in (_retranslated, _silenced))
    told_s, report = _timed(lambda: report_of(failing))
    return {
        "sites": len(artifacts.routers),
        "cores": len(os.sched_getaffinity(0)),
        "read": read_s,
        "ground": ground_s,
        "proof": plain_s,
        "failing": failing_s,
        "report": told_s,
        "nat": nat,
        "announcement": text,
        "pairs": failing.pairs,
        "failures": failing.failures,
        "right": right and not any(finding.severity is Severity.ERROR for finding in report.findings) and plain.pairs == failing.pairs,
        "quotas": [finding.message for finding in near_quotas(network)],
    }


def _timed(make: Callable[[], Made]) -> tuple[float, Made]:
    began = time.perf_counter()
    made = make()
    return time.perf_counter() - began, made


def _changes(artifacts: Artifacts, network: Network, proof: Proof, edit: Callable[[str], str]) -> float:
    """The longest of some changes of one router's text: reading it, and what the proof needs anew."""
    names = list(artifacts.routers)
    longest = 0.0
    for number in range(CHANGED):
        name = names[len(names) * number // CHANGED]
        gateway = network.manifest.gateways[names.index(name)]
        text = edit(artifacts.routers[name]).replace(f"${{router:{name}}}", str(router_address(network.manifest, gateway)))
        began = time.perf_counter()
        router = read_router(parse(text, name), gateway.release, name)
        changed = proof.changed(replace(network, routers={**network.routers, name: router}))
        longest = max(longest, time.perf_counter() - began)
        assert not changed.sites[gateway.vpc].whole, name
    return longest


def _retranslated(text: str) -> str:
    """A translation to another's prefix; where there is none, the hub's routes kept out."""
    if "nat source rule 32 translation" in text:
        return text.replace("nat source rule 32 translation address '", "nat source rule 32 translation address '9")
    return text.replace("rule 20 action 'permit'", "rule 20 action 'deny'")


def _silenced(text: str) -> str:
    """Nothing announced."""
    return "\n".join(line for line in text.splitlines() if " ipv4-unicast network " not in line)


def profile(folder: Path) -> None:
    """Prints, of reading and of proving, the modules that take the most CPU seconds themselves. One core: other processes aren't seen."""
    network = _profiled("reading", lambda: network_of(read(folder)))
    _profiled("the proof, with every failure", lambda: Proof(network))


def _profiled(what: str, run: Callable[[], Made]) -> Made:
    profiler = cProfile.Profile()
    made = profiler.runcall(run)
    modules: dict[str, float] = defaultdict(float)
    for (file, _, name), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        modules[f"built in: {name}" if file == "~" else file.rpartition("/src/")[2]] += own
    every = sum(modules.values())
    print(f"{what}: {every:.1f} s under the profiler")
    for module, own in sorted(modules.items(), key=lambda item: -item[1])[:TOP]:
        print(f"  {100 * own / every:5.1f}%  {own:7.2f} s  {module}")
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), "profile" in sys.argv[3:])
