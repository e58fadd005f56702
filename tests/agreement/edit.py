"""A break: one thing changed in a router's text or in the manifest, and the places that a finding should name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from random import Random

from landbridge.artifacts import Artifacts
from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.findings import Where
from landbridge.verify import Places

MANIFEST = "manifest.yaml"
NOBODYS = IPv4Network("10.96.0.0/14")  # no random network has any of it


@dataclass(frozen=True, slots=True)
class Spot:
    """Lines of a file (as it is after the break) that are to blame, those around them, and, in the manifest, the key below the record."""

    file: str
    lines: frozenset[int]
    around: frozenset[int] = frozenset()
    key: str = ""

    def named_by(self, where: Where) -> bool:
        return where.file == self.file and where.line in self.lines and self.key in where.path

    def neared_by(self, where: Where) -> bool:
        return where.file == self.file and (where.line in self.lines or where.line in self.around)


@dataclass(frozen=True, slots=True)
class Break:
    """`spots`: any of them is right; where two files contradict each other, nobody can tell which of them is wrong."""

    kind: str
    description: str
    spots: tuple[Spot, ...]
    artifacts: Artifacts = field(repr=False)

    def __str__(self) -> str:
        spot = self.spots[0]
        return f"{self.kind}: {spot.file}:{min(spot.lines, default=0)}: {self.description}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a router's text that a pattern matches."""

    gateway: str
    number: int
    text: str
    match: re.Match[str]

    def __getitem__(self, group: str) -> str:
        return self.match[group]


def lines(made: Artifacts, pattern: str) -> list[Line]:
    """Every line of every router that begins with a pattern."""
    known = re.compile(pattern)
    return [
        Line(gateway, number, text, match)
        for gateway, router in made.routers.items()
        for number, text in enumerate(router.splitlines(), 1)
        if (match := known.match(text))
    ]


def pick(random: Random, made: Artifacts, pattern: str) -> Line | None:
    found = lines(made, pattern)
    return random.choice(found) if found else None


def below(text: str, *sections: str) -> list[int]:
    """The numbers of the lines in some sections."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if any(line == section or line.startswith(f"{section} ") for section in sections)
    ]


def broken(
    made: Artifacts,
    gateway: str,
    what: tuple[str, str],
    changes: Mapping[int, Sequence[str]],
    *,
    added: Sequence[str] = (),
    statement: str = "",
    twins: Sequence[str] = (),
    sections: Sequence[str] = (),
    also: Sequence[Spot] = (),
) -> Break:
    """A break of a router's text. `what`: its kind and description. `changes`: by a line's number what stands there instead.

    `statement` is the path of what is changed: every line of it is right, as are those of `twins`, if they can't be told from it any more.
    Of what is dropped nothing is left: then the lines of the narrowest of `sections` that is there are, and the first of each wider one.
    The rest of the sections is around.
    """
    text: list[str] = []
    changed: set[int] = set()
    old = made.routers[gateway].splitlines()
    last = len(old) if old[-1].startswith("#") else len(old) + 1  # what is added goes before the line that says where the text ends
    for number, line in enumerate([*old, ""], 1):
        for new in (*(added if number == last else ()), *changes.get(number, (line,))):
            text.append(new)
            if number in changes or new in added:
                changed.add(len(text))
    whole = "\n".join(text)
    blamed = changed | set(below(whole, *twins, *([statement] if statement else ())))
    if not blamed:
        found = [lines for section in sections if (lines := below(whole, section))]
        blamed = {*found[0], *(lines[0] for lines in found)} if found else set()
    spot = Spot(f"routers/{gateway}.set", frozenset(blamed), frozenset(below(whole, *sections)))
    return Break(*what, (spot, *also), replace(made, routers={**made.routers, gateway: whole}))


def record(made: Artifacts, name: str, key: str) -> Spot:
    """A key of a record of the manifest. (A hub has a record of its own, and its VPC another.)"""
    text = manifest_text(made.manifest)
    pattern = re.compile(rf'("hub": )?\{{"name": "{re.escape(name)}"')
    found = [number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)]
    return Spot(MANIFEST, frozenset(found), key=key)


def places(made: Artifacts) -> Places:
    """Where the manifest's records stand in its text."""
    names = [made.manifest.hub.name, *(vpc.name for vpc in made.manifest.vpcs), *(gateway.name for gateway in made.manifest.gateways)]
    return Places("", {name: max(record(made, name, "").lines) for name in names})


def with_vpc(made: Artifacts, vpc: Vpc) -> Artifacts:
    manifest = made.manifest
    return replace(made, manifest=replace(manifest, vpcs=tuple(vpc if old.name == vpc.name else old for old in manifest.vpcs)))


def with_gateway(made: Artifacts, gateway: Gateway) -> Artifacts:
    manifest = made.manifest
    gateways = tuple(gateway if old.name == gateway.name else old for old in manifest.gateways)
    return replace(made, manifest=replace(manifest, gateways=gateways))


def unused(random: Random, length: int) -> str:
    """A prefix that nobody has."""
    return str(IPv4Network((int(NOBODYS.network_address) + (random.randrange(2**14) << 4) & -(1 << (32 - length)), length)))


def global_prefixes(made: Artifacts, *, besides: str = "") -> Iterator[IPv4Network]:
    """The global prefixes of every VPC but one."""
    for vpc in made.manifest.vpcs:
        if vpc.name != besides:
            yield from (subnet.global_ for subnet in vpc.subnets if subnet.global_ is not None)
