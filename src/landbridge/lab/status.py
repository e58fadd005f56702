"""The state of the tunnels and BGP sessions, as the gateways' own daemons tell it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address

from landbridge.findings import LandbridgeError
from landbridge.lab.faults import Faults
from landbridge.lab.machine import Machine
from landbridge.lab.network import LabNetwork
from landbridge.lab.wireformat import Message
from landbridge.vyos.asking import ChildSa, IkeSa, Neighbor, TunnelEnds, TunnelStatus, summary_json, swanctl_sas, tunnel_status
from landbridge.vyos.router import Router

ASK = "swanctl --list-sas\necho ===\nvtysh -d bgpd -c 'show bgp ipv4 unicast summary json'"


@dataclass(frozen=True, slots=True)
class Inside:
    """The inside addresses of a tunnel: AWS' end and the gateway's."""

    name: str
    aws: IPv4Address
    gateway: IPv4Address


@dataclass(frozen=True, slots=True)
class Asked:
    """A gateway to ask: its machine, the router that it runs (None: none yet), and the tunnels that it should have."""

    name: str
    machine: Machine | None
    router: Router | None
    tunnels: tuple[Inside, ...]


async def status(lab: LabNetwork, faults: Faults) -> Message:
    """The shape of `lab status --json`: network, machines, tunnels, pairs, faults, ok."""
    asked = [
        Asked(
            gateway.name,
            lab.machine(gateway.name),
            lab.routers[gateway.name],
            tuple(Inside(tunnel.name, tunnel.aws, tunnel.gateway) for tunnel in gateway.tunnels),
        )
        for gateway in lab.manifest.gateways
    ]
    tunnels = await tunnel_records(asked)
    return {
        "network": lab.manifest.network,
        "ok": all(tunnel["up"] for tunnel in tunnels) and not faults.active and lab.roles.settled(),
        "machines": machine_records(lab.machines),
        "tunnels": tunnels,
        "pairs": lab.roles.as_json(),
        "faults": faults.active,
    }


async def tunnel_records(asked: Sequence[Asked]) -> list[Message]:
    """A record for each tunnel of these gateways, whether they answer or not."""
    answers = await asyncio.gather(*(_ask(one.machine) for one in asked))
    return [_record(tunnel) for one, answer in zip(asked, answers, strict=True) for tunnel in _tunnels(one, answer)]


def machine_records(machines: Mapping[str, Machine]) -> list[Message]:
    return [{"name": name, "state": state(machine), "complaints": machine.complaints} for name, machine in machines.items()]


def state(machine: Machine) -> str:
    """off, hung, up or booting."""
    if not machine.running:
        return "off"
    if machine.hung:
        return "hung"
    return "up" if machine.reached("up") else "booting"


def _record(tunnel: TunnelStatus) -> Message:
    record = {**asdict(tunnel), "up": tunnel.up}
    del record["uptime"]
    return record


async def _ask(machine: Machine | None) -> str:
    if machine is None or state(machine) != "up":
        return ""
    try:
        return (await machine.run(ASK, 10)).out.decode(errors="replace")
    except LandbridgeError:
        return ""  # it hangs or has just died: nothing is known of its tunnels


def _tunnels(asked: Asked, answer: str) -> Iterator[TunnelStatus]:
    sas, _, summary = answer.partition("===\n")
    ikes, children = _sas(sas)
    neighbors = _neighbors(summary)
    peers = asked.router.peers if asked.router is not None else ()
    interfaces = asked.router.interfaces if asked.router is not None else ()
    by_address = {str(address.ip): peer.vti for peer in peers for i in interfaces if i.name == peer.vti for address in i.addresses}
    marks = {peer.vti: f"tunnel{number}" for number, peer in enumerate(peers, 1)}
    for tunnel in asked.tunnels:
        interface = by_address.get(str(tunnel.gateway), "")
        ends = TunnelEnds(tunnel.name, asked.name, interface, (marks.get(interface, "none"),), None, str(tunnel.aws))
        yield tunnel_status(ends, ikes, children, neighbors, "none" if answer else "unknown")


def _sas(text: str) -> tuple[tuple[IkeSa, ...], tuple[ChildSa, ...]]:
    try:
        return swanctl_sas(text)
    except LandbridgeError:
        return (), ()  # what charon says can't be read: it has no tunnel that we know of


def _neighbors(text: str) -> tuple[Neighbor, ...]:
    try:
        return summary_json(text)
    except LandbridgeError:
        return ()
