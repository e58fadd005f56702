"""A hub between its attachments: its route tables for VPCs. What is for none of them its own machine takes, which has the tunnels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network

from landbridge.lab.fabric import INTERNET
from landbridge.sandbox.following.estate import Attachment, Connection, Hub, HubRoute, Vpc
from landbridge.sandbox.following.ground import names
from landbridge.sandbox.following.ground.model import Link, Part, Place, Way
from landbridge.sandbox.following.wires import wire

EVERYWHERE = IPv4Network("0.0.0.0/0")
BY_TABLE, OTHERWISE = 40_000, 50_000
REST = 999  # the table with the way to the hub's machine
# What the machine itself sent here for a VPC that isn't one's must not come back to it, and back again.
FILTERS = f"""table ip ground {{
  chain no-way-back {{
    type filter hook forward priority 0
    iifname "{names.HUB}" oifname "{names.HUB}" drop
  }}
}}
"""


def part(
    hub: Hub, attachments: Sequence[Attachment], routes: Sequence[HubRoute], connections: Sequence[Connection], vpcs: Mapping[str, Vpc]
) -> Part:
    """A hub's namespace, the links to its VPCs, and its machine's two wires. `attachments` are all of its own, `routes` any hub's."""
    name = names.hub(hub.id)
    joined = sorted((one for one in attachments if one.kind == "vpc" and one.resource in vpcs), key=lambda one: one.id)
    links = [Link((name, names.attachment(one.resource)), (names.vpc(one.resource), names.attachment(hub.id))) for one in joined]
    wires = (
        wire(hub.id, names.HUB_OUTSIDE_WIRE, INTERNET, names.outside(hub.id)),
        wire(hub.id, names.HUB_INSIDE_WIRE, name, names.HUB),
    )
    place = Place(ways=_ways(attachments, joined, routes, vpcs), choices=_choices(attachments, joined), nft=FILTERS)
    return Part({name: place}, tuple(links), wires, _outside(hub, connections))


def _outside(hub: Hub, connections: Sequence[Connection]) -> dict[IPv4Address, str]:
    return {tunnel.outside: names.outside(hub.id) for one in connections if one.hub == hub.id for tunnel in one.tunnels}


def _ways(
    attachments: Sequence[Attachment], joined: Sequence[Attachment], routes: Sequence[HubRoute], vpcs: Mapping[str, Vpc]
) -> dict[tuple[int, IPv4Network], Way]:
    """A static route wins over one that an attachment brings; of two attachments that bring the same one, the first does."""
    ways: dict[tuple[int, IPv4Network], Way] = {(REST, EVERYWHERE): Way("unicast", names.HUB)}
    for one in joined:
        way = Way("unicast", names.attachment(one.resource))
        for table in one.propagates:
            for cidr in vpcs[one.resource].cidrs:
                ways.setdefault((names.table(table), cidr), way)
    devices = {one.id: names.HUB for one in attachments if one.kind == "vpn"} | {one.id: names.attachment(one.resource) for one in joined}
    tables = {table for one in attachments for table in (one.table, *one.propagates)}
    for route in routes:
        if route.table in tables:
            device = devices.get(route.attachment, "")
            ways[names.table(route.table), route.destination] = Way("unicast", device) if device else Way("blackhole")
    return ways


def _choices(attachments: Sequence[Attachment], joined: Sequence[Attachment]) -> frozenset[tuple[str, int, int]]:
    """What comes from a VPC goes by the table that its attachment is associated with, and what that doesn't know to the machine. What
    comes from the machine goes by the tables of its connections."""
    chosen = set()
    for one in joined:
        if one.table:
            device = names.attachment(one.resource)
            chosen |= {(device, BY_TABLE, names.table(one.table)), (device, OTHERWISE, REST)}
    chosen |= {(names.HUB, BY_TABLE, names.table(one.table)) for one in attachments if one.kind == "vpn" and one.table}
    return frozenset(chosen)
