"""What FRR's daemons are told to come from one configuration to another: lines taken back in their context, then lines added. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

Line = tuple[tuple[str, ...], str]  # the contexts that it stands in, the outermost first, and the line

_ENDS = ("exit", "exit-address-family", "!")
_LEAVES = {"address-family": "exit-address-family"}
# What stands once, so that the new value takes the old one's place; taking the old one back first would break what rests on it.
_ONCE = (("neighbor", 1, "remote-as"), ("log", 0, "file"), ("hostname", 0, ""))


def changes(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Texts for vtysh: what is to be taken away, and what is to be added then."""
    old, new = ([line for text in texts for line in lines(text)] for texts in (before, after))
    gone = [line for line in dict.fromkeys(old) if line not in set(new)]
    fresh = [line for line in dict.fromkeys(new) if line not in set(old)]
    held = {_place(line) for line in new}
    contexts = {(*context, text) for context, text in new}
    heads = {(*context, text) for context, text in gone if (*context, text) not in contexts and _opens((context, text), old)}
    lost = {_neighbor(line) for line in gone if _is_neighbor(line) and _place(line) not in held}

    def goes_along(line: Line) -> bool:
        """With a neighbor, or a whole context, what is in it goes too."""
        inside = any(line[0][:depth] in heads for depth in range(1, len(line[0]) + 1))
        return inside or (_neighbor(line) in lost and not _is_neighbor(line))

    away = [line for line in gone if _place(line) not in held and not goes_along(line)]
    return _text([(context, _no(line)) for context, line in reversed(away)]), _text(fresh)


def lines(text: str) -> list[Line]:
    """The lines of a configuration with their contexts, by their indentation."""
    found: list[Line] = []
    context: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.strip()
        depth = len(raw) - len(raw.lstrip())
        if not line or line in _ENDS:
            continue
        while context and context[-1][0] >= depth:
            context.pop()
        found.append((tuple(held for _, held in context), line))
        context.append((depth, line))
    return found


def _opens(line: Line, among: Iterable[Line]) -> bool:
    """Whether a line is a context of others, or could be."""
    path = (*line[0], line[1])
    return line[1].startswith(("router ", "address-family ", "route-map ")) or any(other[0][: len(path)] == path for other in among)


def _place(line: Line) -> tuple[object, ...]:
    """What a line is a value of: equal for two lines of which the second takes the first one's place."""
    context, words = line[0], line[1].split()
    for first, names, second in _ONCE:
        rest = words[1 + names : 2 + names]
        if words[0] == first and (not second or rest == [second]):
            return (context, first, *words[1 : 1 + names], second)
    return line


def _neighbor(line: Line) -> tuple[str, str]:
    """The BGP neighbor that a line is about: its process and name. Or two empty words."""
    words = line[1].split()
    inside = line[0] and line[0][0].startswith("router bgp")
    return (line[0][0], words[1]) if inside and words[0] == "neighbor" else ("", "")


def _is_neighbor(line: Line) -> bool:
    return bool(_neighbor(line)[0]) and line[1].split()[2:3] == ["remote-as"]


def _no(line: str) -> str:
    words = line.split()
    if words[0] == "no":
        return " ".join(words[1:])
    if words[0] == "neighbor" and words[2] == "remote-as":
        return f"no neighbor {words[1]}"
    return f"no {line}"


def _text(told: Sequence[Line]) -> str:
    """Lines as they are typed in: contexts entered once for what stands together, and left."""
    deeper = {line[0] for line in told}
    text = ""
    for context, group in groupby([line for line in told if (*line[0], line[1]) not in deeper], key=lambda line: line[0]):
        text += "".join(f"{line}\n" for line in context)
        text += "".join(f"{line}\n" for _, line in group)
        text += "".join(f"{_LEAVES.get(line.split()[0], 'exit')}\n" for line in reversed(context))
    return text
