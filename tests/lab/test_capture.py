"""Captured packets, as a file."""

from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.lab import capture
from tests.lab import networks

PACKETS = st.lists(st.binary(max_size=80), max_size=8)


def _pcap(packets: list[bytes], order: str) -> bytes:
    content = struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return content + b"".join(struct.pack(f"{order}IIII", 1, 2, len(packet), len(packet)) + packet for packet in packets)


@given(PACKETS, st.sampled_from("<>"))
def test_packets_are_counted_whichever_end_comes_first(packets: list[bytes], order: str) -> None:
    assert capture._count(_pcap(packets, order)) == len(packets)


@given(PACKETS, st.sampled_from("<>"), st.integers(0, 800))
def test_a_file_cut_at_any_byte_counts_no_more_than_there_were(packets: list[bytes], order: str, end: int) -> None:
    whole = _pcap(packets, order)
    assert 0 <= capture._count(whole[:end]) <= len(packets)


@given(st.binary(max_size=300))
def test_a_file_of_anything_is_counted_without_a_traceback(content: bytes) -> None:
    assert capture._count(content) >= 0


def test_a_capture_at_what_is_not_there_names_what_is() -> None:
    with pytest.raises(LandbridgeError, match="nothing in the lab is called 'tokyo'") as refused:
        asyncio.run(capture.capture(networks.lab(), "tokyo", None, 1, 1))
    assert "singapore-a" in refused.value.findings[0].remedy


@pytest.mark.parametrize("interface", ["vti0; reboot", "$(x)", "", "-w", "a b"])
def test_an_interface_of_a_machine_is_one_plain_word(interface: str) -> None:
    with pytest.raises(LandbridgeError, match="no interface is called"):
        asyncio.run(capture.capture(networks.lab(), "singapore-a", interface, 1, 1))
