"""Probes: which there are, what they look like, and the packets that they send."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.lab import probing
from landbridge.lab.probing import Probe, pairs
from tests.lab import networks

HOSTS = networks.lab().fabric.hosts


def _sum(data: bytes) -> int:
    """RFC 1071: the ones' complement sum of all 16-bit words."""
    total = 0
    for place in range(0, len(data), 2):
        total += int.from_bytes(data[place : place + 2].ljust(2, b"\0"))
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(st.integers(0, 0xFFFF), st.binary(max_size=300))
def test_a_receiver_finds_every_echo_whole(identity: int, body: bytes) -> None:
    packet = probing._echo_request(identity, body)
    assert _sum(packet) == 0xFFFF
    assert struct.unpack_from("!BBxxHH", packet) == (8, 0, identity, 0)
    assert packet[8:] == body


@given(st.binary(min_size=2, max_size=300), st.data())
def test_a_receiver_finds_one_changed_bit(body: bytes, data: st.DataObject) -> None:
    packet = bytearray(probing._echo_request(7, body))
    place = data.draw(st.integers(0, len(packet) * 8 - 1))
    packet[place // 8] ^= 1 << place % 8
    assert _sum(bytes(packet)) != 0xFFFF


def test_every_host_probes_every_host_of_another_vpc_both_ways() -> None:
    found = {(pair.source.name, pair.destination.name) for pair in pairs(HOSTS)}
    assert len(found) == len(pairs(HOSTS)) == 146
    assert {(destination, source) for source, destination in found} == found
    assert all(source.rsplit("-", 1)[0] != destination.rsplit("-", 1)[0] for source, destination in found)


def test_hosts_of_one_vpc_have_nothing_to_probe() -> None:
    assert pairs(HOSTS[:3]) == []


def test_a_host_is_called_by_its_global_address() -> None:
    overlapping = [pair for pair in pairs(HOSTS) if (pair.source.name, pair.destination.name) == ("singapore-4", "virginia-4")]
    assert [str(pair.address) for pair in overlapping] == ["192.168.1.10"]
    assert overlapping[0].source.address == overlapping[0].destination.address


@pytest.mark.parametrize(("source", "answered"), [("192.168.1.10", True), ("172.88.88.10", False)])
def test_an_answer_comes_from_the_address_that_was_asked(source: str, answered: bool) -> None:
    token = b"0" * 16
    packet = b"\x45" + bytes(19) + struct.pack("!BBHHH", 0, 0, 0, 7, 0) + probing.MAGIC + token
    heard = iter([(packet, (source, 0))])

    class Raw:
        def recvfrom(self, _: int) -> tuple[bytes, tuple[str, int]]:
            try:
                return next(heard)
            except StopIteration:
                raise BlockingIOError from None

    async def hear() -> bool:
        prober = probing.Prober()
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        prober._waiting[token] = "192.168.1.10", waiting
        prober._hear("singapore-4", cast("socket.socket", Raw()))
        return waiting.done()

    assert asyncio.run(hear()) is answered


def test_a_probe_as_json_has_the_documented_shape() -> None:
    record = Probe("singapore-4", "virginia-4", "192.168.1.10", "icmp", "10.0.1.10", True, 1.25).as_json()
    assert record == {
        "from": "singapore-4", "to": "virginia-4", "address": "192.168.1.10", "protocol": "icmp", "seen": "10.0.1.10", "ok": True,
        "rtt_ms": 1.25,
    }  # fmt: skip
    assert list(record)[:2] == ["from", "to"]


@pytest.mark.parametrize(
    ("source", "destination", "count"),
    [(None, None, 146), ("singapore-4", "virginia", 4), ("oregon", None, 33), (None, "frankfurt-1", 11), ("singapore-4", "virginia-4", 1)],
)
def test_a_name_chooses_a_host_or_all_of_a_site(source: str | None, destination: str | None, count: int) -> None:
    assert len(networks.lab().choose(source, destination)) == count
