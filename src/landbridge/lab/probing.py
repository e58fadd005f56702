"""Probes: does one host reach another, and does the other see it under its global address? ICMP, and TCP with data both ways.

One process answers and asks for every host: a socket stays in the namespace that it was made in.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from ipaddress import IPv4Address
from typing import Any, Literal

from landbridge.lab.fabric import Host
from landbridge.lab.namespaces import NAMED, inside

Protocol = Literal["icmp", "tcp"]
ECHO_PORT = 7
MAGIC = b"landbridge"
# More than a packet each way, so that a tunnel's MTU is felt
BODY = bytes(range(256)) * 16
AT_ONCE = 200
# A machine's receive queue is short: what leaves in one burst is partly lost, and TCP waits a second before it says a SYN again.
BURST, PAUSE_S = 12, 0.003
AGAIN_S = 0.4  # one lost packet is no lost network: an echo is asked for again, as TCP does by itself


@dataclass(frozen=True, slots=True)
class Pair:
    """One host to probe from, one to probe, and the address to use."""

    source: Host
    destination: Host

    @property
    def address(self) -> IPv4Address:
        return self.destination.global_address


@dataclass(frozen=True, slots=True)
class Probe:
    """What a probe found. `seen` is the source that the destination saw, None if nothing arrived; `rtt_ms` None without an answer."""

    source: str
    destination: str
    address: str
    protocol: Protocol
    seen: str | None
    ok: bool
    rtt_ms: float | None

    def as_json(self) -> dict[str, Any]:
        record = asdict(self)
        return {"from": record.pop("source"), "to": record.pop("destination"), **record}


def pairs(hosts: Iterable[Host]) -> list[Pair]:
    """Every ordered pair of hosts of different VPCs."""
    return [Pair(source, destination) for source, destination in itertools.permutations(hosts, 2) if source.vpc != destination.vpc]


@dataclass(slots=True)
class _Ears:
    """A host's sockets, which stay in the namespace that they were made in: a raw one for ICMP, a listening one for TCP."""

    host: Host
    made_in: int  # the namespace's own number: one that was made anew has another
    raw: socket.socket
    server: asyncio.Server

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.raw)
        self.raw.close()
        self.server.close()


