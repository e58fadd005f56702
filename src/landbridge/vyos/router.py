"""What a router's configuration means, whatever release line it is written for.

`reading` makes these values from a config tree; the lab and `verify` take them. `line` is the line of the statement in the router's
text (from 1; 0 where there is none). Algorithm names are VyOS' (`aes256gcm128`, `sha384`); times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Literal


@dataclass(frozen=True, slots=True)
class Interface:
    """An Ethernet interface, VTI or the loopback. `mss`: what TCP's MSS option is clamped to in SYN packets going out (VTI, 1.2 on)."""

    name: str
    addresses: tuple[IPv4Interface, ...]
    dhcp: bool
    mtu: int | None
    mss: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal of an IKE or ESP group. `integrity` is None for AEAD ciphers; `dh` a group number, None without.

    `prf` (VyOS' name without the prefix: `sha384`) is what an IKE proposal of an AEAD cipher takes instead of integrity, or what the
    text names; None: that of the integrity algorithm. `lines` are those of the cipher, the hash and the group (0 where the text has none).
    """

    encryption: str
    integrity: str | None
    dh: int | None
    prf: str | None = None
    lines: tuple[int, int, int] = field(default=(0, 0, 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """A site-to-site peer bound to a VTI. Addresses and ids are as written (they may be placeholders still).

    Ids are None where the text has none: then strongSwan takes the addresses. `local` is `any` where the text names a DHCP interface.
    """

    name: str
    remote: str
    local: str
    local_id: str | None
    remote_id: str | None
    secret: str = field(repr=False)
    initiate: bool
    ike_version: Literal[0, 1, 2]
    ike: tuple[Proposal, ...]
    ike_lifetime: int
    esp: tuple[Proposal, ...]
    esp_lifetime: int
    dpd_action: Literal["hold", "clear", "restart"] | None
    dpd_interval: int
    dpd_timeout: int
    vti: str
    line: int
    version_line: int = field(default=0, compare=False, repr=False)
    close_action: Literal["hold", "clear", "restart"] | None = None  # when the other end closes the tunnel


@dataclass(frozen=True, slots=True)
class Match:
    """A prefix to match an address with; `negated` for all others."""

    prefix: IPv4Network
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NatRule:
    """A rule of `nat source` (`interface` outbound) or `nat destination` (inbound).

    `translation` is None for masquerade; `exclude` leaves what matches alone.
    """

    kind: Literal["source", "destination"]
    number: int
    interface: str | None
    protocol: str
    source: Match | None
    destination: Match | None
    translation: IPv4Network | None
    exclude: bool
    line: int


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route: to a next hop, through an interface, or (neither) a blackhole."""

    prefix: IPv4Network
    next_hop: IPv4Address | None
    interface: str | None
    distance: int
    line: int


@dataclass(frozen=True, slots=True)
class Neighbor:
    address: IPv4Address
    remote_as: int
    keepalive: int
    holdtime: int
    soft_reconfiguration: bool
    route_map_in: str | None
    route_map_out: str | None
    prefix_list_in: str | None
    prefix_list_out: str | None
    activated: bool
    line: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """A `network` statement."""

    prefix: IPv4Network
    line: int


@dataclass(frozen=True, slots=True)
class Bgp:
    """`import_check`: a `network` is announced only while its prefix is in the RIB (release 1.1)."""

    asn: int
    router_id: IPv4Address | None
    networks: tuple[Announcement, ...]
    neighbors: tuple[Neighbor, ...]
    maximum_paths: int
    multipath_relax: bool
    import_check: bool
    line: int


@dataclass(frozen=True, slots=True)
class PrefixListRule:
    number: int
    permit: bool
    prefix: IPv4Network
    ge: int | None
    le: int | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class PrefixList:
    name: str
    rules: tuple[PrefixListRule, ...]
    line: int


@dataclass(frozen=True, slots=True)
class RouteMapRule:
    """`prepend` is the ASNs that are put before the AS path; `prefix_list` what must match."""

    number: int
    permit: bool
    prefix_list: str | None
    prepend: tuple[int, ...]
    local_preference: int | None
    metric: int | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class RouteMap:
    name: str
    rules: tuple[RouteMapRule, ...]
    line: int


@dataclass(frozen=True, slots=True)
class FirewallRule:
    """A rule of a chain. `sources` is empty where every source matches; a group is spelt out. Addresses are prefixes, as written
    (they may be placeholders still). `ports` are (first, last) destination ports; `states` of established, related, new, invalid."""

    number: int
    action: Literal["accept", "drop", "reject"]
    protocol: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[tuple[int, int], ...]
    states: tuple[str, ...]
    icmp_type: str | None
    line: int


@dataclass(frozen=True, slots=True)
class FirewallChain:
    name: str
    default_action: Literal["accept", "drop", "reject"]
    rules: tuple[FirewallRule, ...]
    line: int


@dataclass(frozen=True, slots=True)
class FirewallBinding:
    """A chain that rules packets to the router itself (`local`), or passing it and coming `in` or going `out`.

    `interface` is None where it does so at all of them.
    """

    chain: str
    direction: Literal["local", "in", "out"]
    interface: str | None


@dataclass(frozen=True, slots=True)
class MssPolicy:
    """A `policy route` rule that sets the MSS of TCP SYN packets coming in at an interface (release 1.1's only way)."""

    interface: str
    mss: int
    destination: IPv4Network | None
    line: int


@dataclass(frozen=True, slots=True)
class VrrpScripts:
    """The commands that are run when a group enters a state."""

    master: str | None
    backup: str | None
    fault: str | None
    stop: str | None


@dataclass(frozen=True, slots=True)
class VrrpGroup:
    """A group of unicast VRRP. `addresses` are the virtual ones, as written; `source` is what the router's own advertisements come from.

    `check` is a command that fails when the router isn't fit to be master, run every `check_interval` seconds; after `check_failures`
    failures in a row the group is in fault.
    """

    name: str
    interface: str
    vrid: int
    addresses: tuple[str, ...]
    source: IPv4Address | None
    peers: tuple[IPv4Address, ...]
    priority: int
    interval: int
    preempt: bool
    check: str | None
    check_interval: int
    check_failures: int
    scripts: VrrpScripts
    line: int


@dataclass(frozen=True, slots=True)
class Conntrack:
    """How many connections the kernel tracks at once, and the buckets of its table; a packet of one more is dropped."""

    table_size: int
    hash_size: int


@dataclass(frozen=True, slots=True)
class AdminService:
    """A way in for administrators. `passwords`: whether a password is enough."""

    name: Literal["ssh", "https"]
    ports: tuple[int, ...]
    passwords: bool
    line: int


@dataclass(frozen=True, slots=True)
class ExposedSecret:
    """A secret in clear text: of what kind, at which path (without its value) and line. What it is stays in the text."""

    kind: str
    path: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A statement that `reading` doesn't know: it has no effect on what is built from the router."""

    path: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Router:
    """One router, whatever its release line."""

    release: str
    host_name: str
    interfaces: tuple[Interface, ...]
    ipsec_interfaces: tuple[str, ...]
    peers: tuple[Peer, ...]
    nat: tuple[NatRule, ...]
    routes: tuple[StaticRoute, ...]
    bgp: Bgp | None
    prefix_lists: tuple[PrefixList, ...]
    route_maps: tuple[RouteMap, ...]
    chains: tuple[FirewallChain, ...]
    bindings: tuple[FirewallBinding, ...]
    mss_policies: tuple[MssPolicy, ...]
    conntrack: Conntrack
    vrrp: tuple[VrrpGroup, ...]
    unread: tuple[Unread, ...]
    services: tuple[AdminService, ...] = ()
    secrets: tuple[ExposedSecret, ...] = ()
