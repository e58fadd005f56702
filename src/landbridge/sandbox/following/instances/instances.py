"""The machines of all instances: started, kept alive and ended as the estate says, and told what they ask."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from ipaddress import IPv4Address
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import Wire
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.machine import Machine
from landbridge.sandbox.following.estate import Estate
from landbridge.sandbox.following.instances.committing import Committed, boot_recipe, committed, lease, reasons
from landbridge.sandbox.following.instances.facts import Facts, at, leads_to, living
from landbridge.sandbox.following.instances.metadata import Metadata
from landbridge.sandbox.following.instances.relay import Relay
from landbridge.sandbox.following.instances.running import Running
from landbridge.sandbox.following.instances.services import Services
from landbridge.sandbox.following.instances.web import Answer, Request
from landbridge.sandbox.following.source import RefusedError, Source
from landbridge.sandbox.following.wires import raw, wire
from landbridge.vyos import Router

STARTS_PER_CORE = 2  # as for a lab from artifacts: more at once, and IKEv1 loses messages that it never repeats
AGAIN_S = 1.0  # a machine that died is started again after this
LOAD_S = 60.0


class Instances:
    """`boot_seconds` is how long after its launch an instance has its network."""

    def __init__(self, root: GuestRoot, folder: Path, lab: str, source: Source, boot_seconds: float, tell: Callable[[str], None]) -> None:
        self.machines: dict[str, Machine] = {}
        self._root, self._folder, self._lab, self._source, self._boot_seconds, self._tell = root, folder, lab, source, boot_seconds, tell
        self._running: dict[str, Running] = {}
        self._facts: dict[str, Facts] = {}
        self._estate = Estate(-1)
        self._starts = asyncio.Semaphore(STARTS_PER_CORE * len(os.sched_getaffinity(0)))
        self._metadata = Metadata(source.credentials)
        self._services = Services(self._answer_metadata, self._answer_router)
        self._relay = Relay(source.socket)

    async def settle(self, estate: Estate) -> None:
        """Have a machine for each instance that lives, and none for others. Its wire is there; nothing is waited for but the dead."""
        self._estate, self._facts = estate, living(estate)
        await self._relay.open()
        await self._services.settle(vpc.id for vpc in estate.vpcs)
        await asyncio.gather(*(self._end(name) for name in [name for name in self._running if name not in self._facts]))
        for name, facts in self._facts.items():
            if name in self._running:
                await self._rewire(name)
            else:
                self._begin(name, wire(name, 0, f"vpc-{facts.vpc.id}", ""))

    def _begin(self, name: str, own: Wire) -> None:
        machine = Machine(boot_recipe(name), (own,), self._root, self._folder / name, self._lab)
        self.machines[name] = machine
        running = self._running[name] = Running(machine, index_of(name))
        running.life = asyncio.create_task(self._live(name, machine))

    async def _rewire(self, name: str) -> None:
        """A kernel can't change its wire: where the fabric had to make it anew, the machine is started again."""
        running, now = self._running[name], index_of(name)
        if now and running.wire != now:
            running.wire = now
            self._tell(f"{name}: its wire was made anew")
            await running.machine.power_off()

    async def _end(self, name: str) -> None:
        running = self._running.pop(name)
        self.machines.pop(name, None)
        if running.life is not None:
            running.life.cancel()
            await asyncio.wait({running.life})
        await running.machine.power_off()
        shutil.rmtree(running.machine.folder, ignore_errors=True)

    async def _live(self, name: str, machine: Machine) -> None:
        """Start an instance's machine, and start it again whenever its kernel dies though nobody ended it."""
        launched = self._facts[name].instance.launched
        while True:
            try:
                await self._start(name, machine, launched)
                await machine.ended()
            except (LandbridgeError, OSError) as problem:
                self._tell(f"{name}: {problem}")
                await machine.power_off()
            self._tell(f"{name}: its kernel has died, and is started again")
            await self._impaired(name, True)
            await asyncio.sleep(AGAIN_S)
            launched = time.time()

    async def _start(self, name: str, machine: Machine, launched: float) -> None:
        again = bool(machine.starts)
        async with self._starts:
            await machine.power_on()
            await machine.stage("booted")
        await asyncio.sleep(max(0.0, launched + self._boot_seconds - time.time()))
        machine.go_on(*lease(self._facts[name]), ".")
        await machine.stage("up")
        if again:
            await self._impaired(name, False)

    async def _impaired(self, name: str, impaired: bool) -> None:
        with suppress(LandbridgeError, RefusedError):  # who isn't there, or knows the instance no more, needn't be told
            await self._source.tell_instance(name, impaired)

    def find(self, name: str) -> Machine | None:
        """A machine by its instance's id, or by its gateway's name: the newest."""
        return self.machines.get(name) or self.machines.get(self._newest().get(name, ""))

    def router(self, name: str) -> Router | None:
        """What the router with this name, as `find` takes it, runs on."""
        machine = self.find(name)
        running = next((one for one in self._running.values() if one.machine is machine), None)
        made = running.loaded() if running is not None else None
        return made.router if made is not None else None

    def _newest(self) -> dict[str, str]:
        """The newest instance of each gateway."""
        known = sorted((facts.instance.launched, name) for name, facts in self._facts.items() if name in self.machines)
        return {self._facts[name].instance.gateway: name for _, name in known if self._facts[name].instance.gateway}

    async def push(self, gateway: str, text: str) -> None:
        """Bring a running router, by its gateway's name or its instance's id, to a text with nothing left to fill in, without a boot.

        Raises LandbridgeError (`router`) where there is none, or where it refuses.
        """
        name = gateway if gateway in self.machines else self._newest().get(gateway, "")
        if name not in self._running:
            raise LandbridgeError(error("router", f"no instance of {gateway} is running"))
        running = self._running[name]
        running.waiting = self._commit(running, self._facts[name], text)
        done = await running.machine.run("/guest/router --take", LOAD_S)
        if done.status:
            said = done.out.decode(errors="replace").strip().splitlines()
            raise LandbridgeError(error("router", f"{gateway} refuses its new configuration: {'; '.join(said[:5])}"))

    def _commit(self, running: Running, facts: Facts, text: str) -> Committed:
        """Raises LandbridgeError with the router's reasons, which its machine's complaints have too."""
        try:
            return committed(text, facts)
        except LandbridgeError as problem:
            said = reasons(problem, text)
            for reason in said:
                if (told := f"the router refuses: {reason}") not in running.machine.complaints:
                    running.machine.complain(told)
            raise LandbridgeError(*(error("router", reason) for reason in said)) from None

    async def _answer_metadata(self, vpc: str, address: IPv4Address, request: Request) -> Answer:
        facts = at(self._facts, vpc, address)
        if facts is None:
            return Answer(HTTPStatus.NOT_FOUND)
        try:
            return await self._metadata.answer(facts, request)
        except RefusedError:
            return Answer(HTTPStatus.NOT_FOUND)
        except LandbridgeError:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE)

    async def _answer_router(self, vpc: str, address: IPv4Address, request: Request) -> Answer:
        """POST commits what is sent; GET takes what was pushed. The answer is the script that the machine then runs."""
        facts = at(self._facts, vpc, address)
        running = self._running.get(facts.instance.id) if facts is not None else None
        if facts is None or running is None:
            return Answer(HTTPStatus.NOT_FOUND)
        if request.method == "POST":
            try:
                made = self._commit(running, facts, request.body.decode(errors="replace"))
            except LandbridgeError as problem:
                said = "\n".join(finding.message for finding in problem.findings)
                return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, said.encode())
        elif running.waiting is not None:
            made, running.waiting = running.waiting, None
        else:
            return Answer(HTTPStatus.NOT_FOUND)
        role = "active" if leads_to(self._estate, facts) else "standby"
        return Answer(HTTPStatus.OK, running.script(made, role).encode())

    async def close(self) -> None:
        """End every machine and service."""
        self._services.close()
        self._relay.close()
        await asyncio.gather(*(self._end(name) for name in list(self._running)))


def index_of(instance: str) -> int:
    """The number of an instance's wire, by which one that was made anew is known; 0 where there is none."""
    try:
        return socket.if_nametoindex(raw(instance, 0))
    except OSError:
        return 0
