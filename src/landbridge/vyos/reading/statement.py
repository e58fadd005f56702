"""A place in a config tree while it is read: what is below it, what of it was understood, what was wrong."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from landbridge.findings import Finding, Where, error
from landbridge.vyos.router import Unread
from landbridge.vyos.tree import Tree


class Ledger:
    """What reading one file found wrong, and which leaves it understood."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.understood: set[int] = set()


class Statement:
    """A node of the tree. Everything that is asked for counts as understood; what is wrong is noted, and None is given.

    `word` is the last word of its path: a tag's name, a leaf's value. The path itself is only put together for what is told of it.
    """

    __slots__ = ("_above", "_ledger", "_words", "tree", "word")

    def __init__(self, tree: Tree, words: tuple[str, ...], ledger: Ledger, above: Statement | None = None) -> None:
        self.tree = tree
        self.word = words[-1] if words else ""
        self._words = words
        self._ledger = ledger
        self._above = above

    @property
    def path(self) -> tuple[str, ...]:
        return self._words if self._above is None else self._above.path + self._words

    @property
    def line(self) -> int:
        return self.tree.line

    def has(self, *path: str) -> bool:
        """Whether a path is there, without understanding it."""
        return self.tree.get(*path) is not None

    def below(self, *path: str) -> Statement | None:
        """The statement at a path, or None."""
        tree = self.tree.get(*path)
        if tree is None:
            return None
        self._ledger.understood.add(id(tree))
        return Statement(tree, path, self._ledger, self)

    def each(self, *path: str) -> list[Statement]:
        """The statements right below a path: a tag node's tags, a leaf's values."""
        tree = self.tree.get(*path)
        if tree is None:
            return []
        ledger = self._ledger
        ledger.understood.add(id(tree))
        ledger.understood.update(map(id, tree.children.values()))
        return [Statement(below, (*path, word), ledger, self) for word, below in tree.children.items()]

    def flag(self, *path: str) -> bool:
        """Whether a valueless leaf is set."""
        return self.below(*path) is not None

    def value(self, *path: str, required: bool = False) -> Statement | None:
        """The value of a leaf (the last that was set)."""
        tree = self.tree.get(*path)
        if tree is not None and (values := tree.children):
            word, last = next(reversed(values.items()))
            if len(values) == 1:
                self._ledger.understood.add(id(last))
            else:
                self._ledger.understood.update(map(id, values.values()))
            return Statement(last, (*path, word), self._ledger, self)
        if tree is not None or required:
            if tree is not None:
                self._ledger.understood.add(id(tree))
            self.fail(f"{' '.join(path)} has no value.", f"Set one: `set {self.shown} {' '.join(path)} …`.")
        return None

    def text(self, *path: str, required: bool = False) -> str | None:
        """A leaf's value as it is."""
        value = self.value(*path, required=required)
        return None if value is None else value.word

    def choice(self, *path: str, among: Collection[str], required: bool = False) -> str | None:
        """A leaf's value, one of a few words."""
        value = self.value(*path, required=required)
        if value is None:
            return None
        if value.word not in among:
            value.wrong(f"one of {', '.join(among)}")
            return None
        return value.word

    def number(self, *path: str, least: int, most: int, required: bool = False) -> int | None:
        """A leaf's value as a whole number within bounds (both included)."""
        value = self.value(*path, required=required)
        return None if value is None else value.as_number(least, most)

    def address(self, *path: str, required: bool = False) -> IPv4Address | None:
        """A leaf's value as an IPv4 address."""
        value = self.value(*path, required=required)
        return None if value is None else value.as_address()

    def prefix(self, *path: str, required: bool = False) -> IPv4Network | None:
        """A leaf's value as an IPv4 prefix without host bits."""
        value = self.value(*path, required=required)
        return None if value is None else value.as_prefix()

    def line_of(self, *path: str) -> int:
        """The line of what is at a path; 0 where there is nothing."""
        tree = self.tree.get(*path)
        return 0 if tree is None else tree.line

    def as_number(self, least: int, most: int) -> int | None:
        if self.word.isascii() and self.word.isdigit() and len(self.word) <= 10 and least <= int(self.word) <= most:
            return int(self.word)
        self.wrong(f"a whole number from {least} to {most}")
        return None

    def as_address(self) -> IPv4Address | None:
        try:
            return _address(self.word)
        except ValueError:
            self.wrong("an IPv4 address such as 10.0.1.1")
            return None

    def as_prefix(self) -> IPv4Network | None:
        try:
            if "/" in self.word:
                return _network(self.word)
        except ValueError:
            pass
        self.wrong("an IPv4 prefix without host bits, such as 10.0.1.0/24")
        return None

    def as_interface(self) -> IPv4Interface | None:
        try:
            if "/" in self.word:
                return IPv4Interface(self.word)
        except ValueError:
            pass
        self.wrong("an address with its prefix length, such as 10.0.1.1/24")
        return None

    def ignore(self, *path: str) -> None:
        """Understand a whole part of the tree as having no effect on packets."""
        tree = self.tree.get(*path)
        if tree is not None:
            self._ledger.understood.update(_leaves(tree))

    def complete(self) -> bool:
        """Whether everything below was understood."""
        return self._ledger.understood.issuperset(_leaves(self.tree))

    def leave(self) -> None:
        """Leave a whole part of the tree as not understood."""
        self._ledger.understood.difference_update(_leaves(self.tree))

    def unread(self) -> list[Unread]:
        """What is not understood below, in order."""
        found: list[Unread] = []
        if not self.complete():
            _find_unread(self.tree, self.path, self._ledger.understood, found)
        return found

    @property
    def shown(self) -> str:
        return " ".join(self.path)

    def wrong(self, wanted: str) -> None:
        """Note that this value isn't what it must be. Never asked of a secret: the value is quoted."""
        self.fail(f"{self.word[:60]!r} is not {wanted}.")

    def unknown(self, what: str, remedy: str = "") -> None:
        """Note that this value refers to something that isn't configured."""
        self.fail(f"there is no {what} {self.word[:60]!r}.", remedy or f"Configure the {what}, or name one that is there.", code="name")

    def fail(self, message: str, remedy: str = "", code: str = "syntax") -> None:
        """Note that something is wrong here."""
        where = Where(self._ledger.file, self.line or None, path=self.shown)
        self._ledger.findings.append(error(code, message, where, remedy))


def _leaves(tree: Tree) -> list[int]:
    """What the ledger knows the leaves of a tree by."""
    if not tree.children:
        return [id(tree)]
    found: list[int] = []
    nodes = [tree]
    for node in nodes:  # which grows on the way
        for below in node.children.values():
            if below.children:
                nodes.append(below)
            else:
                found.append(id(below))
    return found


def _find_unread(tree: Tree, path: tuple[str, ...], understood: set[int], found: list[Unread]) -> None:
    for word, below in tree.children.items():
        if below.children:
            _find_unread(below, (*path, word), understood, found)
        elif id(below) not in understood:
            found.append(Unread((*path, word), below.line))


# Thousands of routers name the same few addresses.
_address = lru_cache(65_536)(IPv4Address)
_network = lru_cache(65_536)(IPv4Network)


@lru_cache(65_536)
def network_around(word: str) -> IPv4Network | None:
    """The prefix that an address is, or a prefix with host bits is in; None if the word is neither."""
    try:
        return IPv4Network(word, strict=False)
    except ValueError:
        return None
