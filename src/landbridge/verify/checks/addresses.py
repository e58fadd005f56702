"""Address space that belongs to somebody on the Internet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from landbridge.findings import Finding, warning
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network

PRIVATE = tuple(IPv4Network(prefix) for prefix in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))


@check("public-address")
def public_addresses(network: Network) -> Iterator[Finding]:
    """Every CIDR of a VPC, and every prefix that others know it by, is private address space.

    Passes where all of them lie in RFC 1918's three blocks or in RFC 6598's shared one.
    Warns, once a VPC, where one doesn't: whoever has it on the Internet can't be reached from the network.
    Source: RFC 1918, section 3; RFC 6598, section 7.
    """
    for vpc in network.manifest.vpcs:
        local = {subnet.cidr for subnet in vpc.subnets}
        others = (subnet.global_ for subnet in vpc.subnets if subnet.global_ is not None and subnet.global_ not in local)
        for key, uses, prefixes in (("cidrs", "'s VPC uses", vpc.cidrs), ("subnets", " is known to the others by", others)):
            public = ", ".join(map(str, _public(prefixes)))
            if public:
                yield warning(
                    "public-address",
                    f"{vpc.name}{uses} public address space, {public}: the Internet's owner of it can't be reached from the network.",
                    network.places.manifest(vpc.name, f"vpcs.{vpc.name}.{key}"),
                    "Renumber it, or accept it with a reason.",
                )


def _public(prefixes: Iterable[IPv4Network]) -> list[IPv4Network]:
    return [prefix for prefix in prefixes if not any(prefix.subnet_of(private) for private in PRIVATE)]
