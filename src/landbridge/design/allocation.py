"""Giving out prefixes from a pool: first fit, lowest address first, aligned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from landbridge.design.ranges import BITS, Block


class Pool:
    """The free part of a block, as a buddy allocator keeps it: a heap of the largest aligned free blocks of each length.

    Any free prefix lies inside exactly one of those, so the lowest fit is the lowest of the heaps' heads: thousands of prefixes
    cost thousands of heap steps.
    """

    def __init__(self, whole: Block, used: Iterable[Block]) -> None:
        self._free: list[list[int]] = [[] for _ in range(BITS + 1)]
        for block in _gaps(whole, used):
            self._free[block.length].append(block.first)
        for heap in self._free:
            heapify(heap)

    def take(self, length: int) -> Block | None:
        """The lowest free prefix of this length, which is then no longer free; None if there is none."""
        heads = [(self._free[wide][0], wide) for wide in range(length + 1) if self._free[wide]]
        if not heads:
            return None
        first, wide = min(heads)
        heappop(self._free[wide])
        for half in range(wide + 1, length + 1):  # keep the lower half, free the upper one
            heappush(self._free[half], first + (1 << (BITS - half)))
        return Block(first, length)


def _gaps(whole: Block, used: Iterable[Block]) -> Iterator[Block]:
    """What of `whole` is not used, as the largest aligned blocks."""
    at = whole.first
    for block in sorted(block for block in used if block.holds(whole) or whole.holds(block)):
        yield from _aligned(at, min(block.first, whole.end))
        at = max(at, block.end)
    yield from _aligned(at, whole.end)


def _aligned(first: int, end: int) -> Iterator[Block]:
    """The addresses from `first` up to `end` (without it), as the largest aligned blocks."""
    while first < end:
        size = min(first & -first if first else 1 << BITS, 1 << ((end - first).bit_length() - 1))
        yield Block(first, BITS - size.bit_length() + 1)
        first += size
