"""Comparing two config trees: the commands that lead a router from one configuration to the other.

Routers differ in what a delete leaves behind: some keep the empty node above it, some take it away. And a tree doesn't say which leaf has
one value and which many. The commands are right either way: what is set is never left to what a delete leaves, and an old value is always
deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from landbridge.vyos.text import quote
from landbridge.vyos.tree import Tree

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """A `set` or `delete` command; as text it is quoted for a router's shell."""

    verb: Literal["set", "delete"]
    path: Path

    def __str__(self) -> str:
        return " ".join((self.verb, *(quote(word) for word in self.path)))


HIDDEN = "********"

_SECRETS = frozenset(
    (
        "pre-shared-secret",
        "secret",
        "password",
        "encrypted-password",
        "plaintext-password",
        "community",
        "private-key",
        "preshared-key",
        "md5-key",
    )
)


def without_secret(command: Command) -> Command:
    """A command to be shown: a value that may be a secret is hidden."""
    *above, leaf, _ = ("", *command.path)
    if leaf in _SECRETS or (leaf == "key" and ("private" in above or "api" in above)):
        return Command(command.verb, (*command.path[:-1], HIDDEN))
    return command


class Owned(Protocol):
    """Which statements (paths down to a leaf or its value) may be set, and which may be deleted."""

    def may_set(self, path: Path) -> bool: ...

    def may_delete(self, path: Path) -> bool: ...


class _Everything:
    def may_set(self, path: Path) -> bool:  # noqa: ARG002
        return True

    def may_delete(self, path: Path) -> bool:  # noqa: ARG002
        return True


EVERYTHING: Owned = _Everything()


def diff(a: Tree, b: Tree, owned: Owned = EVERYTHING) -> tuple[Command, ...]:
    """The shortest list of commands that makes of `a` what `b` says, as far as it is owned: deletes first, then sets in b's order.

    What is neither in `b` nor owned stays. A node is deleted whole where nothing of it stays, and never where anything does.
    """
    target = _target(a, b, owned)
    sets = (Command("set", path) for path in b.paths() if owned.may_set(path) and _is_new(path, a, target))
    return (*(Command("delete", path) for path in _deletes(a, target, ())), *sets)


def apply(tree: Tree, commands: Iterable[Command]) -> Tree:
    """What a router makes of a configuration by these commands (a new tree): deleting something leaves the node above it."""
    result = _copy(tree)
    for command in commands:
        if command.verb == "set":
            result.set(*command.path)
        elif (above := result.get(*command.path[:-1])) is not None:
            above.children.pop(command.path[-1], None)
    return result


def _target(a: Tree, b: Tree, owned: Owned) -> Tree:
    """What the router shall have: of `a` what isn't ours to delete, and of `b` what is ours to set."""
    target = Tree()
    for path in a.paths():
        if not owned.may_delete(path):
            target.set(*path)
    for path in b.paths():
        if owned.may_set(path) or a.has(*path):
            target.set(*path)
    return target


def _is_new(path: Path, a: Tree, target: Tree) -> bool:
    """Whether a statement has to be set: it isn't there, or stands where what was below it is deleted with it."""
    there, wanted = a.get(*path), target.get(*path)
    return there is None or (bool(there) and not wanted)


def _deletes(a: Tree, target: Tree, path: Path) -> Iterator[Path]:
    for word, below in a.children.items():
        here = (*path, word)
        wanted = target.children.get(word)
        if wanted is None or (below and not wanted):
            yield here
        elif below:
            inner = list(_deletes(below, wanted, here))
            if len(inner) > 1 and not _shares(below, wanted):
                yield here
            else:
                yield from inner


def _shares(a: Tree, target: Tree) -> bool:
    """Whether a statement of `a` stays."""
    for word, below in a.children.items():
        wanted = target.children.get(word)
        if wanted is not None and (_shares(below, wanted) if below and wanted else not below and not wanted):
            return True
    return False


def _copy(tree: Tree) -> Tree:
    result = Tree(tree.line)
    result.written = tree.written
    result.children = {word: _copy(below) for word, below in tree.children.items()}
    return result
