"""The status of a gateway, whatever release told it: security associations, BGP sessions, learned routes, and tunnels put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ESTABLISHED = "Established"  # BGP's word
UP = "ESTABLISHED"  # strongSwan's word
NO_CHILD = "NO CHILD"
DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class IkeSa:
    """An IKE SA. `connection` is its name where the router tells one; `state` is strongSwan's word; `uptime` in seconds."""

    connection: str | None
    remote: str
    state: str
    version: int | None
    uptime: int | None


@dataclass(frozen=True, slots=True)
class ChildSa:
    """A pair of ESP SAs. `remote` is None where the router names only the connection; bytes are None where it doesn't count them.

    Text rounds bytes to a unit (`5.2K`): what stands here is what it means, not what was counted.
    """

    connection: str
    remote: str | None
    up: bool
    bytes_in: int | None
    bytes_out: int | None
    uptime: int | None


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A BGP neighbor. `state` is the daemon's word; prefixes are None where it doesn't say; `uptime` in seconds, None if never up."""

    address: str
    asn: int
    state: str
    received: int | None
    sent: int | None
    uptime: int | None

    @property
    def up(self) -> bool:
        return self.state == ESTABLISHED


@dataclass(frozen=True, slots=True)
class LearnedRoute:
    """One way that a prefix was learned by. `used`: it is in the kernel's table."""

    prefix: str
    next_hop: str | None
    interface: str | None
    used: bool
    uptime: int | None


@dataclass(frozen=True, slots=True)
class TunnelEnds:
    """How a router's answers name a tunnel: its connections, AWS' outside address (None: not known), and the BGP neighbor in it."""

    name: str
    gateway: str
    interface: str
    connections: tuple[str, ...]
    remote: str | None
    neighbor: str


@dataclass(frozen=True, slots=True)
class TunnelStatus:
    """A tunnel as its gateway knows it. `ike` is strongSwan's word, `NO CHILD` or `DOWN`; `bgp` the routing daemon's, or `none`."""

    name: str
    gateway: str
    interface: str
    ike: str
    bytes_in: int
    bytes_out: int
    bgp: str
    prefixes_received: int
    prefixes_sent: int
    uptime: int | None = None

    @property
    def up(self) -> bool:
        return self.ike == UP and self.bgp == ESTABLISHED


def tunnel_status(
    ends: TunnelEnds, ikes: Iterable[IkeSa], children: Iterable[ChildSa], neighbors: Iterable[Neighbor], unknown: str = "none"
) -> TunnelStatus:
    """A tunnel's status, from all that its gateway said; `unknown` is the state of a neighbor that isn't there."""
    mine = [child for child in children if _is_of(ends, child.connection, child.remote)]
    live = [child for child in mine if child.up]
    neighbor = next((one for one in neighbors if one.address == ends.neighbor), None)
    uptimes = [child.uptime for child in live if child.uptime is not None]
    return TunnelStatus(
        ends.name,
        ends.gateway,
        ends.interface,
        _ike_state([ike for ike in ikes if _is_of(ends, ike.connection, ike.remote)], live),
        sum(child.bytes_in or 0 for child in live),
        sum(child.bytes_out or 0 for child in live),
        neighbor.state if neighbor is not None else unknown,
        (neighbor.received or 0) if neighbor is not None else 0,
        (neighbor.sent or 0) if neighbor is not None else 0,
        max(uptimes, default=None),
    )


def _is_of(ends: TunnelEnds, connection: str | None, remote: str | None) -> bool:
    return connection in ends.connections if connection is not None and ends.connections else remote is not None and remote == ends.remote


def _ike_state(ikes: Sequence[IkeSa], live: Sequence[ChildSa]) -> str:
    """Of several SAs of one tunnel (one is being replaced) the established one counts; without a child no traffic passes."""
    if live:
        return UP  # a child lives under no other
    if any(ike.state == UP for ike in ikes):
        return NO_CHILD
    return ikes[0].state if ikes else DOWN
