"""The config tree: a router's configuration as nested words, with the line that each came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Written:
    """How the curly form (`config.boot`) has a node, which `set` commands can't say.

    `form`: a `node` has braces of its own (`system {`), a `tag` shares its parent's line (`ethernet eth0 {`), a `value` stands after its
    leaf (`mtu 1436`), a `leaf` is what values stand after, or stands alone (`disable`). `comments` stand before it, `ending` before its
    closing brace.
    """

    form: Literal["node", "tag", "leaf", "value"]
    comments: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()


class Tree:
    """A node of a configuration: the words below it, in order. A leaf's value is a node too, without children.

    `set nat source rule 10 protocol all` is the path nat, source, rule, 10, protocol, all. `line` (from 1; 0 if none) is the first
    line that named the node, `written` how the curly form has it (None if it was a `set` command): neither takes part in comparing two
    trees.
    """

    __slots__ = ("children", "line", "written")

    def __init__(self, line: int = 0) -> None:
        self.children: dict[str, Tree] = {}
        self.line = line
        self.written: Written | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and self.children == other.children

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.children)

    def __repr__(self) -> str:
        return f"Tree({self.children!r})"

    def set(self, *path: str, line: int = 0) -> None:
        """Add a path of words."""
        node = self
        for word in path:
            below = node.children.get(word)
            if below is None:
                below = node.children[word] = Tree(line)
            elif not below.children and word is path[-1]:
                node.children[word] = node.children.pop(word)  # set again: of a leaf's values the last one stands
            node = below

    def get(self, *path: str) -> Tree | None:
        """The node at a path, or None."""
        node = self
        for word in path:
            below = node.children.get(word)
            if below is None:
                return None
            node = below
        return node

    def has(self, *path: str) -> bool:
        return self.get(*path) is not None

    def values(self, *path: str) -> tuple[str, ...]:
        """The words right below a path: a leaf's values, or a tag node's names; empty if the path isn't there."""
        node = self.get(*path)
        return tuple(node.children) if node is not None else ()

    def value(self, *path: str) -> str | None:
        """The one value of a leaf: the last that was set, None if there is none."""
        values = self.values(*path)
        return values[-1] if values else None

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Every path to a node without children, in order: one a `set` command."""
        for word, below in self.children.items():
            if not below.children:
                yield (word,)
            for rest in below.paths():
                yield (word, *rest)
