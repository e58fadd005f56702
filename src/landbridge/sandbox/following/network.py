"""The lab that follows the emulator: what stands in it is what the cloud holds, from one look to the next.

Only for use inside the lab's own namespaces (`supervisor`).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from landbridge.artifacts import Artifacts
from landbridge.findings import LandbridgeError
from landbridge.lab.fabric import Host
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.laboratory import FOLDER, Laboratory
from landbridge.lab.machine import Machine
from landbridge.lab.probing import Prober
from landbridge.sandbox.following.estate import Estate
from landbridge.sandbox.following.ground import Carrier, Expected, Ground, expected, plan
from landbridge.sandbox.following.hubs import Hubs
from landbridge.sandbox.following.instances import Instances
from landbridge.sandbox.following.order import FollowOrder
from landbridge.sandbox.following.source import GoneError, Source

AGAIN_S = 1.0  # after what couldn't be applied
MOST_SAID = 200


@dataclass(frozen=True, slots=True)
class Followed:
    """The last estate that packets feel: its number, when it was seen and when it was done, in seconds of a steady clock."""

    number: int
    seen: float
    done: float


class FollowingNetwork(Laboratory):
    """One emulator's packets."""

    def __init__(self, order: FollowOrder) -> None:
        self.order = order
        self.root = GuestRoot(order.root)
        self.source = Source(order.socket)
        self.prober = Prober()
        self.said: deque[str] = deque(maxlen=MOST_SAID)
        self.trouble = ""
        self.estate = Estate(-1)
        self.followed = Followed(-1, 0.0, 0.0)
        self._ground: Ground | None = None
        self._carrier = Carrier(self.root)
        self._instances = Instances(self.root, FOLDER, order.name, self.source, order.boot_seconds, self.note)
        self._hubs = Hubs(self.root, FOLDER, order.name, self.source, self.note)
        self._moved = asyncio.Condition()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.expect(order.artifacts)

    def expect(self, artifacts: Artifacts | None) -> None:
        """Which hosts probe from the next look on, and what they expect."""
        self._expected: tuple[Expected, ...] = expected(artifacts.manifest) if artifacts is not None else ()

    @property
    def instances(self) -> Instances:
        return self._instances

    @property
    def hubs(self) -> Hubs:
        return self._hubs

    @property
    def machines(self) -> Mapping[str, Machine]:
        """Gateways and hubs by their names, and all by their ids too."""
        return {**self._hubs.machines, **self._instances.machines, **self.named_machines}

    @property
    def named_machines(self) -> Mapping[str, Machine]:
        """Each machine once: gateways by their names, the newest where there are two; hubs by their owners'; or by their ids."""
        ids = {**self._hubs.machines, **self._instances.machines}
        names = {hub.id: hub.owner for hub in self.estate.hubs}
        names |= {one.id: one.gateway for one in sorted(self.estate.instances, key=lambda one: one.launched)}
        last = {name: number for number, name in names.items() if name and number in ids}
        return {names[number] if last.get(names.get(number, "")) == number else number: one for number, one in ids.items()}

    @property
    def hosts(self) -> Sequence[Host]:
        return self._ground.hosts if self._ground is not None else ()

    @property
    def places(self) -> Sequence[str]:
        return tuple(self._ground.namespaces) if self._ground is not None else ()

    def wire_of(self, machine: str) -> tuple[str, str] | None:
        if self._ground is None:
            return None
        ids = {number for number, one in self.machines.items() if one is self.machines.get(machine)}
        return next(((wire.namespace, wire.device) for wire in self._ground.wires if wire.machine in ids), None)

    async def begin(self) -> None:
        """Take the first look, and go on following. Raises LandbridgeError where the emulator isn't there."""
        await self._look(await self.source.estate())
        for forever in (self._follow(), self._hubs.watch()):
            self._start(forever)

    def _start(self, forever: Any) -> None:  # noqa: ANN401 - a coroutine
        task = asyncio.create_task(forever)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()) is not None:
            self.trouble = f"{type(problem).__name__}: {problem}"
            self.note(f"the follower has stopped following: {self.trouble}")

    async def _follow(self) -> None:
        """For ever: whatever the emulator holds next is done. Where the emulator has gone, what it held last stands until it is back."""
        estate = self.estate
        while True:
            try:
                estate = await self.source.estate(self.followed.number)
                await self._look(estate)
                self.trouble = ""
            except GoneError as gone:
                self.trouble = gone.findings[0].message
                await asyncio.sleep(AGAIN_S)
            except (LandbridgeError, OSError, RuntimeError, ValueError, KeyError) as problem:
                self.trouble = f"what the cloud holds can't be followed: {problem}"
                self.note(self.trouble)
                await asyncio.sleep(AGAIN_S)

    async def look_again(self) -> None:
        """Do once more what the cloud holds: who probes has changed."""
        await self._look(self.estate)

    async def _look(self, estate: Estate) -> None:
        async with self._moved:
            seen = time.monotonic()
            wanted = plan(estate, self._expected)
            await asyncio.to_thread(self._carrier.bring, wanted)
            self._ground, self.estate = wanted, estate
            await self.prober.settle(wanted.hosts)
            await self._instances.settle(estate)
            await self._hubs.settle(estate)
            self.followed = Followed(estate.number, seen, time.monotonic())
            self._moved.notify_all()

    async def caught_up(self, number: int, seconds: float) -> bool:
        """Wait until packets feel the estate of this number, or `seconds` have gone; says whether they do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self.followed.number >= number)
        return self.followed.number >= number

    def note(self, line: str) -> None:
        self.said.append(f"{time.strftime('%H:%M:%S')} {line}")

    async def down(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(self._instances.close(), self._hubs.close())
        self.prober.close()
