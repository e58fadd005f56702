"""Packets as they pass, in the pcap file format (https://www.ietf.org/archive/id/draft-gharris-opsawg-pcap-01.html)."""

from __future__ import annotations

import asyncio
import base64
import socket
import struct
import time

from landbridge.findings import LandbridgeError, error
from landbridge.lab.laboratory import Laboratory
from landbridge.lab.namespaces import inside
from landbridge.lab.wireformat import Message

ETH_P_ALL = 3
ETHERNET = 1
LONGEST = 65535


async def capture(lab: Laboratory, name: str, interface: str | None, seconds: float, packets: int) -> Message:
    """Capture at a host, or at a machine: its wire (None), or one of its own interfaces, such as a tunnel's plain side (vti0).

    Ends after `seconds` or `packets`, whichever is first. Gives the file's content in base64 and the number of its packets.
    """
    if name in lab.machines and interface is not None:
        content = await _inside_machine(lab, name, interface, seconds, packets)
    else:
        place, device = _place(lab, name)
        content = await _on_wire(place, interface or device, seconds, packets)
    return {"pcap": base64.b64encode(content).decode(), "packets": _count(content)}


def _place(lab: Laboratory, name: str) -> tuple[str, str]:
    if (wire := lab.wire_of(name)) is not None:
        return wire
    for host in lab.hosts:
        if host.name == name:
            return host.namespace, "eth0"
    known = ", ".join([*lab.machines, *(host.name for host in lab.hosts)])
    raise LandbridgeError(error("name", f"nothing in the lab is called {name!r}", remedy=f"There are: {known}."))


async def _on_wire(place: str, device: str, seconds: float, packets: int) -> bytes:
    with inside(place):
        try:
            handle = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            handle.bind((device, 0))
        except OSError as problem:
            raise LandbridgeError(error("lab", f"can't capture at {device}: {problem.strerror}")) from None
    handle.setblocking(False)
    content = bytearray(struct.pack("!IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, LONGEST, ETHERNET))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    try:
        for _ in range(packets):
            packet = await asyncio.wait_for(loop.sock_recv(handle, LONGEST), max(0.0, deadline - loop.time()))
            moment = time.time_ns()
            content += struct.pack("!IIII", moment // 10**9, moment % 10**9 // 1000, len(packet), len(packet)) + packet
    except TimeoutError:
        pass
    finally:
        handle.close()
    return bytes(content)


async def _inside_machine(lab: Laboratory, name: str, interface: str, seconds: float, packets: int) -> bytes:
    machine = lab.machine(name)
    if not interface.isalnum():
        raise LandbridgeError(error("name", f"no interface is called {interface!r}"))
    done = await machine.run(f"$B timeout {seconds:g} tcpdump -Z root -U -i {interface} -c {packets} -w -", seconds + 15)
    if not done.out:
        raise LandbridgeError(error("lab", f"can't capture at {interface} of {name}: {done.err.decode(errors='replace').strip()}"))
    return done.out


def _count(content: bytes) -> int:
    order = "<" if content[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    place, count = 24, 0
    while place + 16 <= len(content):
        place += 16 + struct.unpack_from(f"{order}I", content, place + 8)[0]
        count += 1
    return count
