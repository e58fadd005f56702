"""AWS' end of VPN connections: a Transit Gateway's machine, from its tunnels and what it announces. Pure.

Whoever knows the tunnels, an artifact's manifest or the embedded AWS, makes `End`s of them; what a machine does with an end is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from landbridge.lab.daemons import frr, netfilter, strongswan
from landbridge.lab.vti import VTI_MTU, vti

INTERNET, ATTACHMENT = "vec0", "vec1"
# AWS answers with this MSS in its own downloads, and a Transit Gateway clamps what passes it.
MSS = 1379


@dataclass(frozen=True, slots=True)
class End:
    """AWS' end of a tunnel. `asn` is the gateway's, None without BGP. `follows`: the interface is up only while the tunnel is, as what is
    routed to it by hand must find the other tunnel. `routed`: what comes by it is looked up in a table of the hub, and it is told that
    table's routes; `taken`: what it announces is, too."""

    mark: int
    outside: IPv4Address
    peer: IPv4Address
    aws: IPv4Address
    gateway: IPv4Address
    connection: strongswan.Connection
    key: str = field(repr=False)
    asn: int | None = None
    follows: bool = False
    routed: bool = True
    taken: bool = True

    @property
    def device(self) -> str:
        return f"vti{self.mark}"


@dataclass(frozen=True, slots=True)
class Announcing:
    """The hub's own side of BGP: its AS number, what it announces, how many equal paths it spreads over, and whether each update is
    written down. Without a `router`, its BGP identifier, it has that of an address, and another one whenever its addresses change."""

    name: str
    asn: int
    networks: Sequence[IPv4Network]
    paths: int = 50
    telling: bool = False
    router: IPv4Address | None = None


def files(ends: Sequence[End], links: Iterable[str], announcing: Announcing, static: Iterable[str] = ()) -> dict[str, str]:
    """The files of a hub's machine but for how it boots. `links` are lines for `ip -batch` besides the tunnels', `static` for staticd."""
    lines = ["link set lo up", *links, *(line for end in ends for line in _links(end))]
    spokes = [frr.Spoke(end.gateway, end.asn, end.routed, end.taken) for end in ends if end.asn is not None]
    bgp = frr.hub_bgp(announcing.name, announcing.asn, spokes, announcing.networks, announcing.paths, announcing.router)
    return {
        "links": "".join(f"{line}\n" for line in lines),
        "peers": "".join(f"{end.outside} {end.peer} {'aws' if end.connection.start else 'gateway'}\n" for end in ends),
        "filter": netfilter.hub([end.device for end in ends if not end.routed], MSS),
        "strongswan.conf": strongswan.strongswan(strongswan.HUB_RETRANSMISSION),
        "swanctl.conf": strongswan.swanctl(end.connection for end in ends),
        "zebra.conf": frr.zebra(announcing.name),
        "bgpd.conf": bgp + (frr.TELL_UPDATES if announcing.telling else ""),
        "staticd.conf": frr.zebra(announcing.name) + "".join(f"ip route {line}\n" for line in static),
    }


def secrets(ends: Iterable[End]) -> tuple[str, ...]:
    """The ends' keys, as swanctl takes them."""
    return tuple(strongswan.secret(end.mark, end.key, str(end.outside)) for end in ends)


def _links(end: End) -> list[str]:
    made = vti(end.device, end.mark, end.outside, end.peer, f"{end.aws}/30", VTI_MTU)
    return [f"addr add {end.outside}/32 dev lo", *made, *([] if end.follows else [f"link set {end.device} up"])]
