"""The manifest: what neither routers nor stacks say. Frozen values; `store` writes and reads them.

Documented for other programs in docs/manifest.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

MANIFEST_VERSION = 1


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet of a VPC. A private one is no part of the network and has no `host`, `address` or `global_`.

    `address` is the probe host's own address; `global_` the prefix that everyone else knows the subnet by.
    """

    cidr: IPv4Network
    zone: str
    host: str | None
    address: IPv4Address | None
    global_: IPv4Network | None

    @property
    def global_address(self) -> IPv4Address | None:
        """The probe host's address as everyone else knows it."""
        if self.address is None or self.global_ is None:
            return None
        return self.global_[int(self.address) - int(self.cidr.network_address)]


@dataclass(frozen=True, slots=True)
class Route:
    """A route of all of a VPC's route tables. `destination` is a prefix or "remote" (every global prefix of every other VPC);
    `target` a gateway's name or "tgw"."""

    destination: str
    target: str


@dataclass(frozen=True, slots=True)
class Vpc:
    """A site's or the hub's VPC."""

    name: str
    kind: Literal["site", "hub"]
    region: str
    cidrs: tuple[IPv4Network, ...]
    subnets: tuple[Subnet, ...]
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a gateway's security group lets in. `protocol`: tcp, udp, icmp, esp, vrrp or all. `source`: a prefix or a placeholder."""

    protocol: str
    ports: tuple[int, ...]
    source: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a connection's tunnels, as AWS is told them. Names as in the network file; times in seconds."""

    ike: Literal["ikev1", "ikev2"]
    encryption: str
    integrity: str
    dh: int
    ike_lifetime: int
    esp_lifetime: int
    dpd: int
    startup: Literal["gateway", "aws"]


@dataclass(frozen=True, slots=True)
class Tunnel:
    """A tunnel: AWS has the first usable address of `inside`, the gateway the second. `options` are its own where they aren't those of the
    gateway's other tunnel, which only stacks can say."""

    name: str
    inside: IPv4Network
    options: Options | None = None

    @property
    def aws(self) -> IPv4Address:
        return self.inside[1]

    @property
    def gateway(self) -> IPv4Address:
        return self.inside[2]


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway and its connection to the hub. `subnet` is None where it may stand in any public subnet of its VPC.

    `asn` is the customer gateway's, the ASN that AWS expects at the other end; `secondary` the fixed private address by which a pair's
    other gateway knows this one, whichever instance it is (None for a single). `text` is the digest of its text as it was rendered, None
    where nobody rendered it. `rules` is None where nobody says what is let in: then everything is; `options` where AWS' defaults hold, with
    which it takes any algorithm.
    """

    name: str
    vpc: str
    role: Literal["active", "standby"]
    release: str
    asn: int
    subnet: IPv4Network | None
    secondary: IPv4Address | None
    rules: tuple[Rule, ...] | None
    options: Options | None
    tunnels: tuple[Tunnel, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Hub:
    name: str
    asn: int


@dataclass(frozen=True, slots=True)
class Accept:
    """A warning that is known and borne, and why; `where` is the site or hub that it is about, None for everywhere."""

    code: str
    where: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    network: str
    hub: Hub
    vpcs: tuple[Vpc, ...]
    gateways: tuple[Gateway, ...]
    accept: tuple[Accept, ...] = ()
    _vpcs: Mapping[str, Vpc] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_vpcs", {vpc.name: vpc for vpc in self.vpcs})

    def vpc(self, name: str) -> Vpc:
        """A VPC by its name."""
        return self._vpcs[name]
