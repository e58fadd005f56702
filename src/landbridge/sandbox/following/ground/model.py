"""What the ground is: namespaces, what stands in each, and the links between them. Equal clouds have equal ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from landbridge.lab.fabric import INTERNET, Host, Wire

MAIN = 254
Kind = Literal["unicast", "blackhole", "unreachable"]
End = tuple[str, str]  # a namespace and a device in it


@dataclass(frozen=True, slots=True)
class Way:
    """Where a routing table sends a destination: out of a device, or nowhere (`device` is ""), in silence or not."""

    kind: Kind
    device: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands in a namespace: addresses by device, ways by routing table and destination, the routing tables that packets from a
    device go by (device, order, table), and its filters: the table `ip ground` as a text for nft ("": none)."""

    addresses: frozenset[tuple[IPv4Address, str]] = frozenset()
    ways: Mapping[tuple[int, IPv4Network], Way] = field(default_factory=dict)
    choices: frozenset[tuple[str, int, int]] = frozenset()
    nft: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Two devices that are one link. Both have one address, and nobody asks for it: a device that doesn't speak ARP sends to the
    address that it has itself. The other end of a machine's wire is `raw`, beside the supervisor, for the machine's kernel to open."""

    near: End
    far: End
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """`namespaces` by name, with the one that the supervisor is in."""

    namespaces: Mapping[str, Place] = field(default_factory=dict)
    links: frozenset[Link] = frozenset()
    wires: tuple[Wire, ...] = ()
    hosts: tuple[Host, ...] = ()

    def wires_of(self, machine: str) -> list[Wire]:
        return [wire for wire in self.wires if wire.machine == machine]


@dataclass(frozen=True, slots=True)
class Part:
    """What a VPC, a hub, or a host adds to the ground: to namespaces of its own, and to the Internet's."""

    places: Mapping[str, Place]
    links: tuple[Link, ...] = ()
    wires: tuple[Wire, ...] = ()
    outside: Mapping[IPv4Address, str] = field(default_factory=dict)  # the Internet's ways to it


def to(address: IPv4Address) -> IPv4Network:
    return IPv4Network(address)


def link_of(wire: Wire) -> Link:
    return Link((wire.namespace, wire.device), (INTERNET, wire.raw), raw=True)


def joined(parts: Iterable[Part], internet: Place, hosts: tuple[Host, ...]) -> Ground:
    """The ground of all parts."""
    places: dict[str, Place] = {}
    links: set[Link] = set()
    wires: list[Wire] = []
    outside = dict(internet.ways)
    for part in parts:
        places |= part.places
        links.update(part.links, map(link_of, part.wires))
        wires += part.wires
        outside |= {(MAIN, to(address)): Way("unicast", device) for address, device in part.outside.items()}
    places[INTERNET] = Place(internet.addresses, outside, internet.choices, internet.nft)
    return Ground(places, frozenset(links), tuple(wires), hosts)
