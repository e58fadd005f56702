"""The state of the tunnels and BGP sessions, as the gateways' own daemons tell it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import asdict, dataclass

from landbridge.findings import LandbridgeError
from landbridge.lab.faults import Faults
from landbridge.lab.machine import Machine
from landbridge.lab.network import LabNetwork
from landbridge.lab.wireformat import Message

ASK = "swanctl --list-sas\necho ===\nvtysh -d bgpd -c 'show bgp ipv4 unicast summary json'"
_CONNECTION = re.compile(r"^(\S{1,200}): #\d+, (\w+), IKEv[12]", re.MULTILINE)
_BYTES = re.compile(r"^ {1,16}(in|out) [^\n]{1,80}, {1,16}(\d{1,20}) bytes,", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class TunnelState:
    """A tunnel as its gateway knows it. `ike` is charon's word (`ESTABLISHED`), `bgp` bgpd's (`Established`)."""

    name: str
    gateway: str
    interface: str
    ike: str
    bytes_in: int
    bytes_out: int
    bgp: str
    prefixes_received: int
    prefixes_sent: int

    @property
    def up(self) -> bool:
        return self.ike == "ESTABLISHED" and self.bgp == "Established"


@dataclass(frozen=True, slots=True)
class _Child:
    ike: str
    bytes_in: int
    bytes_out: int


async def status(lab: LabNetwork, faults: Faults) -> Message:
    """The shape of `lab status --json`: network, machines, tunnels, faults, ok."""
    gateways = [gateway.name for gateway in lab.manifest.gateways]
    answers = await asyncio.gather(*(_ask(lab.machine(name)) for name in gateways))
    tunnels = [tunnel for name, answer in zip(gateways, answers, strict=True) for tunnel in _tunnels(lab, name, answer)]
    machines = [{"name": name, "state": _state(machine), "complaints": machine.complaints} for name, machine in lab.machines.items()]
    return {
        "network": lab.manifest.network,
        "ok": all(tunnel.up for tunnel in tunnels) and not faults.active,
        "machines": machines,
        "tunnels": [{**asdict(tunnel), "up": tunnel.up} for tunnel in tunnels],
        "faults": faults.active,
    }


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


def _tunnels(lab: LabNetwork, gateway: str, answer: str) -> list[TunnelState]:
    sas, _, summary = answer.partition("===\n")
    children = _children(sas)
    peers = _peers(summary)
    router = lab.routers[gateway]
    by_address = {
        str(address.ip): peer.vti for peer in router.peers for i in router.interfaces if i.name == peer.vti for address in i.addresses
    }
    marks = {peer.vti: f"tunnel{number}" for number, peer in enumerate(router.peers, 1)}
    states = []
    for tunnel in next(own.tunnels for own in lab.manifest.gateways if own.name == gateway):
        interface = by_address.get(str(tunnel.gateway), "")
        child = children.get(marks.get(interface, ""), _Child("DOWN", 0, 0))
        peer = peers.get(str(tunnel.aws), {})
        states.append(
            TunnelState(
                tunnel.name,
                gateway,
                interface,
                child.ike,
                child.bytes_in,
                child.bytes_out,
                str(peer.get("state", "unknown" if not answer else "none")),
                _count(peer.get("pfxRcd")),
                _count(peer.get("pfxSnt")),
            )
        )
    return states


def _children(text: str) -> dict[str, _Child]:
    """What `swanctl --list-sas` says of each connection; an SA without a child is not established."""
    found = {}
    starts = [*_CONNECTION.finditer(text)]
    ends = [*(start.start() for start in starts), len(text)][1:]
    for start, end in zip(starts, ends, strict=False):
        body = text[start.start() : end]
        count = dict.fromkeys(("in", "out"), 0)
        for way, size in _BYTES.findall(body):
            count[way] += int(size)
        ike = start[2] if start[2] != "ESTABLISHED" or "INSTALLED" in body else "NO CHILD"
        if start[1] not in found or ike == "ESTABLISHED":
            found[start[1]] = _Child(ike, count["in"], count["out"])
    return found


def _peers(text: str) -> dict[str, Message]:
    """What bgpd says of each neighbor; of none where it says anything but what it should."""
    try:
        summary = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    peers = summary.get("peers") if isinstance(summary, dict) else None
    return {name: peer for name, peer in peers.items() if isinstance(peer, dict)} if isinstance(peers, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
