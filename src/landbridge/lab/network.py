"""The running lab: its fabric, its machines, its hosts, and what can be asked of them and done to them.

Only for use inside the lab's own namespaces (`supervisor`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from landbridge.artifacts.store import text_file
from landbridge.lab import fabric as fabrics
from landbridge.lab import namespaces, recipes
from landbridge.lab.addressing import Addressing, address
from landbridge.lab.fabric import Host
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.laboratory import FOLDER, Laboratory
from landbridge.lab.machine import Machine
from landbridge.lab.order import Order
from landbridge.lab.probing import Pair, Probe, Prober, pairs
from landbridge.lab.roles import Roles
from landbridge.lab.watching import Progress, Watch
from landbridge.vyos import Router, fill, read_router
from landbridge.vyos.configuration import tree_of

STARTS_PER_CORE = 2  # more at once, and IKEv1 loses messages that it never repeats
ROUND_S = 0.1
LAST_S = 2.0
SETTLE_S = 6.0  # with every session up, what doesn't answer by then won't

Tell = Callable[[Progress], None]


@dataclass(slots=True)
class Timeline:
    """When what was done, in seconds from the start."""

    began: float = field(default_factory=time.monotonic)
    marks: dict[str, float] = field(default_factory=dict)

    def mark(self, name: str) -> None:
        self.marks.setdefault(name, round(time.monotonic() - self.began, 2))


@dataclass(frozen=True, slots=True)
class Ready:
    """How a lab came up: whether all probes are good, the last probes, and the timeline."""

    ok: bool
    probes: tuple[Probe, ...]
    seconds: dict[str, float]


class LabNetwork(Laboratory):
    """One network on this machine, from artifacts."""

    def __init__(self, order: Order, routers: dict[str, Router], addressing: Addressing) -> None:
        manifest, scripts, root = order.artifacts.manifest, order.artifacts.scripts, GuestRoot(order.root)
        self.manifest = manifest
        self.routers = routers
        self.addressing = addressing
        self.root = root
        self.fabric = fabrics.plan(manifest, addressing)
        self.prober = Prober()
        made = [recipes.hub(manifest, addressing)]
        made += [
            recipes.gateway(routers[gateway.name], scripts.get(gateway.name, {}), gateway, manifest, addressing)
            for gateway in manifest.gateways
        ]
        self._machines = {
            recipe.name: Machine(recipe, self.fabric.wires_of(recipe.name), root, FOLDER / recipe.name, order.name) for recipe in made
        }
        self.watch = Watch(manifest, self.hub)
        self.roles = Roles(
            manifest, self.fabric, {name: machine.folder for name, machine in self._machines.items()}, root, speaking(routers)
        )
        self.pairs = pairs(self.fabric.hosts)
        self._following: asyncio.Task[None] | None = None
        self._starts = asyncio.Semaphore(STARTS_PER_CORE * len(os.sched_getaffinity(0)))

    @property
    def machines(self) -> Mapping[str, Machine]:
        return self._machines

    @property
    def hosts(self) -> Sequence[Host]:
        return self.fabric.hosts

    @property
    def places(self) -> Sequence[str]:
        return [namespace.name for namespace in self.fabric.namespaces]

    def wire_of(self, machine: str) -> tuple[str, str] | None:
        return next(((wire.namespace, wire.device) for wire in self.fabric.wires if wire.machine == machine), None)

    @property
    def hub(self) -> Machine:
        return self._machines[self.manifest.hub.name]

    async def up(self, tell: Tell, timeline: Timeline, patience: float) -> Ready:
        """Build and boot everything, until every probe is good, or no more have become good for `patience` seconds."""
        wired, answering = asyncio.Event(), asyncio.Event()
        watching = asyncio.create_task(self._report(tell, timeline))
        booting = [asyncio.create_task(self._start(machine, wired, answering)) for machine in self.machines.values()]
        try:
            await asyncio.sleep(0)  # the kernels boot while the fabric is made
            await asyncio.to_thread(namespaces.build, self.fabric, self.root)
            await self.prober.settle(self.fabric.hosts)
            timeline.mark("fabric")
            wired.set()
            await asyncio.gather(*booting)
            timeline.mark("machines")
            self._following = asyncio.create_task(self.roles.follow())
            probes = await self._converge(timeline, patience)
        finally:
            watching.cancel()
            for task in booting:
                task.cancel()
        return Ready(all(probe.ok for probe in probes), tuple(probes), timeline.marks)

    async def _start(self, machine: Machine, wired: asyncio.Event, answering: asyncio.Event) -> None:
        """The hub's IKE first: a gateway that asks too early is refused."""
        async with self._starts:
            await machine.power_on()
            await machine.stage("booted")
            await wired.wait()
            machine.go_on("go", *machine.recipe.secrets, ".")
            await machine.stage("wired")
            if machine is not self.hub:
                await answering.wait()
            machine.go_on("go")
            await machine.stage("ike")
            if machine is self.hub:
                answering.set()
            await machine.stage("up")

    async def start_again(self, machine: Machine) -> None:
        """A replacement takes the dead machine's place on the same wires."""
        ready = asyncio.Event()
        ready.set()
        await self._start(machine, ready, ready)

    async def _report(self, tell: Tell, timeline: Timeline) -> None:
        total = len(self.machines)
        while True:
            now = self.watch.look([machine for machine in self.machines.values() if machine.reached("up")], total)
            if now.tunnels == now.tunnels_of:
                timeline.mark("tunnels")
            if now.sessions == now.sessions_of:
                timeline.mark("sessions")
            tell(now)
            await asyncio.sleep(0.1)

    async def _converge(self, timeline: Timeline, patience: float) -> list[Probe]:
        """Probe what hasn't answered yet until all has and every session is up; then everything once more, ICMP and TCP."""
        pending: Sequence[Pair] = self.pairs
        moved, before = time.monotonic(), (0, 0, False)
        while pending or "sessions" not in timeline.marks or not self.roles.settled():
            found = await self.prober.probe(pending, ("icmp",), 0.5)
            pending = [pair for pair, probe in zip(pending, found, strict=True) if not probe.ok]
            if not pending:
                timeline.mark("reachable")
            if self.roles.pairs and self.roles.settled():
                timeline.mark("roles")
            now, reached = time.monotonic(), (-len(pending), len(self.watch.sessions_up), self.roles.settled())
            if reached != before:
                moved, before = now, reached
            elif now - moved > (min(patience, SETTLE_S) if "sessions" in timeline.marks and self.roles.settled() else patience):
                break
            await asyncio.sleep(ROUND_S)
        probes = await self.probe(self.pairs, ("icmp", "tcp"), LAST_S)
        timeline.mark("probes")
        return probes

    async def down(self) -> None:
        if self._following is not None:
            self._following.cancel()
        await asyncio.gather(*(machine.power_off() for machine in self.machines.values()))


def lab_network(order: Order) -> LabNetwork:
    """A lab from artifacts: each router's text is filled in with the lab's addresses and keys, and read. Nothing runs yet."""
    manifest, texts = order.artifacts.manifest, order.artifacts.routers
    addressing = address(manifest)
    values = addressing.placeholders()
    routers = {}
    for gateway in manifest.gateways:
        file = text_file(gateway.name, order.artifacts.curly)
        text = fill(texts[gateway.name], values, file)
        routers[gateway.name] = read_router(tree_of(text, file), gateway.release, file)
    return LabNetwork(order, routers, addressing)


def speaking(routers: Mapping[str, Router]) -> set[str]:
    """The gateways that have a role: those whose text has VRRP."""
    return {name for name, router in routers.items() if router.vrrp}
