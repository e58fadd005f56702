"""Taking a plain mapping apart, key by key, each of the type that it should be."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import Protocol, TypeVar

from landbridge.artifacts.plain import Path

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")  # names become file names: no dot, no slash
HIGHEST_ASN = 4294967294

Value = TypeVar("Value")
Value_co = TypeVar("Value_co", covariant=True)
Word = TypeVar("Word", bound=str)


class Reader(Protocol[Value_co]):
    """Reads a plain value as what it should be; `path` says where it is. Raises MisfitError."""

    def __call__(self, value: object, path: Path, /) -> Value_co: ...


class MisfitError(Exception):
    """A value at a path isn't what it should be."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


class Record:
    """A mapping being taken apart: every key is taken once, and `end` says which were left over."""

    __slots__ = ("_left", "path")

    def __init__(self, value: object, path: Path) -> None:
        if not isinstance(value, dict):
            raise MisfitError(path, f"is {shown(value)}, where a mapping is wanted")
        self._left: dict[str, object] = dict(value)
        self.path = path

    def take(self, key: str) -> object:
        """The value of a key that must be there."""
        try:
            return self._left.pop(key)
        except KeyError:
            raise MisfitError(self.path, f"has no {key!r}") from None

    def optional(self, key: str, read: Reader[Value]) -> Value | None:
        """The value of a key that may be missing or null."""
        value = self._left.pop(key, None)
        return None if value is None else read(value, (*self.path, key))

    def one(self, key: str, read: Reader[Value]) -> Value:
        """The value of a key, as `read` takes it."""
        return read(self.take(key), (*self.path, key))

    def many(self, key: str, read: Reader[Value]) -> tuple[Value, ...]:
        """The list at a key, every item as `read` takes it."""
        return items(self.take(key), (*self.path, key), read)

    def some(self, key: str, read: Reader[Value]) -> tuple[Value, ...]:
        """The list at a key that may be missing or null: then there is nothing in it."""
        value = self._left.pop(key, None)
        return () if value is None else items(value, (*self.path, key), read)

    def mapping(self, key: str) -> Record:
        """The mapping at a key."""
        return Record(self.take(key), (*self.path, key))

    def items(self) -> list[tuple[str, object]]:
        """All that is left, where the keys are no fixed ones; nothing is left then."""
        left = list(self._left.items())
        self._left = {}
        return left

    def end(self) -> None:
        if self._left:
            raise MisfitError((*self.path, next(iter(self._left))), "is not known here")


def items(value: object, path: Path, read: Reader[Value]) -> tuple[Value, ...]:
    """A list, every item as `read` takes it."""
    if not isinstance(value, list):
        raise MisfitError(path, f"is {shown(value)}, where a list is wanted")
    return tuple(read(item, (*path, at)) for at, item in enumerate(value))


def shown(value: object) -> str:
    """A value for an error: its type if it is long."""
    if isinstance(value, dict | list):
        return f"a {'mapping' if isinstance(value, dict) else 'list'}"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def name(value: object, path: Path) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise MisfitError(path, f"is {shown(value)}, where a name is wanted: a-z, 0-9 and '-'")
    return value


def line(value: object, path: Path) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise MisfitError(path, f"is {shown(value)}, where a line of text is wanted")
    return value


def prefix(value: object, path: Path) -> IPv4Network:
    if isinstance(value, str) and "/" in value:
        try:
            return _network(value)
        except ValueError:
            pass
    raise MisfitError(path, f"is {shown(value)}, where an IPv4 prefix is wanted")


_network = lru_cache(65_536)(IPv4Network)  # thousands of records name the same few prefixes


def address(value: object, path: Path) -> IPv4Address:
    if isinstance(value, str):
        try:
            return IPv4Address(value)
        except ValueError:
            pass
    raise MisfitError(path, f"is {shown(value)}, where an IPv4 address is wanted")


def whole(lowest: int, highest: int) -> Reader[int]:
    """A reader of whole numbers between two."""

    def read(value: object, path: Path) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise MisfitError(path, f"is {shown(value)}, where a whole number from {lowest} to {highest} is wanted")
        return value

    return read


def word_of(*words: Word) -> Reader[Word]:
    """A reader of one of some words."""

    def read(value: object, path: Path) -> Word:
        found = next((word for word in words if word == value), None)
        if found is None:
            raise MisfitError(path, f"is {shown(value)}, where one of {', '.join(words)} is wanted")
        return found

    return read


asn = whole(1, HIGHEST_ASN)
