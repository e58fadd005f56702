"""From one ground to another, as the least that is done for it: lines for `ip -batch` and texts for nft, by namespace. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from landbridge.lab.fabric import INTERNET, MACHINE_MAC
from landbridge.sandbox.following.ground.model import End, Ground, Link, Place, Way


@dataclass(frozen=True, slots=True)
class Work:
    """What is done in one namespace. `nft` is None where its filters stay; `devices` are those that are new there."""

    batch: tuple[str, ...] = ()
    nft: str | None = None
    devices: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.batch or self.nft is not None)


@dataclass(frozen=True, slots=True)
class Difference:
    """In this order: `cut` by namespace where a device goes, `make` beside the supervisor, `settle` for the namespaces that are new, and
    `works` in each that changes. `touched` are those of which it isn't sure what stands in them should it fail midway."""

    cut: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    make: tuple[str, ...] = ()
    settle: tuple[str, ...] = ()
    works: Mapping[str, Work] = field(default_factory=dict)
    touched: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.cut or self.make or self.works)


def difference(before: Ground, after: Ground) -> Difference:
    """What makes `before` to `after`."""
    gone = sorted(set(before.namespaces) - set(after.namespaces))
    new = sorted(set(after.namespaces) - set(before.namespaces))
    lost, links = before.links - after.links, sorted(after.links - before.links, key=lambda link: (link.near, link.far))
    cut = _cut(lost, set(gone))
    make = [*cut.pop(INTERNET, ()), *(f"netns del {name}" for name in gone if name != INTERNET)]
    make += [f"netns add {name}" for name in new if name != INTERNET]
    make += [line for link in links for line in _link(link)]
    torn = {end for link in lost for end in (link.near, link.far)}
    works = {}
    for name, place in after.namespaces.items():
        devices = [device for link in links for where, device in _ends(link) if where == name]
        work = _work(_without(before.namespaces.get(name, Place()), name, torn), place, devices, fresh=name in new)
        if work:
            works[name] = work
    linked = {end[0] for link in (*lost, *links) for end in (link.near, link.far)}
    return Difference(cut, tuple(make), tuple(new), works, frozenset({*linked, *gone, *new, *works}))


def _cut(lost: frozenset[Link], gone: set[str]) -> dict[str, tuple[str, ...]]:
    """Where one end of a link is removed the other goes too: at once, while a namespace takes its time to end."""
    cut: dict[str, list[str]] = {}
    for link in sorted(lost, key=lambda link: (link.near, link.far)):
        ends = sorted((end for end in (link.near, link.far) if end[0] not in gone), key=lambda end: end[0] != INTERNET)
        name, device = ends[0] if ends else link.near
        cut.setdefault(name, []).append(f"link del {device}")
    return {name: tuple(lines) for name, lines in cut.items()}


def _link(link: Link) -> list[str]:
    (near, device), (far, other) = link.near, link.far
    first = f"address {MACHINE_MAC} arp off{_in(near)}"
    if link.raw:
        return [f"link add {device} {first} type veth peer name {other}", f"link set {other} up promisc on"]
    return [f"link add {device} {first} type veth peer name {other} address {MACHINE_MAC} arp off{_in(far)}"]


def _ends(link: Link) -> tuple[End, ...]:
    return (link.near,) if link.raw else (link.near, link.far)


def _in(namespace: str) -> str:
    return "" if namespace == INTERNET else f" netns {namespace}"


def _without(place: Place, name: str, torn: set[End]) -> Place:
    """What the kernel leaves of a place where devices have gone. It keeps the choices by a device's name."""
    return Place(
        frozenset((address, device) for address, device in place.addresses if (name, device) not in torn),
        {key: way for key, way in place.ways.items() if (name, way.device) not in torn},
        place.choices,
        place.nft,
    )


def _work(before: Place, after: Place, devices: list[str], fresh: bool) -> Work:
    batch = ["link set lo up"] if fresh else []
    batch += [f"rule del pref {order} iif {device} lookup {table}" for device, order, table in sorted(before.choices - after.choices)]
    batch += [f"route del {_route(key, way)}" for key, way in before.ways.items() if key not in after.ways]
    batch += [f"addr del {address}/32 dev {device}" for address, device in sorted(before.addresses - after.addresses)]
    batch += [f"link set {device} up" for device in devices]
    batch += [f"addr add {address}/32 dev {device}" for address, device in sorted(after.addresses - before.addresses)]
    batch += [f"route replace {_route(key, way)}" for key, way in after.ways.items() if before.ways.get(key) != way]
    batch += [f"rule add pref {order} iif {device} lookup {table}" for device, order, table in sorted(after.choices - before.choices)]
    return Work(tuple(batch), after.nft if after.nft != before.nft else None, tuple(devices))


def _route(key: tuple[int, IPv4Network], way: Way) -> str:
    table, destination = key
    if way.kind == "unicast":
        return f"{destination} dev {way.device} table {table}"
    return f"{way.kind} {destination} table {table}"
