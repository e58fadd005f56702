"""Waiting until a followed network carries what its manifest expects, and telling how far it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from landbridge.lab.probing import Pair, pairs
from landbridge.lab.wireformat import Message
from landbridge.sandbox.following.network import FollowingNetwork

ROUND_S = 0.2
LAST_S = 2.0
FAR_S = 0.1  # between two words on how far it is


@dataclass(slots=True)
class Marks:
    """When what was reached, in seconds from the beginning of the waiting."""

    began: float = field(default_factory=time.monotonic)
    seconds: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        self.seconds.setdefault(name, round(time.monotonic() - self.began, 2))


async def converge(lab: FollowingNetwork, patience: float, tell: Callable[[Message], None]) -> Message:
    """Probe until every pair of hosts is good, or nothing has got better for `patience` seconds; then everything once more, by ICMP and
    TCP. The shape is that of `lab up --json` without the name."""
    marks = Marks()
    watching = asyncio.create_task(_watch(lab, marks, tell))
    try:
        ok = await _until_reachable(lab, marks, patience)
        probes = await lab.probe(pairs(lab.hosts), ("icmp", "tcp"), LAST_S)
        marks.mark("probes")
    finally:
        watching.cancel()
    return {"ok": ok and all(probe.ok for probe in probes), "probes": [probe.as_json() for probe in probes], "seconds": marks.seconds}


async def _until_reachable(lab: FollowingNetwork, marks: Marks, patience: float) -> bool:
    good: set[Pair] = set()
    better, moved = (0, 0), time.monotonic()
    while True:
        wanted = pairs(lab.hosts)
        asked = [pair for pair in wanted if pair not in good]
        found = await lab.prober.probe_each([(pair, "icmp") for pair in asked], 0.5)
        good |= {pair for pair, probe in zip(asked, found, strict=True) if probe.ok}
        far = progress(lab)
        if wanted and good >= set(wanted):
            marks.mark("reachable")
            if far["sessions"] == far["sessions_of"]:
                return True
        reached = (len(good), far["machines"] + far["tunnels"] + far["sessions"])
        if reached != better:
            better, moved = reached, time.monotonic()
        elif time.monotonic() - moved > patience:
            return False
        await asyncio.sleep(ROUND_S)


async def _watch(lab: FollowingNetwork, marks: Marks, tell: Callable[[Message], None]) -> None:
    while True:
        far = progress(lab)
        for name in ("machines", "tunnels", "sessions"):
            if far[f"{name}_of"] and far[name] == far[f"{name}_of"]:
                marks.mark(name)
        tell({"event": "progress", **far})
        await asyncio.sleep(FAR_S)


def progress(lab: FollowingNetwork) -> dict[str, int]:
    """Machines, tunnels and BGP sessions that are up, and how many there should be."""
    running = [one.id for one in lab.estate.instances if one.state in ("pending", "running")]
    hubs = [one.id for one in lab.estate.hubs]
    machines = {**lab.instances.machines, **lab.hubs.machines}
    tunnels = [(one, tunnel) for one in lab.estate.connections for tunnel in one.tunnels]
    seen = lab.hubs.states
    return {
        "machines": sum(name in machines and machines[name].reached("up") for name in (*running, *hubs)),
        "machines_of": len(running) + len(hubs),
        "tunnels": sum(tunnel.outside in seen and seen[tunnel.outside].ipsec for _, tunnel in tunnels),
        "tunnels_of": len(tunnels),
        "sessions": sum(tunnel.outside in seen and seen[tunnel.outside].up for one, tunnel in tunnels if not one.static_only),
        "sessions_of": sum(not one.static_only for one, _ in tunnels),
    }
