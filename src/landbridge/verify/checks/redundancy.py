"""What a site has of its gateways: one, or two that take over from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.findings import Finding, warning
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network
from landbridge.vyos.router import VrrpGroup

_CODE = "single-point-of-failure"


@check(_CODE)
def redundant_gateways(network: Network) -> Iterator[Finding]:
    """Every site has two gateways, in two zones, that watch each other by VRRP.

    Passes where no gateway and no zone takes the site with it, and each gateway hears when the other falls silent.
    Warns where a site has one gateway; where all its gateways stand in one zone; and where two gateways have no VRRP group in common
    (the same interface id, each other's address as peer), so that nobody takes over.
    Source: RFC 9568, section 5.2.3 (the group's id); AWS, "Regions and Zones" (a zone fails as a whole).
    """
    gateways: dict[str, list[Gateway]] = defaultdict(list)
    for gateway in network.manifest.gateways:
        gateways[gateway.vpc].append(gateway)
    for vpc in network.manifest.vpcs:
        its = gateways[vpc.name]
        if len(its) == 1:
            yield _single(network, its[0])
        elif its:
            yield from _one_zone(network, vpc, its)
            for one, other in combinations(its, 2):
                yield from _unwatched(network, one, other)


def _single(network: Network, gateway: Gateway) -> Finding:
    return warning(
        _CODE,
        f"{gateway.vpc} has one gateway, {gateway.name}: while it is gone, the site is cut off.",
        network.places.manifest(gateway.name, f"gateways.{gateway.name}"),
        "Make the site's availability `pair`, or accept it with a reason.",
    )


def _one_zone(network: Network, vpc: Vpc, gateways: list[Gateway]) -> Iterator[Finding]:
    zones = {subnet.cidr: subnet.zone for subnet in vpc.subnets}
    standing = {zones.get(gateway.subnet) if gateway.subnet is not None else None for gateway in gateways}
    zone = standing.pop()
    if zone is not None and not standing:
        names = " and ".join(gateway.name for gateway in gateways)
        yield warning(
            _CODE,
            f"{names} both stand in zone {zone}: when it fails, {vpc.name} is cut off."
            if len(gateways) == 2
            else f"{names} all stand in zone {zone}: when it fails, {vpc.name} is cut off.",
            network.places.manifest(gateways[-1].name, f"gateways.{gateways[-1].name}.subnet"),
            "Let one stand in a subnet of another zone.",
        )


def _unwatched(network: Network, one: Gateway, other: Gateway) -> Iterator[Finding]:
    mine, theirs = network.routers[one.name].vrrp, network.routers[other.name].vrrp
    if any(_hear_each_other(a, b) for a in mine for b in theirs):
        return
    silent = [gateway for gateway, groups in ((one, mine), (other, theirs)) if not groups]
    if silent:
        names = " and ".join(gateway.name for gateway in silent)
        what = f"{names} {'has' if len(silent) == 1 else 'have'} no VRRP group"
        where = network.places.router(silent[0].name, 0, "high-availability vrrp")
    else:
        what = f"the VRRP groups of {one.name} and {other.name} have no id in common, or don't name each other as peer"
        where = network.places.router(other.name, theirs[0].line, "high-availability vrrp")
    yield warning(
        _CODE,
        f"{what}: when one of {one.name} and {other.name} fails, the other doesn't take over.",
        where,
        "Give both the same vrid, their own hello-source-address and the other's as peer-address.",
    )


def _hear_each_other(one: VrrpGroup, other: VrrpGroup) -> bool:
    known = one.source is not None and other.source is not None
    return one.vrid == other.vrid and (not known or (one.source in other.peers and other.source in one.peers))
