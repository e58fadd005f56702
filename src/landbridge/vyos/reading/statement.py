"""A place in a config tree while it is read: what is below it, what of it was understood, what was wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
    """A node of the tree, with its path. Everything that is asked for counts as understood; what is wrong is noted, and None is given."""

    __slots__ = ("_ledger", "path", "tree")

    def __init__(self, tree: Tree, path: tuple[str, ...], ledger: Ledger) -> None:
        self.tree = tree
        self.path = path
        self._ledger = ledger

    @property
    def word(self) -> str:
        """The last word of the path: a tag's name, a leaf's value."""
        return self.path[-1]

    @property
    def line(self) -> int:
        return self.tree.line

    def has(self, *path: str) -> bool:
        """Whether a path is there, without understanding it."""
        return self.tree.has(*path)

    def below(self, *path: str) -> Statement | None:
        """The statement at a path, or None."""
        tree = self.tree.get(*path)
        if tree is None:
            return None
        self._ledger.understood.add(id(tree))
        return Statement(tree, self.path + path, self._ledger)

    def each(self, *path: str) -> Iterator[Statement]:
        """The statements right below a path: a tag node's tags, a leaf's values."""
        node = self.below(*path)
        if node is not None:
            for word in node.tree.children:
                statement = node.below(word)
                if statement is not None:
                    yield statement

    def flag(self, *path: str) -> bool:
        """Whether a valueless leaf is set."""
        return self.below(*path) is not None

    def value(self, *path: str, required: bool = False) -> Statement | None:
        """The value of a leaf (the last that was set)."""
        values = list(self.each(*path))
        if values:
            return values[-1]
        if self.has(*path) or required:
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

    def as_number(self, least: int, most: int) -> int | None:
        if self.word.isascii() and self.word.isdigit() and len(self.word) <= 10 and least <= int(self.word) <= most:
            return int(self.word)
        self.wrong(f"a whole number from {least} to {most}")
        return None

    def as_address(self) -> IPv4Address | None:
        try:
            return IPv4Address(self.word)
        except ValueError:
            self.wrong("an IPv4 address such as 10.0.1.1")
            return None

    def as_prefix(self) -> IPv4Network | None:
        try:
            if "/" in self.word:
                return IPv4Network(self.word)
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
            self._ledger.understood.update(map(id, _leaves(tree)))

    def complete(self) -> bool:
        """Whether everything below was understood."""
        return all(id(leaf) in self._ledger.understood for leaf in _leaves(self.tree))

    def leave(self) -> None:
        """Leave a whole part of the tree as not understood."""
        self._ledger.understood.difference_update(map(id, _leaves(self.tree)))

    def unread(self) -> Iterator[Unread]:
        """What is not understood below, in order."""
        yield from self._unread(self.tree, self.path)

    def _unread(self, tree: Tree, path: tuple[str, ...]) -> Iterator[Unread]:
        for word, below in tree.children.items():
            if below.children:
                yield from self._unread(below, (*path, word))
            elif id(below) not in self._ledger.understood:
                yield Unread((*path, word), below.line)

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


def _leaves(tree: Tree) -> Iterator[Tree]:
    if not tree.children:
        yield tree
    for below in tree.children.values():
        yield from _leaves(below)
