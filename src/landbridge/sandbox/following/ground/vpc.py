"""A VPC's router: what it knows, and by which route table it sends what comes from where.

The main table has what is in the VPC, and comes first: a VPC's own addresses win over any route. Each of the VPC's route tables is a
table of its own; a packet goes by that of the subnet whose interface it came from. What comes from the Internet gateway goes by none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.lab.fabric import INTERNET
from landbridge.sandbox.following.estate import Attachment, Group, Interface, Subnet, Table, Vpc
from landbridge.sandbox.following.ground import filters, hosts, names
from landbridge.sandbox.following.ground.hosts import Standing
from landbridge.sandbox.following.ground.model import MAIN, Link, Part, Place, Way, to
from landbridge.sandbox.following.instances.places import METADATA
from landbridge.sandbox.following.wires import wire

BY_TABLE = 40_000  # behind the main table's rule
BLACKHOLE = Way("blackhole")


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a VPC. `interfaces` are those with a machine, `attachments` those of the VPC to hubs that there are."""

    vpc: Vpc
    subnets: Sequence[Subnet]
    tables: Sequence[Table]
    interfaces: Sequence[Interface]
    hosts: Sequence[Standing]
    attachments: Sequence[Attachment]
    groups: Mapping[str, Group]
    members: Mapping[str, Sequence[IPv4Address]]


def part(content: Content) -> Part:
    """A VPC's namespace, with its hosts', its wires, and its way to the Internet."""
    vpc = content.vpc
    name = names.vpc(vpc.id)
    places = {name: Place(_addresses(content), _ways(content), _choices(content), _filters(content))}
    places |= {one.host.namespace: hosts.namespace(one.host) for one in content.hosts}
    links = [hosts.link(one) for one in content.hosts]
    outside: dict[IPv4Address, str] = {}
    if vpc.internet:
        links.append(Link((name, names.INTERNET_GATEWAY), (INTERNET, names.outside(vpc.id))))
        outside = {public: names.outside(vpc.id) for one in content.interfaces for _, public in one.public}
    wires = tuple(wire(one.instance, 0, name, names.interface(one.id)) for one in content.interfaces)
    return Part(places, tuple(links), wires, outside)


def _addresses(content: Content) -> frozenset[tuple[IPv4Address, str]]:
    """The router's own in each subnet, and the metadata service's."""
    return frozenset({(METADATA, "lo"), *((subnet.cidr[1], "lo") for subnet in content.subnets)})


def _ways(content: Content) -> dict[tuple[int, IPv4Network], Way]:
    ways = {(MAIN, cidr): Way("unreachable") for cidr in content.vpc.cidrs}
    ways |= {(MAIN, to(one.host.address)): Way("unicast", names.host(one.host.name)) for one in content.hosts}
    ways |= {(MAIN, to(own)): Way("unicast", names.interface(one.id)) for one in content.interfaces for own in one.addresses}
    targets = {one.id: names.interface(one.id) for one in content.interfaces}
    targets |= {one.hub: names.attachment(one.hub) for one in content.attachments}
    if content.vpc.internet:
        targets[content.vpc.internet] = names.INTERNET_GATEWAY
    for table in content.tables:
        for route in table.routes:
            way = Way("unicast", targets[route.target]) if route.target in targets else BLACKHOLE
            ways |= {(names.table(table.id), destination): way for destination in route.destinations}
    return ways


def _choices(content: Content) -> frozenset[tuple[str, int, int]]:
    tables = {subnet.id: subnet.table for subnet in content.subnets}
    chosen = {names.interface(one.id): tables[one.subnet] for one in content.interfaces if one.subnet in tables}
    chosen |= {names.host(one.host.name): one.table for one in content.hosts}
    for attachment in content.attachments:
        through = sorted(subnet for subnet in attachment.subnets if subnet in tables)
        if through:
            chosen[names.attachment(attachment.hub)] = tables[through[0]]
    return frozenset((device, BY_TABLE, names.table(table)) for device, table in chosen.items())


def _filters(content: Content) -> str:
    return filters.text(content.interfaces, content.groups, content.members)
