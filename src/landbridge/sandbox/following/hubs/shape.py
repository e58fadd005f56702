"""What a Transit Gateway's machine should be: from the estate to a recipe. Pure.

The hub has one table of its own in a laboratory: routes that attachments propagate are known to all that are associated with any table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.lab import endpoint
from landbridge.lab.recipes import FIRST_MARK, MODULES, Recipe
from landbridge.lab.vti import NO_MERGING, decapsulate
from landbridge.sandbox.following.estate import Attachment, Connection, Estate, Hub, Tunnel
from landbridge.sandbox.following.hubs.accepting import connection

Marks = Mapping[IPv4Address, int]  # of tunnels, by AWS' outside address

# A line `keys` on the console is followed by what takes the place of all keys. Every daemon is started again when it ends.
BOOT = """modprobe -a {modules}
for f in all default; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; done
echo 1 >/proc/sys/net/ipv4/ip_forward
echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
$B mkdir /run/frr
export STRONGSWAN_CONF=/host/strongswan.conf
keys() {{
  {{ echo 'secrets {{'; while read -r line && [ "$line" != . ]; do echo "$line"; done; echo '}}'; }} >/tmp/secrets.new
  $B mv /tmp/secrets.new /tmp/secrets.conf
}}
echo '@ booted'
while read -r go; do [ "$go" = go ] && break; done
keys
ip -force -batch /host/links 2>/tmp/links.out || echo "! links: $($B tail -n 2 /tmp/links.out)"
{after_links}
iptables-legacy-restore </host/filter 2>/tmp/filter.out || echo "! filter: $($B grep -i error /tmp/filter.out)"
/guest/respawn ike /guest/ike &
for d in zebra bgpd staticd; do /guest/respawn $d /usr/lib/frr/$d -f /host/$d.conf -A 127.0.0.1 -u root -g root & done
until [ -S /run/charon.vici ] && [ -S /run/frr/bgpd.vty ] && [ -S /run/frr/staticd.vty ]; do $B usleep 10000; done
echo '@ up'
while read -r job; do
  case $job in
    '') continue ;;
    keys) keys; continue ;;
  esac
  ( $B sh /host/jobs/$job >/host/jobs/$job.out 2>/host/jobs/$job.err; s=$?
    echo $s >/host/jobs/$job.status; echo "@ job $job $s" ) &
done
echo o >/proc/sysrq-trigger
$B sleep 9
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """`ends` by the names of their connections, `tunnels` likewise as the estate has them; `dull` are tunnels that can't be answered."""

    recipe: Recipe
    ends: Mapping[str, endpoint.End]
    tunnels: Mapping[str, Tunnel]
    dull: tuple[Tunnel, ...] = ()


def marks(estate: Estate, hub: Hub, before: Marks) -> dict[IPv4Address, int]:
    """A mark for each tunnel of a hub: the one that it has had."""
    outsides = [tunnel.outside for held in estate.connections if held.hub == hub.id for tunnel in held.tunnels]
    kept = {outside: before[outside] for outside in outsides if outside in before}
    free = (number for number in range(FIRST_MARK, FIRST_MARK + len(outsides) + len(kept) + 1) if number not in kept.values())
    return kept | {outside: next(free) for outside in outsides if outside not in kept}


def shape(estate: Estate, hub: Hub, marked: Marks) -> Shape:
    """The machine of a hub."""
    attached = {held.resource: held for held in estate.attachments if held.hub == hub.id}
    ends: dict[str, endpoint.End] = {}
    tunnels: dict[str, Tunnel] = {}
    dull: list[Tunnel] = []
    static = _static(estate, hub)
    for held in (one for one in estate.connections if one.hub == hub.id):
        attachment = attached.get(held.id)
        follows = held.static_only or any(to == held.id for to in static.values())
        for tunnel in held.tunnels:
            made = _end(held, tunnel, attachment, marked[tunnel.outside], follows)
            if made is None:
                dull.append(tunnel)
            else:
                ends[made.connection.name], tunnels[made.connection.name] = made, tunnel
    by_connection = {held.id: [marked[tunnel.outside] for tunnel in held.tunnels] for held in estate.connections if held.hub == hub.id}
    inward, by_hand, networks = _routes(estate, hub, static, by_connection)
    links = [f"link set {endpoint.INTERNET} arp off up {NO_MERGING}", f"route add default dev {endpoint.INTERNET}"]
    links += [f"link set {endpoint.ATTACHMENT} arp off up {NO_MERGING}", *inward]
    announcing = endpoint.Announcing(hub.id, hub.asn, networks, 50 if hub.ecmp else 1, True, identifier(hub))
    files = endpoint.files([*ends.values()], links, announcing, by_hand)
    boot = BOOT.format(modules=MODULES, after_links=decapsulate(end.device for end in ends.values()))
    recipe = Recipe(hub.id, {**files, "boot": boot}, endpoint.secrets(ends.values()), ("booted", "up"))
    return Shape(recipe, ends, tunnels, tuple(dull))


def identifier(hub: Hub) -> IPv4Address:
    """A hub's BGP identifier: its own for as long as it is there."""
    return IPv4Address(int.from_bytes(hashlib.sha256(hub.id.encode()).digest()[:4]) | 1)


def _end(held: Connection, tunnel: Tunnel, attachment: Attachment | None, mark: int, follows: bool) -> endpoint.End | None:
    vti = f"vti{mark}" if follows else None
    made = connection(f"tunnel{mark}", tunnel, held.customer, mark, vti)
    if made is None:
        return None
    return endpoint.End(
        mark,
        tunnel.outside,
        held.customer,
        tunnel.inside[1],
        tunnel.inside[2],
        made,
        tunnel.key,
        None if held.static_only else held.customer_asn,
        follows,
        routed=attachment is not None and attachment.table != "",
        taken=attachment is not None and bool(attachment.propagates),
    )


def _static(estate: Estate, hub: Hub) -> dict[IPv4Network, str]:
    """The hub's static routes: to a VPC's or connection's id, or to "", a black hole."""
    attached = {held.id: held for held in estate.attachments if held.hub == hub.id}
    tables = {table for held in attached.values() for table in (held.table, *held.propagates)}
    return {
        route.destination: attached[route.attachment].resource if route.attachment in attached else ""
        for route in estate.hub_routes
        if route.attachment in attached or route.table in tables
    }


def _routes(
    estate: Estate, hub: Hub, static: Mapping[IPv4Network, str], tunnels: Mapping[str, list[int]]
) -> tuple[list[str], list[str], list[IPv4Network]]:
    """Lines for ip and for staticd, and what BGP announces."""
    propagating = {held.resource for held in estate.attachments if held.hub == hub.id and held.kind == "vpc" and held.propagates}
    cidrs = [cidr for vpc in estate.vpcs if vpc.id in propagating for cidr in vpc.cidrs]
    inward = dict.fromkeys([cidr for cidr in cidrs if cidr not in static])
    lines = [f"route add {cidr} dev {endpoint.ATTACHMENT}" for cidr in inward]
    by_hand: list[str] = []
    for prefix, to in static.items():
        if to in tunnels:
            by_hand += [f"{prefix} vti{mark}" for mark in tunnels[to]]
        else:
            lines.append(f"route add {prefix} dev {endpoint.ATTACHMENT}" if to else f"route add blackhole {prefix}")
    return lines, by_hand, [*inward, *(prefix for prefix, to in static.items() if to)]
