"""Probe hosts: which a manifest expects, and in which of the cloud's VPCs each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.artifacts.manifest import Manifest
from landbridge.lab.fabric import Host
from landbridge.sandbox.following.estate import Estate, Vpc
from landbridge.sandbox.following.ground import names
from landbridge.sandbox.following.ground.model import MAIN, Link, Place, Way

EVERYWHERE = IPv4Network("0.0.0.0/0")
DEVICE = "eth0"


@dataclass(frozen=True, slots=True)
class Expected:
    """A probe host that a network's manifest expects; `place` is its site or hub."""

    name: str
    vpc_cidrs: tuple[IPv4Network, ...]
    region: str
    subnet: IPv4Network
    address: IPv4Address
    global_address: IPv4Address
    place: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A host where it stands: in a VPC, in a subnet, of which `table` is the route table."""

    host: Host
    vpc: str
    table: str


def expected(manifest: Manifest) -> tuple[Expected, ...]:
    """The probe hosts of a network."""
    return tuple(
        Expected(subnet.host, vpc.cidrs, vpc.region, subnet.cidr, subnet.address, subnet.global_address, vpc.name)
        for vpc in manifest.vpcs
        for subnet in vpc.subnets
        if subnet.host is not None and subnet.address is not None and subnet.global_address is not None
    )


def standing(estate: Estate, wanted: Sequence[Expected]) -> tuple[Standing, ...]:
    """The hosts of which the subnet exists."""
    vpcs = _vpcs(estate, wanted)
    tables = {(subnet.vpc, subnet.cidr): subnet.table for subnet in estate.subnets}
    return tuple(
        Standing(Host(one.name, one.place, one.name, one.address, one.global_address), vpc, tables[vpc, one.subnet])
        for one in wanted
        if (vpc := vpcs.get(one.place, "")) and (vpc, one.subnet) in tables
    )


def _vpcs(estate: Estate, wanted: Sequence[Expected]) -> Mapping[str, str]:
    """Each place's VPC: the one that says that it is its, or else one that nobody owns, in that Region and of its address space.

    Two places may have the same space in the same Region; then which has which is as good as any other way, as long as it stays so.
    """
    places = {one.place: one for one in wanted}
    found: dict[str, str] = {}
    for owned in (True, False):
        for name, one in sorted(places.items()):
            if name not in found:
                fitting = min(_fitting(estate, one, owned, set(found.values())), default=None)
                if fitting is not None:
                    found[name] = fitting[1]
    return found


def _fitting(estate: Estate, one: Expected, owned: bool, taken: set[str]) -> Iterator[tuple[bool, str]]:
    for vpc in estate.vpcs:
        common = set(vpc.cidrs) & set(one.vpc_cidrs)
        if vpc.id not in taken and vpc.region == one.region and common and vpc.owner == (one.place if owned else ""):
            yield set(vpc.cidrs) != set(one.vpc_cidrs), vpc.id


def namespace(host: Host) -> Place:
    """A host's own namespace. Everything goes by way of the VPC's router, neighbours in the subnet too."""
    return Place(frozenset({(host.address, DEVICE)}), {(MAIN, EVERYWHERE): Way("unicast", DEVICE)})


def link(one: Standing) -> Link:
    return Link((names.vpc(one.vpc), names.host(one.host.name)), (one.host.namespace, DEVICE))


def known(vpc: Vpc, hosts: Sequence[Standing]) -> list[Standing]:
    return [one for one in hosts if one.vpc == vpc.id]
