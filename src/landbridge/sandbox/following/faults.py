"""Breaking things in a lab that follows the cloud, and mending them. What AWS has a call for is done by that call."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address

from landbridge.findings import LandbridgeError, error
from landbridge.lab import breaking
from landbridge.lab.machine import Machine
from landbridge.lab.wireformat import Message
from landbridge.sandbox.following.calling import terminate
from landbridge.sandbox.following.estate import Subnet
from landbridge.sandbox.following.ground import names
from landbridge.sandbox.following.network import FollowingNetwork


class FollowedFaults:
    """The faults of one lab, by the name of what is broken. What heals by itself, as a terminated gateway does, isn't one."""

    def __init__(self, lab: FollowingNetwork) -> None:
        self._lab = lab
        self._active: dict[str, str] = {}

    @property
    def active(self) -> dict[str, str]:
        """What is broken, and how, in words."""
        return dict(self._active)

    async def fail(self, name: str, how: Message) -> dict[str, str]:
        """Cut a tunnel, terminate a gateway's instance (`hang`: it stands still, and nobody is told), make a machine's wire worse
        (`delay_ms`, `loss_percent`), keep a VPC's gateways from hearing each other, or cut off all that stands in a zone of it."""
        delay, loss, hang = float(how.get("delay_ms") or 0), float(how.get("loss_percent") or 0), bool(how.get("hang"))
        if name in self._tunnels():
            if delay or loss or hang:
                raise LandbridgeError(error("lab", f"{name} is a tunnel: it can only be cut", remedy="Name a machine for anything else."))
            self._active[name] = "cut"
            await self._cut()
        elif name in self._lab.machines:
            machine = self._lab.machine(name)
            if name in self._active and not ((delay or loss) and self._active[name].startswith("wire")):
                remedy = f"`landbridge lab mend {name}` first."
                raise LandbridgeError(error("lab", f"{name} is broken already: {self._active[name]}", remedy=remedy))
            if delay or loss:
                await breaking.degrade(machine, self._device(machine), delay, loss)
                self._active[name] = f"wire: {delay:g} ms later, {loss:g} % lost, each way"
            elif hang:
                machine.hang()
                self._active[name] = "hung"
            else:
                await self._kill(name, machine)
        elif name in self._sites():
            self._active[name] = "split: its gateways don't hear each other"
            await breaking.split(self._sites()[name], True, self._lab.root)
        elif name in self._zones():
            self._active[name] = "cut off: nothing in the zone is reached"
            await self._isolate(self._zones()[name][0])
        else:
            self._unknown(name)
        return self.active

    async def mend(self, name: str | None) -> dict[str, str]:
        """Undo a fault, or all of them (None). Raises LandbridgeError if nothing is broken there."""
        if name is not None and name not in self._active:
            raise LandbridgeError(error("lab", f"nothing is broken at {name}"))
        for broken in list(self._active) if name is None else [name]:
            await self._undo(broken)
        return self.active

    async def _undo(self, name: str) -> None:
        how = self._active.pop(name)
        if how == "cut":
            await self._cut()
        elif name in self._sites():
            await breaking.split(self._sites()[name], False, self._lab.root)
        elif name in self._zones():
            await self._isolate(self._zones()[name][0])
        elif name in self._lab.machines and (machine := self._lab.machine(name)).running:
            if how == "hung":
                machine.wake()
            else:
                await breaking.restore(machine, self._device(machine))

    async def _kill(self, name: str, machine: Machine) -> None:
        """A gateway is terminated by the API; a hub's kernel dies, and the follower starts another."""
        instance = next((one for one in self._lab.estate.instances if self._lab.machines.get(one.id) is machine), None)
        if instance is None:
            await machine.power_off()
            return
        await asyncio.to_thread(terminate, instance)
        self._lab.note(f"{name} ({instance.id}) was told to terminate")

    async def _cut(self) -> None:
        outside = self._tunnels()
        await breaking.cut((outside[name] for name, how in self._active.items() if how == "cut" and name in outside), self._lab.root)

    def _tunnels(self) -> dict[str, IPv4Address]:
        return {
            f"{connection.gateway or connection.id}-{number}": tunnel.outside
            for connection in self._lab.estate.connections
            for number, tunnel in enumerate(connection.tunnels, 1)
        }

    def _sites(self) -> dict[str, str]:
        """The namespaces of VPCs in which gateways stand, by the sites' names."""
        held = {one.instance: one.vpc for one in self._lab.estate.interfaces if one.instance}
        vpcs = {held[one.id] for one in self._lab.estate.instances if one.gateway and one.id in held}
        return {vpc.owner: f"vpc-{vpc.id}" for vpc in self._lab.estate.vpcs if vpc.owner and vpc.id in vpcs}

    def _zones(self) -> dict[str, tuple[str, tuple[Subnet, ...]]]:
        """The subnets of each zone of VPCs in which gateways stand, with the VPC's id, by names like `tokyo/a`."""
        sites = {namespace.removeprefix("vpc-"): site for site, namespace in self._sites().items()}
        found: dict[str, tuple[str, tuple[Subnet, ...]]] = {}
        for subnet in self._lab.estate.subnets:
            if subnet.vpc in sites:
                name = f"{sites[subnet.vpc]}/{subnet.zone[-1:]}"
                found[name] = subnet.vpc, (*found.get(name, ("", ()))[1], subnet)
        return found

    async def _isolate(self, vpc: str) -> None:
        """Cut off the zones of a VPC that are broken now, and no others."""
        cut = [subnet for name, (of, subnets) in self._zones().items() if of == vpc and name in self._active for subnet in subnets]
        ids = {subnet.id for subnet in cut}
        devices = [names.interface(one.id) for one in self._lab.estate.interfaces if one.subnet in ids and one.instance]
        await breaking.isolate(f"vpc-{vpc}", [subnet.cidr for subnet in cut], devices, self._lab.root)

    def _device(self, machine: Machine) -> str:
        return "vec0" if machine in self._lab.hubs.machines.values() else "eth0"

    def _unknown(self, name: str) -> None:
        known = ", ".join([*self._tunnels(), *self._lab.machines, *self._sites(), *self._zones()])
        raise LandbridgeError(error("name", f"no tunnel or machine of the lab is called {name!r}", remedy=f"There are: {known}."))
