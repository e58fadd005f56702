"""Where a rehearsal takes place: a lab that follows an embedded AWS, one site of the network in it, and the two hosts that talk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any, Literal

from landbridge.artifacts.manifest import Gateway, Manifest, Subnet
from landbridge.findings import LandbridgeError, error
from landbridge.lab import launching

Record = dict[str, Any]
Kind = Literal["pair", "single"]


@dataclass(frozen=True, slots=True)
class Stage:
    """`routes` is how many routes lead to the site's gateways: one for each route table and prefix list. `boot_s` is how long an instance
    takes to boot here."""

    lab: str
    endpoint: str
    manifest: Manifest
    site: str
    routes: int
    boot_s: float

    @property
    def gateways(self) -> tuple[Gateway, ...]:
        return tuple(one for one in self.manifest.gateways if one.vpc == self.site)

    @property
    def kind(self) -> Kind:
        return "pair" if len(self.gateways) == 2 else "single"

    @property
    def region(self) -> str:
        return self.manifest.vpc(self.site).region

    @property
    def healer(self) -> str:
        """The function that heals, which is its session's name too."""
        return f"{self.manifest.network}-heal"

    def ask(self, operation: str, **words: Any) -> Record:  # noqa: ANN401 - each operation's own
        return launching.ask(self.lab, {"op": operation, **words})

    def active(self) -> str:
        """The gateway that the VPC's routes lead to. Raises LandbridgeError where that is none of a pair's."""
        if self.kind == "single":
            return self.gateways[0].name
        found = next((pair["routes_to"] for pair in self.ask("standing")["pairs"] if pair["site"] == self.site), "")
        if not found:
            raise LandbridgeError(error("lab", f"{self.site}'s routes lead to no gateway, so nothing of it can be broken"))
        return str(found)

    def zone(self, gateway: str) -> str:
        """The zone that a gateway stands in; "" where it may be any."""
        subnet = next(one.subnet for one in self.gateways if one.name == gateway)
        return next((one.zone for one in self.manifest.vpc(self.site).subnets if one.cidr == subnet), "")

    def ends(self, gateway: str) -> frozenset[IPv4Address]:
        """A gateway's ends of its tunnels: by these the hub's routes tell where they lead."""
        return frozenset(tunnel.gateway for one in self.gateways if one.name == gateway for tunnel in one.tunnels)


def likely(manifest: Manifest) -> str:
    """The site that is the most worth a rehearsal: a pair's rather than a single's, one with an address that another site has, too, rather
    than one without. Raises LandbridgeError where no site has a host."""
    able = [vpc for vpc in manifest.vpcs if vpc.kind == "site" and _hosts(vpc.subnets)]
    if not able:
        raise LandbridgeError(error("lab", f"{manifest.network} has no site with a host that could talk"))

    def worth(name: str) -> tuple[bool, bool]:
        others = {one.address for vpc in manifest.vpcs if vpc.name != name for one in _hosts(vpc.subnets)}
        own = {one.address for one in _hosts(manifest.vpc(name).subnets)}
        return sum(gateway.vpc == name for gateway in manifest.gateways) == 2, bool(own & others)

    return max(able, key=lambda vpc: worth(vpc.name)).name  # of equals the first


def chosen(manifest: Manifest, site: str, away_from: str = "") -> tuple[str, str]:
    """A host of the site, in another zone than `away_from`, and one elsewhere; two that have one address where there are such. Raises
    LandbridgeError."""
    own = [one for one in _hosts(manifest.vpc(site).subnets) if not away_from or one.zone != away_from]
    others = [one for vpc in manifest.vpcs if vpc.name != site for one in _hosts(vpc.subnets)]
    both = ((one, other) for one in own for other in others)
    found = sorted(both, key=lambda pair: (pair[0].address != pair[1].address, own.index(pair[0]), others.index(pair[1])))
    if not found:
        where = f" outside zone {away_from}" if away_from else ""
        raise LandbridgeError(error("lab", f"{site} has no host{where} that talks to another site's", remedy="Name another site."))
    host, other = found[0]
    assert host.host is not None
    assert other.host is not None
    return host.host, other.host


def _hosts(subnets: Iterable[Subnet]) -> list[Subnet]:
    return [one for one in subnets if one.host is not None]


def global_address(manifest: Manifest, host: str) -> IPv4Address:
    """What everyone else knows a host by."""
    found = next(one.global_address for vpc in manifest.vpcs for one in vpc.subnets if one.host == host)
    assert found is not None
    return found
