"""The facts that a cloud would give: the lab's own outside addresses, Elastic IPs, private addresses and keys."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from landbridge.artifacts.manifest import Gateway, Manifest, Vpc
from landbridge.findings import LandbridgeError, error

# The lab's Internet: RFC 2544's block for tests, or, where the network itself uses that, blocks that it hardly uses too.
INTERNETS = tuple(map(IPv4Network, ("198.18.0.0/15", "54.0.0.0/15", "18.0.0.0/15", "3.0.0.0/15")))
KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
GATEWAY_NUMBERS = {"a": 5, "b": 6}  # a gateway's place in its subnet


@dataclass(frozen=True, slots=True)
class Link:
    """A point-to-point link of the fabric, and the addresses of its two ends."""

    network: IPv4Network

    @property
    def near(self) -> IPv4Address:
        return self.network[1]

    @property
    def far(self) -> IPv4Address:
        return self.network[2]


@dataclass(frozen=True, slots=True)
class Addressing:
    """Every address that the lab chooses, by the name of what has it. Keys are made anew for each lab and never shown."""

    outside: Mapping[str, IPv4Address]
    eip: Mapping[str, IPv4Address]
    private: Mapping[str, IPv4Address]
    subnet: Mapping[str, IPv4Network]
    router: Mapping[str, IPv4Address]
    hub_link: Link
    attachment: Link
    igw_links: Mapping[str, Link]
    eips: IPv4Network
    keys: Mapping[str, str] = field(repr=False)

    def placeholders(self) -> dict[str, str]:
        """What each placeholder of a router's text stands for here."""
        values = {f"psk:{tunnel}": key for tunnel, key in self.keys.items()}
        for kind, addresses in (("outside", self.outside), ("eip", self.eip), ("private", self.private), ("router", self.router)):
            values.update({f"{kind}:{name}": str(address) for name, address in addresses.items()})
        return values


def address(manifest: Manifest) -> Addressing:
    """Choose the lab's addresses. Raises LandbridgeError where the network leaves the lab no room for an Internet, or for a gateway."""
    internet = _internet(prefix for vpc in manifest.vpcs for prefix in (*vpc.cidrs, *_globals(vpc)))
    outsides, eips = internet.subnets(prefixlen_diff=1)
    outside_half, links = outsides.subnets(prefixlen_diff=1)
    spare = links.subnets(new_prefix=30)
    tunnels = [tunnel.name for gateway in manifest.gateways for tunnel in gateway.tunnels]
    subnets = {gateway.name: _subnet(manifest, gateway) for gateway in manifest.gateways}
    return Addressing(
        outside={name: outside_half[number] for number, name in enumerate(tunnels, 1)},
        eip={gateway.name: eips[number] for number, gateway in enumerate(manifest.gateways, 1)},
        private=_privates(manifest, subnets),
        subnet=subnets,
        router={name: subnet[1] for name, subnet in subnets.items()},
        hub_link=Link(next(spare)),
        attachment=Link(next(spare)),
        igw_links={vpc.name: Link(next(spare)) for vpc in manifest.vpcs},
        eips=eips,
        keys={name: "".join(secrets.choice(KEY_LETTERS) for _ in range(32)) for name in tunnels},
    )


def _globals(vpc: Vpc) -> list[IPv4Network]:
    return [subnet.global_ for subnet in vpc.subnets if subnet.global_ is not None]


def _internet(used: Iterable[IPv4Network]) -> IPv4Network:
    taken = list(used)
    for block in INTERNETS:
        if not any(block.overlaps(prefix) for prefix in taken):
            return block
    raise LandbridgeError(
        error("lab", f"the network uses each of {', '.join(map(str, INTERNETS))}, and the lab needs one for its Internet")
    )


def _subnet(manifest: Manifest, gateway: Gateway) -> IPv4Network:
    if gateway.subnet is not None:
        return gateway.subnet
    for subnet in manifest.vpc(gateway.vpc).subnets:
        if subnet.host:
            return subnet.cidr
    raise LandbridgeError(error("lab", f"{gateway.vpc} has no subnet that its gateway {gateway.name} can stand in"))


def _privates(manifest: Manifest, subnets: Mapping[str, IPv4Network]) -> dict[str, IPv4Address]:
    private: dict[str, IPv4Address] = {}
    for gateway in manifest.gateways:
        subnet, number = subnets[gateway.name], GATEWAY_NUMBERS.get(gateway.name[-1], 7)
        if subnet.num_addresses <= number + 1:
            raise LandbridgeError(error("lab", f"{subnet} is too small for the gateway {gateway.name}"))
        private[gateway.name] = subnet[number]
        for own in manifest.vpc(gateway.vpc).subnets:
            if own.address == subnet[number]:
                raise LandbridgeError(error("lab", f"{own.host} has the address that the lab gives {gateway.name}: {own.address}"))
    return private