class Prober:
    """Asks and answers for all hosts."""

    def __init__(self) -> None:
        self._ears: dict[str, _Ears] = {}
        self._sightings: dict[bytes, tuple[str, str]] = {}
        self._live: set[bytes] = set()
        self._waiting: dict[bytes, tuple[str, asyncio.Future[float]]] = {}
        self._numbers = itertools.count()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._gate = asyncio.Lock()
        self._begun = 0

    async def settle(self, hosts: Sequence[Host]) -> None:
        """Ask and answer for these hosts, whose namespaces stand, and for no others."""
        wanted = {host.name: (host, _number_of(host.namespace)) for host in hosts}
        for name, ears in list(self._ears.items()):
            if wanted.get(name) != (ears.host, ears.made_in):
                self._ears.pop(name).close()
        for name, (host, made_in) in wanted.items():
            if name not in self._ears:
                self._ears[name] = await self._listen(host, made_in)

    async def _listen(self, host: Host, made_in: int) -> _Ears:
        with inside(host.namespace):
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
            listener = socket.create_server(("0.0.0.0", ECHO_PORT), backlog=256)
        raw.setblocking(False)
        listener.setblocking(False)
        asyncio.get_running_loop().add_reader(raw, self._hear, host.name, raw)
        return _Ears(host, made_in, raw, await asyncio.start_server(partial(self._serve, host.name), sock=listener))

    async def probe(self, chosen: Iterable[Pair], protocols: Sequence[Protocol], seconds: float) -> list[Probe]:
        """Probe pairs side by side; each gives up after `seconds`."""
        return await self.probe_each([(pair, protocol) for pair in chosen for protocol in protocols], seconds)

    async def probe_each(self, asked: Iterable[tuple[Pair, Protocol]], seconds: float) -> list[Probe]:
        """Probe side by side, in the order given."""
        return await asyncio.gather(*(self._one(pair, protocol, seconds) for pair, protocol in asked))

    async def _one(self, pair: Pair, protocol: Protocol, seconds: float) -> Probe:
        async with self._slots:
            ask = self._ping if protocol == "icmp" else self._talk
            token = f"{next(self._numbers):016x}".encode()
            self._live.add(token)
            await self._pace()
            rtt = None
            with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
                rtt = await asyncio.wait_for(ask(pair, token), seconds)
            self._waiting.pop(token, None)
            self._live.discard(token)
            where, seen = self._sightings.pop(token, (None, None))
            ok = rtt is not None and where == pair.destination.name and seen == str(pair.source.global_address)
            found = None if rtt is None else round(rtt * 1000, 3)
            return Probe(pair.source.name, pair.destination.name, str(pair.address), protocol, seen, ok, found)

    async def _pace(self) -> None:
        async with self._gate:
            self._begun += 1
            if self._begun % BURST == 0:
                await asyncio.sleep(PAUSE_S)

    async def ping(self, pair: Pair) -> bool:
        """One echo, sent once, answered in time or not."""
        return (await self._one(pair, "icmp", AGAIN_S)).ok

    async def arrives(self, pair: Pair) -> bool:
        """One echo, sent once: whether it got there, by the right address, whatever became of the answer."""
        return (await self._one(pair, "icmp", AGAIN_S)).seen == str(pair.source.global_address)

    async def _ping(self, pair: Pair, token: bytes) -> float:
        answered: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[token] = str(pair.address), answered
        began = time.perf_counter()
        request = _echo_request(int(token, 16) & 0xFFFF, MAGIC + token)
        while True:
            ears = self._ears.get(pair.source.name)
            if ears is None:
                raise OSError("the host has gone")
            ears.raw.sendto(request, (str(pair.address), 0))
            await asyncio.wait({answered}, timeout=AGAIN_S)
            if answered.done():
                ended: float = answered.result()
                return ended - began

    def _hear(self, name: str, raw: socket.socket) -> None:
        with suppress(BlockingIOError):
            while True:
                packet, (source, _) = raw.recvfrom(2048)
                header = (packet[0] & 0x0F) * 4
                kind, body = packet[header], packet[header + 8 :]
                if not body.startswith(MAGIC):
                    continue
                token = body[len(MAGIC) :]
                if kind == 8:
                    self._sight(token, name, source)
                elif kind == 0:
                    asked, answered = self._waiting.get(token, ("", None))
                    # From any other address it is no answer (RFC 1122, 3.2.2.6): a gateway has not translated it back.
                    if answered is not None and source == asked and not answered.done():
                        answered.set_result(time.perf_counter())

    def _sight(self, token: bytes, name: str, source: str) -> None:
        if token in self._live:
            self._sightings[token] = (name, source)

    async def _talk(self, pair: Pair, token: bytes) -> float:
        began = time.perf_counter()
        with inside(pair.source.namespace):
            handle = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        handle.setblocking(False)
        writer = None
        try:
            await asyncio.get_running_loop().sock_connect(handle, (str(pair.address), ECHO_PORT))
            reader, writer = await asyncio.open_connection(sock=handle)
            writer.write(MAGIC + token + BODY)
            said = await reader.readexactly(len(BODY))
            if said != BODY[::-1]:
                raise OSError("the answer isn't what was sent")
            return time.perf_counter() - began
        finally:
            if writer is not None:
                writer.transport.abort()
            handle.close()

    async def _serve(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            peer = writer.get_extra_info("peername")[0]
            said = await asyncio.wait_for(reader.readexactly(len(MAGIC) + 16 + len(BODY)), 10)
            if said.startswith(MAGIC) and said.endswith(BODY):
                self._sight(said[len(MAGIC) : len(MAGIC) + 16], name, peer)
                writer.write(BODY[::-1])
                await writer.drain()
        writer.close()

    def close(self) -> None:
        for ears in self._ears.values():
            ears.close()
        self._ears.clear()


def _number_of(namespace: str) -> int:
    return (NAMED / namespace).stat().st_ino


def _echo_request(identity: int, body: bytes) -> bytes:
    """An ICMP echo request (RFC 792). Each probe has an identity of its own, or a gateway's connection tracking would take it for the
    same flow as an earlier one, and translate it (or not) as it did that one."""
    head = struct.pack("!BBHHH", 8, 0, 0, identity, 0)
    return struct.pack("!BBHHH", 8, 0, _checksum(head + body), identity, 0) + body


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
