"""Prefixes with values, looked up by the longest that matches, for whole spans at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from landbridge.verify.span import LAST, Span

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """A prefix (its length, its span) and its value."""

    length: int
    span: Span
    value: Value


class PrefixTable(Generic[Value]):
    """A value a prefix. A prefix is added as its span and length; the last added wins. Lookups must follow all additions."""

    __slots__ = ("_by_length", "_lengths", "_starts", "values")

    def __init__(self) -> None:
        self.values: dict[tuple[int, int], Value] = {}
        self._by_length: dict[int, dict[int, Value]] = {}
        self._lengths: list[tuple[int, int, dict[int, Value]]] | None = None
        self._starts: list[tuple[int, int]] = []

    def add(self, span: Span, value: Value) -> None:
        length = 33 - span.size.bit_length()
        self.values[span.first, length] = value
        self._by_length.setdefault(length, {})[span.first] = value
        self._lengths = None

    def remove(self, span: Span) -> None:
        """Take a prefix away that is there."""
        length = 33 - span.size.bit_length()
        del self.values[span.first, length]
        del self._by_length[length][span.first]
        self._lengths = None

    def copy(self) -> PrefixTable[Value]:
        made: PrefixTable[Value] = PrefixTable()
        made.values = dict(self.values)
        made._by_length = {length: dict(values) for length, values in self._by_length.items()}
        return made

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Found[Value]]:
        for (first, length), value in self.values.items():
            yield Found(length, Span(first, first | (LAST >> length)), value)

    def exactly(self, span: Span) -> Value | None:
        """The value of this very prefix."""
        return self.values.get((span.first, 33 - span.size.bit_length()))

    def _ready(self) -> list[tuple[int, int, dict[int, Value]]]:
        if self._lengths is None:
            self._lengths = [(length, LAST ^ (LAST >> length), values) for length, values in sorted(self._by_length.items(), reverse=True)]
            self._starts = sorted(self.values)
        return self._lengths

    def covering(self, span: Span) -> Iterator[Found[Value]]:
        """The prefixes that hold a whole span, the longest first."""
        for length, mask, values in self._ready():
            start = span.first & mask
            if start in values and (start | (LAST >> length)) >= span.last:
                yield Found(length, Span(start, start | (LAST >> length)), values[start])

    def inside(self, span: Span) -> list[Span]:
        """The prefixes that have some of a span's addresses, and not all of them."""
        lengths = self._ready()
        found = []
        if span.size & (span.size - 1) or span.first & (span.size - 1):  # no prefix itself: one may begin before it, and end within
            for length, mask, values in lengths:
                own = Span(span.first & mask, span.first | (LAST >> length))
                if own.first in values and own.first < span.first and own.last < span.last:
                    found.append(own)
        at = bisect_left(self._starts, (span.first, -1))
        while at < len(self._starts) and self._starts[at][0] <= span.last:
            first, length = self._starts[at]
            own = Span(first, first | (LAST >> length))
            if not own.holds(span):
                found.append(own)
            at += 1
        return found


def pieces(span: Span, *insides: list[Span]) -> list[Span]:
    """A span, cut at the edges of others within it, so that no piece is partly in one of them."""
    edges = {span.first}
    for inside in insides:
        for own in inside:
            if own.first > span.first:
                edges.add(own.first)
            if own.last < span.last:
                edges.add(own.last + 1)
    if len(edges) == 1:
        return [span]
    starts = sorted(edges)
    return [Span(start, after - 1) for start, after in zip(starts, [*starts[1:], span.last + 1], strict=True)]


def longest(table: PrefixTable[Value], span: Span, fit: Callable[[Value], bool]) -> Found[Value] | None:
    """The longest prefix that holds a whole span and whose value fits."""
    return next((found for found in table.covering(span) if fit(found.value)), None)
