"""Breaking things and mending them: a tunnel cut, a gateway killed or hung, a wire slow or lossy."""

from __future__ import annotations

import asyncio

from landbridge.findings import LandbridgeError, error
from landbridge.lab import breaking
from landbridge.lab.machine import Machine
from landbridge.lab.network import LabNetwork
from landbridge.lab.wireformat import Message


class Faults:
    """The faults of one lab, by the name of what is broken."""

    def __init__(self, lab: LabNetwork) -> None:
        self._lab = lab
        self._tunnels = {tunnel.name for gateway in lab.manifest.gateways for tunnel in gateway.tunnels}
        self._active: dict[str, str] = {}

    @property
    def active(self) -> dict[str, str]:
        """What is broken, and how, in words."""
        return dict(self._active)

    async def fail(self, name: str, how: Message) -> dict[str, str]:
        """Break a tunnel, or a machine (`hang`: stopped, not killed), or a machine's wire (`delay_ms`, `loss_percent`)."""
        delay, loss = float(how.get("delay_ms") or 0), float(how.get("loss_percent") or 0)
        if name in self._tunnels:
            if delay or loss or how.get("hang"):
                raise LandbridgeError(error("lab", f"{name} is a tunnel: it can only be cut", remedy="Name a machine for anything else."))
            self._active[name] = "cut"
            await self._cut()
        elif name in self._lab.machines:
            machine = self._lab.machine(name)
            worse = (delay or loss) and self._active.get(name, "").startswith("wire")  # the same fault, of another size
            if name in self._active and (delay or loss or how.get("hang")) and not worse:  # mending undoes one fault at a place
                raise LandbridgeError(
                    error("lab", f"{name} is broken already: {self._active[name]}", remedy=f"`landbridge lab mend {name}` first.")
                )
            if delay or loss:
                await breaking.degrade(machine, self._device(machine), delay, loss)
                self._active[name] = f"wire: {delay:g} ms later, {loss:g} % lost, each way"
            elif how.get("hang"):
                machine.hang()
                self._active[name] = "hung"
            else:
                await machine.power_off()
                self._active[name] = "killed"
        elif name in self._lab.roles.pairs:
            self._active[name] = "split: its gateways don't hear each other"
            await breaking.split(f"vpc-{name}", True, self._lab.root)
        else:
            self._unknown(name)
        return self.active

    async def mend(self, name: str | None) -> dict[str, str]:
        """Undo a fault, or all of them (None). Raises LandbridgeError if nothing is broken there."""
        if name is not None and name not in self._active:
            if name not in self._tunnels and name not in self._lab.machines and name not in self._lab.roles.pairs:
                self._unknown(name)
            raise LandbridgeError(error("lab", f"nothing is broken at {name}"))
        names = list(self._active) if name is None else [name]
        await asyncio.gather(*(self._undo(broken) for broken in names))
        return self.active

    async def _undo(self, name: str) -> None:
        how = self._active.pop(name)
        if name in self._tunnels:
            await self._cut()
            return
        if name in self._lab.roles.pairs:
            await breaking.split(f"vpc-{name}", False, self._lab.root)
            return
        machine = self._lab.machine(name)
        if how == "hung":
            machine.wake()
        elif how == "killed":
            await self._lab.start_again(machine)
        else:
            await breaking.restore(machine, self._device(machine))

    async def _cut(self) -> None:
        await breaking.cut((self._lab.addressing.outside[name] for name, how in self._active.items() if how == "cut"), self._lab.root)

    def _device(self, machine: Machine) -> str:
        return "vec0" if machine is self._lab.hub else "eth0"

    def _unknown(self, name: str) -> None:
        known = ", ".join([*sorted(self._tunnels), *self._lab.machines, *self._lab.roles.pairs])
        raise LandbridgeError(error("name", f"no tunnel or machine of the lab is called {name!r}", remedy=f"There are: {known}."))
