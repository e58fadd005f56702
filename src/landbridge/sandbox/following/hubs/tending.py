"""One hub's machine: started, changed while it runs, started again when it dies; and asked how its tunnels are when its logs stir."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from landbridge.findings import LandbridgeError
from landbridge.lab.machine import Machine
from landbridge.lab.reloading import changes
from landbridge.sandbox.following.hubs.shape import Shape
from landbridge.sandbox.following.hubs.telemetry import ASK, STIRRING, State, states

LOOK_S = 0.5  # how often it is looked at whether the machine lives
AGAIN_S = 1.0  # after a start that failed
ASKED_S = 10.0  # asked at least so often: a line of a log may be missed
CHANGE_S = 60.0
LOGS = ("charon.log", "frr.log")


class Tended:
    """`wanted` is what the machine should be, `applied` what it is; `fresh` are connections that changed since they were told of."""

    def __init__(self, machine: Machine, wanted: Shape, tell: Callable[[str], None]) -> None:
        self.machine = machine
        self.wanted = wanted
        self.applied: Shape | None = None
        self.fresh: set[str] = set()
        self._tell = tell
        self._moved = asyncio.Event()
        self._moved.set()
        self._offsets = dict.fromkeys(LOGS, 0)
        self._asked = float("-inf")
        self._task = asyncio.create_task(self._tend())

    def want(self, wanted: Shape) -> None:
        """What it should be from now on."""
        if wanted != self.wanted:
            self.wanted = wanted
            self._moved.set()

    async def end(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self.machine.power_off()

    async def _tend(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), LOOK_S)
            self._moved.clear()
            try:
                await self._settle(self.wanted)
            except LandbridgeError as problem:
                self._tell(f"the hub {self.machine.name}: {problem.findings[0].message}")
                await self.machine.power_off()
                self.applied = None
                self._moved.set()
                await asyncio.sleep(AGAIN_S)

    async def _settle(self, wanted: Shape) -> None:
        if not self.machine.running:
            if self.applied is not None:
                self._tell(f"the hub {self.machine.name} has died and is started again")
            await self._start(wanted)
        elif self.applied is not None and wanted != self.applied:
            await self._change(self.applied, wanted)

    async def _start(self, wanted: Shape) -> None:
        self.applied = None
        machine = self.machine
        machine.recipe = wanted.recipe
        await machine.power_on()
        await machine.stage("booted")
        machine.go_on("go", *wanted.recipe.secrets, ".")
        await machine.stage("up")
        self.applied, self._offsets = wanted, dict.fromkeys(LOGS, 0)
        self.fresh |= set(wanted.ends)
        self.stir()

    async def _change(self, before: Shape, after: Shape) -> None:
        again = {
            name
            for name, tunnel in after.tunnels.items()
            if name in before.tunnels and (tunnel.key, tunnel.replaced) != (before.tunnels[name].key, before.tunnels[name].replaced)
        }
        if before.recipe.secrets != after.recipe.secrets:
            self.machine.go_on("keys", *after.recipe.secrets, ".")
        script = changes(before.recipe.files, after.recipe.files, again)
        if script:
            done = await self.machine.run(script, CHANGE_S)
            if done.status:
                said = " ".join(done.err.decode(errors="replace").split())
                self._tell(f"the hub {self.machine.name} can't be changed as it runs ({said[:300]}): it is started anew")
                await self.machine.power_off()
                await self._start(after)
                return
        self.applied, self.machine.recipe = after, after.recipe
        self.fresh |= {name for name, tunnel in after.tunnels.items() if before.tunnels.get(name) != tunnel}
        self.stir()

    def stir(self) -> None:
        """Let it be asked at the next look."""
        self._asked = float("-inf")

    def due(self, now: float) -> bool:
        """Whether it is worth asking how the tunnels are."""
        stirring = [bool(STIRRING.search(self._more(name))) for name in LOGS]
        return any(stirring) or now - self._asked > ASKED_S

    def _more(self, name: str) -> str:
        path = self.machine.folder / name
        if self._size(path) < self._offsets[name]:
            self._offsets[name] = 0
        elif self._size(path) == self._offsets[name]:
            return ""
        text = self.machine.log(name, self._offsets[name])
        self._offsets[name] += len(text.encode(errors="surrogateescape"))
        return text

    @staticmethod
    def _size(path: Path) -> int:
        try:
            return path.stat().st_size
        except OSError:
            return 0

    async def ask(self) -> dict[str, State]:
        """How the tunnels are, by their connections' names: as the machine says, and down where it says nothing."""
        shape = self.applied or self.wanted
        self._asked = asyncio.get_running_loop().time()
        if self.applied is not None and self.machine.reached("up"):
            with suppress(LandbridgeError):
                done = await self.machine.run(ASK)
                return states(done.out.decode(errors="replace"), shape.ends)
        return dict.fromkeys(shape.ends, State())
