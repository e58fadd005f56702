"""Breaking things and mending them: a tunnel cut, a gateway killed or hung, a wire slow or lossy."""

from __future__ import annotations

import asyncio

from landbridge.findings import LandbridgeError, error
from landbridge.lab.machine import Machine
from landbridge.lab.namespaces import filter_at, filter_with
from landbridge.lab.network import LabNetwork
from landbridge.lab.wireformat import Message

QUALITY_MODULES = "sch_netem sch_ingress ifb act_mirred cls_matchall"


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
                await self._degrade(machine, delay, loss)
                self._active[name] = f"wire: {delay:g} ms later, {loss:g} % lost, each way"
            elif how.get("hang"):
                machine.hang()
                self._active[name] = "hung"
            else:
                await machine.power_off()
                self._active[name] = "killed"
        elif name in self._lab.roles.pairs:
            self._active[name] = "split: its gateways don't hear each other"
            await self._split(name, "    ip protocol 112 drop\n")
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
            await self._split(name, "")
            return
        machine = self._lab.machine(name)
        if how == "hung":
            machine.wake()
        elif how == "killed":
            await self._lab.start_again(machine)
        else:
            device = self._device(machine)
            await machine.run(f"tc qdisc del dev {device} root; tc qdisc del dev {device} ingress")

    async def _split(self, site: str, rule: str) -> None:
        """The VPC carries no VRRP any more (or again)."""
        chain = f"  chain split {{\n    type filter hook forward priority -10\n{rule}  }}\n"
        text = f"add table ip faults\ndelete table ip faults\ntable ip faults {{\n{chain}}}\n"
        await asyncio.to_thread(filter_at, f"vpc-{site}", text, self._lab.root)

    async def _cut(self) -> None:
        """The Internet drops what goes to or comes from the cut tunnels' outside addresses; nobody is told."""
        addresses = ", ".join(str(self._lab.addressing.outside[name]) for name, how in self._active.items() if how == "cut")
        text = "add table ip faults\ndelete table ip faults\n"
        if addresses:
            text += f"""table ip faults {{
  chain cut {{
    type filter hook forward priority -10
    ip saddr {{ {addresses} }} drop
    ip daddr {{ {addresses} }} drop
  }}
}}
"""
        await asyncio.to_thread(filter_with, text, self._lab.root)

    async def _degrade(self, machine: Machine, delay_ms: float, loss_percent: float) -> None:
        """Both ways: out of the machine, and, by way of an intermediate device, into it."""
        device = self._device(machine)
        quality = f"netem delay {delay_ms:g}ms loss {loss_percent:g}%"
        done = await machine.run(
            f"modprobe -a {QUALITY_MODULES} && ip link set ifb0 up && tc qdisc replace dev {device} root {quality}"
            f" && tc qdisc replace dev ifb0 root {quality} && (tc qdisc add dev {device} ingress 2>/dev/null; true)"
            f" && tc filter replace dev {device} parent ffff: handle 1 prio 1 matchall action mirred egress redirect dev ifb0"
        )
        if done.status:
            raise LandbridgeError(
                error("lab", f"the wire of {machine.name} can't be made worse: {done.err.decode(errors='replace').strip()}")
            )

    def _device(self, machine: Machine) -> str:
        return "vec0" if machine is self._lab.hub else "eth0"

    def _unknown(self, name: str) -> None:
        known = ", ".join([*sorted(self._tunnels), *self._lab.machines, *self._lab.roles.pairs])
        raise LandbridgeError(error("name", f"no tunnel or machine of the lab is called {name!r}", remedy=f"There are: {known}."))
