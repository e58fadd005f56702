"""What a lab that follows the cloud can be asked for, beside what any lab can."""

from __future__ import annotations

import asyncio
import pickle
from base64 import b64decode
from ipaddress import IPv4Network

from landbridge.findings import LandbridgeError, error
from landbridge.lab.serving import Operation, Service, Tell
from landbridge.lab.status import Asked, Inside, machine_records, tunnel_records
from landbridge.lab.wireformat import Message
from landbridge.sandbox.following.converging import converge, progress
from landbridge.sandbox.following.estate import Connection
from landbridge.sandbox.following.faults import FollowedFaults
from landbridge.sandbox.following.network import FollowingNetwork
from landbridge.sandbox.following.pairs import pairs

BOOTING_S = 120.0  # who is to be given a text may still be booting


def operations(lab: FollowingNetwork, process: int) -> Service:
    """The service of a lab; `process` is its outermost."""
    faults = FollowedFaults(lab)

    async def status(_: Message, __: Tell) -> Message:
        return await _status(lab, faults)

    async def wait(request: Message, tell: Tell) -> Message:
        return await converge(lab, float(request["patience"]), tell)

    async def standing(_: Message, __: Tell) -> Message:
        """How far all is, which instances are up, and what is broken; it costs the machines nothing."""
        up = [name for name, machine in lab.instances.machines.items() if machine.reached("up")]
        return {**progress(lab), "up": up, "pairs": pairs(lab.estate, lab.instances.find), "faults": faults.active}

    async def expect(request: Message, _: Tell) -> Message:
        lab.expect(pickle.loads(b64decode(request["artifacts"])))  # our own command's: whoever else asks isn't answered
        await lab.look_again()
        return {"hosts": len(lab.hosts)}

    async def push(request: Message, _: Tell) -> Message:
        name = request["name"]
        machine = lab.instances.find(name)
        if machine is None:
            known = ", ".join(one.gateway or one.id for one in lab.estate.instances if one.state == "running") or "none"
            raise LandbridgeError(error("name", f"no instance of the lab is called {name!r:.80}", remedy=f"There are: {known}."))
        try:
            await asyncio.wait_for(machine.stage("up"), BOOTING_S)
        except TimeoutError:
            raise LandbridgeError(
                error("lab", f"{name} hasn't booted within {BOOTING_S:g} s", remedy="See `landbridge lab status`.")
            ) from None
        await lab.instances.push(name, request["text"])
        return {"name": name}

    async def caught_up(request: Message, _: Tell) -> Message:
        return {"ok": await lab.caught_up(int(request["number"]), float(request["seconds"])), "number": lab.followed.number}

    more: dict[str, Operation] = {
        "status": status,
        "wait": wait,
        "standing": standing,
        "expect": expect,
        "push": push,
        "caught-up": caught_up,
    }
    return Service(lab, faults, process, more)


async def _status(lab: FollowingNetwork, faults: FollowedFaults) -> Message:
    """The shape of `lab status --json`."""
    asked = [
        Asked(gateway.gateway or gateway.id, lab.instances.find(gateway.gateway), lab.instances.router(gateway.gateway), _inside(gateway))
        for gateway in lab.estate.connections
    ]
    tunnels = await tunnel_records(asked)
    found = pairs(lab.estate, lab.instances.find)
    return {
        "network": lab.order.name,
        "ok": all(tunnel["up"] for tunnel in tunnels) and not faults.active and not lab.trouble and all(one["settled"] for one in found),
        "machines": machine_records(lab.named_machines),
        "tunnels": tunnels,
        "pairs": found,
        "faults": faults.active,
        "trouble": lab.trouble,
        "said": list(lab.said),
    }


def _inside(connection: Connection) -> tuple[Inside, ...]:
    def ends(name: str, inside: IPv4Network) -> Inside:
        return Inside(name, inside[1], inside[2])

    return tuple(ends(f"{connection.gateway or connection.id}-{number}", one.inside) for number, one in enumerate(connection.tunnels, 1))
