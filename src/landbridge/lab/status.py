"""The state of the tunnels and BGP sessions, as the gateways' own daemons tell it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from landbridge.findings import LandbridgeError
from landbridge.lab.faults import Faults
from landbridge.lab.machine import Machine
from landbridge.lab.network import LabNetwork
from landbridge.lab.wireformat import Message
from landbridge.vyos.asking import ChildSa, IkeSa, Neighbor, TunnelEnds, TunnelStatus, summary_json, swanctl_sas, tunnel_status

ASK = "swanctl --list-sas\necho ===\nvtysh -d bgpd -c 'show bgp ipv4 unicast summary json'"


async def status(lab: LabNetwork, faults: Faults) -> Message:
    """The shape of `lab status --json`: network, machines, tunnels, faults, ok."""
    gateways = [gateway.name for gateway in lab.manifest.gateways]
    answers = await asyncio.gather(*(_ask(lab.machine(name)) for name in gateways))
    tunnels = [tunnel for name, answer in zip(gateways, answers, strict=True) for tunnel in _tunnels(lab, name, answer)]
    machines = [{"name": name, "state": _state(machine), "complaints": machine.complaints} for name, machine in lab.machines.items()]
    return {
        "network": lab.manifest.network,
        "ok": all(tunnel.up for tunnel in tunnels) and not faults.active and lab.roles.settled(),
        "machines": machines,
        "tunnels": [_record(tunnel) for tunnel in tunnels],
        "pairs": lab.roles.as_json(),
        "faults": faults.active,
    }


def _record(tunnel: TunnelStatus) -> Message:
    record = {**asdict(tunnel), "up": tunnel.up}
    del record["uptime"]
    return record


def _state(machine: Machine) -> str:
    if not machine.running:
        return "off"
    if machine.hung:
        return "hung"
    return "up" if machine.reached("up") else "booting"


async def _ask(machine: Machine) -> str:
    if _state(machine) != "up":
        return ""
    try:
        return (await machine.run(ASK, 10)).out.decode(errors="replace")
    except LandbridgeError:
        return ""  # it hangs or has just died: nothing is known of its tunnels


def _tunnels(lab: LabNetwork, gateway: str, answer: str) -> list[TunnelStatus]:
    sas, _, summary = answer.partition("===\n")
    ikes, children = _sas(sas)
    neighbors = _neighbors(summary)
    router = lab.routers[gateway]
    by_address = {
        str(address.ip): peer.vti for peer in router.peers for i in router.interfaces if i.name == peer.vti for address in i.addresses
    }
    marks = {peer.vti: f"tunnel{number}" for number, peer in enumerate(router.peers, 1)}
    states = []
    for tunnel in next(own.tunnels for own in lab.manifest.gateways if own.name == gateway):
        interface = by_address.get(str(tunnel.gateway), "")
        ends = TunnelEnds(tunnel.name, gateway, interface, (marks.get(interface, "none"),), None, str(tunnel.aws))
        states.append(tunnel_status(ends, ikes, children, neighbors, "none" if answer else "unknown"))
    return states


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
