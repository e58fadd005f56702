"""Breaks of a translation: one rule dropped, or one thing in it changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from landbridge.artifacts import Artifacts
from tests.agreement.edit import Break, Line, below, broken, lines, pick, unused

RULE = r"(?P<rule>set nat (?P<kind>source|destination) rule \d+) "
SIDES = {"source": "source", "destination": "destination"}


def _changed(made: Artifacts, kind: str, line: Line, new: str, description: str) -> Break:
    return broken(
        made,
        line.gateway,
        (kind, description),
        {line.number: [new]},
        statement=line["rule"],
        sections=(f"set nat {line['kind']}", "set nat"),
    )


def dropped(random: Random, made: Artifacts) -> Break | None:
    """A whole rule is missing."""
    line = pick(random, made, RULE + "translation")
    if line is None:
        return None
    gone: dict[int, Sequence[str]] = dict.fromkeys(below(made.routers[line.gateway], line["rule"]), ())
    sections = (f"set nat {line['kind']}", "set nat")
    return broken(made, line.gateway, ("nat-drop", f"without `{line['rule']}`"), gone, sections=sections)


def translation(random: Random, made: Artifacts) -> Break | None:
    """What a rule translates to: nobody's prefix, or another rule's."""
    line = pick(random, made, RULE + r"translation address '(?P<prefix>[\d.]+/(?P<length>\d+))'")
    if line is None:
        return None
    others = {
        other["prefix"]
        for other in lines(made, RULE + r"translation address '(?P<prefix>[\d./]+)'")
        if other["kind"] == line["kind"] and other.gateway == line.gateway and other["prefix"].endswith(f"/{line['length']}")
    } - {line["prefix"]}
    new = random.choice(sorted(others)) if others and random.random() < 0.5 else unused(random, int(line["length"]))
    return _changed(made, "nat-translation", line, line.text.replace(line["prefix"], new), f"`{line.text}`, but to {new}")


def matched(random: Random, made: Artifacts) -> Break | None:
    """The prefix that a rule is for."""
    found = [
        line
        for line in lines(made, RULE + r"(?P<side>source|destination) address '(?P<prefix>[\d.]+/(?P<length>\d+))'")
        if SIDES[line["kind"]] == line["side"]
    ]
    if not found:
        return None
    line = random.choice(found)
    new = unused(random, int(line["length"]))
    return _changed(made, "nat-match", line, line.text.replace(line["prefix"], new), f"`{line.text}`, but {new}")


def interface(random: Random, made: Artifacts) -> Break | None:
    """The interface that a rule is for: the other tunnel's, or no tunnel's."""
    line = pick(random, made, RULE + r"(out|in)bound-interface (name )?'(?P<interface>vti[01])'")
    if line is None:
        return None
    new = random.choice(["eth0", "vti1" if line["interface"] == "vti0" else "vti0"])
    text = line.text.replace(line["interface"], new)
    what = ("nat-interface", f"`{line.text}`, but {new}")
    return broken(
        made,
        line.gateway,
        what,
        {line.number: [text]},
        statement=line["rule"],
        twins=_twins(made, line),
        sections=(f"set nat {line['kind']}", "set nat"),
    )


def _twins(made: Artifacts, line: Line) -> list[str]:
    """The rules that translate to the same prefix at another interface."""
    targets = {
        other["rule"]: other["prefix"]
        for other in lines(made, RULE + r"translation address '(?P<prefix>[\d./]+)'")
        if other.gateway == line.gateway and other["kind"] == line["kind"]
    }
    return [rule for rule, prefix in targets.items() if prefix == targets[line["rule"]]]


def protocol(random: Random, made: Artifacts) -> Break | None:
    """A rule for one protocol alone."""
    line = pick(random, made, RULE + "protocol 'all'")
    if line is None:
        return None
    new = random.choice(["tcp", "icmp"])
    return _changed(made, "nat-protocol", line, line.text.replace("'all'", f"'{new}'"), f"`{line.text}`, but {new}")


def exclude(random: Random, made: Artifacts) -> Break | None:
    """A rule that leaves what it matches as it is."""
    line = pick(random, made, RULE + "translation address")
    if line is None:
        return None
    return _changed(made, "nat-exclude", line, f"{line['rule']} exclude", f"`{line['rule']}` with exclude in place of its translation")


def shadowed(random: Random, made: Artifacts) -> Break | None:
    """An earlier rule that takes one protocol's packets away and leaves them as they are."""
    line = pick(random, made, RULE + "translation address")
    if line is None:
        return None
    number = random.randint(1, 31)
    early = re.sub(r"\d+$", str(number), line["rule"])
    text = made.routers[line.gateway].splitlines()
    copied = [
        text[at - 1].replace(line["rule"], early).replace("'all'", random.choice(["'tcp'", "'all'"]))
        for at in below(made.routers[line.gateway], line["rule"])
        if " translation " not in text[at - 1]
    ]
    return broken(
        made,
        line.gateway,
        ("nat-shadow", f"`{early} exclude` before `{line['rule']}`"),
        {},
        added=[*copied, f"{early} exclude"],
        statement=early,
        sections=(f"set nat {line['kind']}",),
    )
