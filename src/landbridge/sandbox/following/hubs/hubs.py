"""All hubs of an estate, and their telemetry."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address
from pathlib import Path

from landbridge.lab.fabric import INTERNET
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.sandbox.following.estate import Estate, Hub
from landbridge.sandbox.following.hubs.shape import Marks, marks, shape
from landbridge.sandbox.following.hubs.telemetry import State
from landbridge.sandbox.following.hubs.tending import Tended
from landbridge.sandbox.following.source import GoneError, RefusedError, Source
from landbridge.sandbox.following.wires import wire

LOOK_S = 0.1


class Hubs:
    """The hubs' machines. Their wires are there before `settle`."""

    def __init__(self, root: GuestRoot, folder: Path, lab: str, source: Source, tell: Callable[[str], None]) -> None:
        self._root = root
        self._folder = folder
        self._lab = lab
        self._source = source
        self._tell = tell
        self._held: dict[str, Tended] = {}
        self._marks: dict[str, Marks] = {}
        self._told: dict[IPv4Address, State] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._dull: set[IPv4Address] = set()

    @property
    def machines(self) -> dict[str, Machine]:
        """By the hubs' ids."""
        return {number: held.machine for number, held in self._held.items()}

    @property
    def states(self) -> Mapping[IPv4Address, State]:
        """What was last told of each tunnel, by AWS' outside address."""
        return self._told

    async def settle(self, estate: Estate) -> None:
        """Let the machines become what the estate says: soon, not before this returns."""
        wanted = {hub.id: hub for hub in estate.hubs if any(held.hub == hub.id for held in estate.connections)}
        for number in [number for number in self._held if number not in wanted]:
            await self._held.pop(number).end()
            self._marks.pop(number, None)
        for hub in wanted.values():
            self._settle(estate, hub)
        outsides = {tunnel.outside for held in estate.connections for tunnel in held.tunnels}
        self._told = {outside: state for outside, state in self._told.items() if outside in outsides}

    def _settle(self, estate: Estate, hub: Hub) -> None:
        self._marks[hub.id] = marks(estate, hub, self._marks.get(hub.id, {}))
        made = shape(estate, hub, self._marks[hub.id])
        for tunnel in made.dull:
            if tunnel.outside not in self._dull:
                self._tell(f"the tunnel at {tunnel.outside} stays down: a laboratory has none of the Diffie-Hellman groups that it takes")
        self._dull |= {tunnel.outside for tunnel in made.dull}
        if hub.id in self._held:
            self._held[hub.id].want(made)
            return
        wires = (wire(hub.id, 0, INTERNET, ""), wire(hub.id, 1, hub.id, ""))
        machine = Machine(made.recipe, wires, self._root, self._folder / hub.id, self._lab)
        self._held[hub.id] = Tended(machine, made, self._tell)

    async def watch(self) -> None:
        """For ever: tells how the tunnels really are, as soon as they are."""
        now = asyncio.get_running_loop().time
        while True:
            for number, held in self._held.items():
                running = self._asking.get(number)
                if (running is None or running.done()) and held.due(now()):
                    self._asking[number] = asyncio.create_task(self._ask(held))
            await asyncio.sleep(LOOK_S)

    async def _ask(self, held: Tended) -> None:
        ends = (held.applied or held.wanted).ends
        fresh, held.fresh = held.fresh, set()
        found = await held.ask()
        changed = {
            ends[name].outside: state
            for name, state in found.items()
            if name in ends and (name in fresh or self._told.get(ends[name].outside) != state)
        }
        try:
            await asyncio.gather(*(self._tell_tunnel(outside, state) for outside, state in changed.items()))
        except GoneError:
            held.fresh |= fresh
            held.stir()

    async def _tell_tunnel(self, outside: IPv4Address, state: State) -> None:
        try:
            await self._source.tell_tunnel(outside, state.up, state.message, state.routes)
            self._told[outside] = state
        except RefusedError:  # it has just been removed
            self._told.pop(outside, None)

    async def close(self) -> None:
        """Ends all."""
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*(held.end() for held in self._held.values()))
        self._held.clear()
