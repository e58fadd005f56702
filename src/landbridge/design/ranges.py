"""Prefixes as integers: the border between `ipaddress` values and the numbers that are compared by the thousand.

Prefixes are laminar: of two that overlap, one holds the other. So all that overlap a prefix are its ancestors (one look-up a
length) and its descendants (neighbours in sorted order), and nothing has to be compared pair by pair.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import Generic, NamedTuple, TypeVar

BITS = 32


class Block(NamedTuple):
    """A prefix: its first address and its length. Sorted, a prefix comes right before those that it holds."""

    first: int
    length: int

    @property
    def size(self) -> int:
        return 1 << (BITS - self.length)

    @property
    def end(self) -> int:
        """The first address after it."""
        return self.first + self.size

    def holds(self, other: Block) -> bool:
        """Whether every address of `other` is in this block."""
        return self.length <= other.length and self.first <= other.first < self.end

    def ancestor(self, length: int) -> Block:
        """The block of the given (not greater) length that holds this one."""
        return Block(self.first >> (BITS - length) << (BITS - length), length)


def block_of(network: IPv4Network) -> Block:
    return Block(int(network.network_address), network.prefixlen)


def network_of(block: Block) -> IPv4Network:
    return IPv4Network((block.first, block.length))


Value = TypeVar("Value")


class Index(Generic[Value]):
    """Values by block, to be asked which of them overlap a block. Several values may stand at one block."""

    def __init__(self, items: Iterable[tuple[Block, Value]]) -> None:
        self._values: dict[Block, list[Value]] = {}
        for block, value in items:
            self._values.setdefault(block, []).append(value)
        self._blocks = sorted(self._values)
        self._lengths = sorted({block.length for block in self._blocks})

    def touching(self, block: Block) -> Iterator[Value]:
        """The values of all blocks that overlap `block`: first of those that hold it, the widest first, then of those inside it."""
        for length in self._lengths:
            if length <= block.length:
                yield from self._values.get(block.ancestor(length), ())
        for at in range(bisect_left(self._blocks, Block(block.first, block.length + 1)), len(self._blocks)):
            inner = self._blocks[at]
            if inner.first >= block.end:
                return
            if inner.length > block.length:
                yield from self._values[inner]
