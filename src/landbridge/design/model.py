"""The design: a network with every choice made. Frozen values; each is made once, by the step that decides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from landbridge.design.lock import Lock
from landbridge.findings import Finding
from landbridge.intent.model import Accept, Account, Image, Vpn

Role = Literal["active", "standby"]

HOST_NUMBER = 10  # the probe host's place in its subnet: 172.88.88.0/24 has it at 172.88.88.10
SECONDARY_NUMBER = -2  # a pair's secondary address: the last that AWS leaves usable, the furthest from those it gives out first


@dataclass(frozen=True, slots=True)
class Overlap:
    """A maximal cluster of overlapping ranges: the widest prefix of the cluster and the sites and hubs that hold part of it."""

    prefix: IPv4Network
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """A 1:1 translation of a site's subnet: same length, host part kept."""

    site: str
    local: IPv4Network
    global_: IPv4Network
    pinned: bool


@dataclass(frozen=True, slots=True)
class SubnetPlan:
    """A subnet of a site or hub. `number` is its place in the file (from 1); a private one is no part of the network."""

    owner: str
    number: int
    zone: str
    local: IPv4Network
    global_: IPv4Network
    private: bool

    @property
    def host(self) -> str:
        """The name of the probe host in this subnet."""
        return f"{self.owner}-{self.number}"

    @property
    def host_address(self) -> IPv4Address:
        """The probe host's own address."""
        return self.local[HOST_NUMBER]

    @property
    def host_global_address(self) -> IPv4Address:
        """The probe host's address as everyone else knows it."""
        return self.global_[HOST_NUMBER]


@dataclass(frozen=True, slots=True)
class VpnOptions:
    """One site's IPsec options, every one decided. Algorithm names as in the network file; times in seconds."""

    ike: Literal["ikev1", "ikev2"]
    encryption: str
    integrity: str
    dh: int
    ike_lifetime: int
    esp_lifetime: int
    dpd: int
    startup: Literal["gateway", "aws"]


@dataclass(frozen=True, slots=True)
class TunnelPlan:
    """One IPsec tunnel of a gateway: number 1 or 2, and its /30 of inside addresses."""

    name: str
    number: int
    inside: IPv4Network

    @property
    def aws(self) -> IPv4Address:
        """AWS' end: the first usable address."""
        return self.inside[1]

    @property
    def gateway(self) -> IPv4Address:
        """The gateway's end: the second usable address."""
        return self.inside[2]


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """What a gateway's security group lets in: from `source` (a prefix, or a placeholder for an address), for `purpose`.

    `protocol` is tcp, udp, icmp, esp, vrrp or all; `ports` the destination ports of tcp and udp.
    """

    protocol: str
    ports: tuple[int, ...]
    source: str
    purpose: str


@dataclass(frozen=True, slots=True)
class GatewayPlan:
    """A VyOS router. `subnet` is None where Auto Scaling may put it into any public zone of its VPC (an unmarked `single`).

    `secondary` is the fixed private address by which a pair's other gateway knows it, whichever instance it is; a single has none. `image`
    is None where the file names none: then it is the newest official one of the release.
    """

    name: str
    site: str
    role: Role
    asn: int
    release: str
    image: Image | None
    instance_type: str
    subnet: IPv4Network | None
    secondary: IPv4Address | None
    tunnels: tuple[TunnelPlan, ...]
    rules: tuple[SecurityRule, ...]


@dataclass(frozen=True, slots=True)
class VpcRoute:
    """A route of all the VPC's route tables. `destination` is a prefix, or "remote": every global prefix of every other VPC.

    `target` is a gateway's name, or "tgw".
    """

    destination: str
    target: str


@dataclass(frozen=True, slots=True)
class HubPlan:
    """The hub. `account` is None where the file names none, `vpc_id` where landbridge makes the VPC (if there is one)."""

    name: str
    region: str
    account: Account | None
    asn: int
    vpc_id: str | None
    cidrs: tuple[IPv4Network, ...]
    subnets: tuple[SubnetPlan, ...]
    routes: tuple[VpcRoute, ...]


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site with every choice made. `advertised` is what its gateways announce: the global prefixes of its subnets; `account` and
    `vpc_id` as for the hub."""

    name: str
    hub: str
    region: str
    account: Account | None
    asn: int
    vpc_id: str | None
    cidrs: tuple[IPv4Network, ...]
    subnets: tuple[SubnetPlan, ...]
    gateways: tuple[GatewayPlan, ...]
    translations: tuple[Translation, ...]
    advertised: tuple[IPv4Network, ...]
    routes: tuple[VpcRoute, ...]
    vpn: VpnOptions


@dataclass(frozen=True, slots=True)
class Admin:
    """Who may log in to the gateways: from where, and with which OpenSSH public keys."""

    cidrs: tuple[IPv4Network, ...]
    ssh_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """One ordered pair of subnets of different VPCs, and the address that the first uses for the second's host."""

    source: SubnetPlan
    destination: SubnetPlan
    address: IPv4Address


@dataclass(frozen=True, slots=True)
class Design:
    """The whole network. To go on from: what the file accepts, what it asks of IPsec (`vpn`), and the lock with this design's choices.

    `tags` are those that everything made in AWS has."""

    network: str
    hub: HubPlan
    sites: tuple[SitePlan, ...]
    overlaps: tuple[Overlap, ...]
    admin: Admin
    findings: tuple[Finding, ...]
    accept: tuple[Accept, ...]
    vpn: Vpn
    lock: Lock
    tags: Mapping[str, str]

    @property
    def translations(self) -> tuple[Translation, ...]:
        return tuple(translation for site in self.sites for translation in site.translations)

    def reachability(self) -> Iterator[Reach]:
        """Every ordered pair of (not private) subnets of different VPCs: quadratic, so made one by one."""
        vpcs = [self.hub.subnets, *(site.subnets for site in self.sites)]
        for here in vpcs:
            for there in vpcs:
                if here is there:
                    continue
                for source in here:
                    for destination in there:
                        if not source.private and not destination.private:
                            yield Reach(source, destination, destination.host_global_address)
