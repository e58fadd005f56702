"""Runs of IPv4 addresses as plain integers, and sets of them: the border between `ipaddress` and arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

LAST = 0xFFFFFFFF


class Span(NamedTuple):
    """The addresses from `first` to `last`, both among them."""

    first: int
    last: int

    def __str__(self) -> str:
        """A prefix where the span is one, an address where it is a single one."""
        size = self.last - self.first + 1
        if size == 1:
            return str(IPv4Address(self.first))
        if size & (size - 1) == 0 and self.first % size == 0:
            return f"{IPv4Address(self.first)}/{33 - size.bit_length()}"
        return f"{IPv4Address(self.first)}-{IPv4Address(self.last)}"

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def holds(self, other: Span) -> bool:
        return self.first <= other.first and other.last <= self.last

    def meets(self, other: Span) -> bool:
        return self.first <= other.last and other.first <= self.last

    def moved(self, by: int) -> Span:
        return Span(self.first + by, self.last + by)

    def cut(self, by: Span) -> tuple[Span | None, tuple[Span, ...]]:
        """What of this span lies in `by`, and what beside it."""
        first, last = max(self.first, by.first), min(self.last, by.last)
        if first > last:
            return None, (self,)
        beside = []
        if self.first < first:
            beside.append(Span(self.first, first - 1))
        if last < self.last:
            beside.append(Span(last + 1, self.last))
        return Span(first, last), tuple(beside)


EVERYTHING = Span(0, LAST)


def span_of(prefix: IPv4Network) -> Span:
    first = int(prefix.network_address)
    return Span(first, first | (LAST >> prefix.prefixlen))


def span_of_address(address: IPv4Address) -> Span:
    return Span(int(address), int(address))


class Spans:
    """A set of addresses: spans in order that neither meet nor touch."""

    __slots__ = ("parts",)

    def __init__(self, parts: Iterable[Span] = ()) -> None:
        merged: list[Span] = []
        for part in sorted(parts):
            if merged and part.first <= merged[-1].last + 1:
                if part.last > merged[-1].last:
                    merged[-1] = Span(merged[-1].first, part.last)
            else:
                merged.append(part)
        self.parts = tuple(merged)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __repr__(self) -> str:
        return f"Spans({', '.join(map(str, self.parts))})"

    def __or__(self, other: Spans) -> Spans:
        return Spans((*self.parts, *other.parts))

    def __and__(self, other: Spans) -> Spans:
        found, at = [], 0
        for part in self.parts:
            while at < len(other.parts) and other.parts[at].last < part.first:
                at += 1
            here = at
            while here < len(other.parts) and other.parts[here].first <= part.last:
                inside, _ = part.cut(other.parts[here])
                if inside is not None:
                    found.append(inside)
                here += 1
        return Spans(found)

    def __sub__(self, other: Spans) -> Spans:
        return self & other.others()

    def others(self) -> Spans:
        """All addresses that are not in this set."""
        gaps, start = [], 0
        for part in self.parts:
            if start < part.first:
                gaps.append(Span(start, part.first - 1))
            start = part.last + 1
        if start <= LAST:
            gaps.append(Span(start, LAST))
        return Spans(gaps)

    def __contains__(self, address: int) -> bool:
        return any(part.first <= address <= part.last for part in self.parts)
