"""Default AWS quotas that the network comes near to, or passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from landbridge.artifacts.manifest import Manifest, Vpc
from landbridge.findings import Finding, Where, warning
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network

ATTACHMENTS = 5000  # a Transit Gateway
VPN_CONNECTIONS = 50  # a Region
ELASTIC_IPS = 5  # a Region
ROUTES_TO_HUB = 1000  # from a gateway, over one VPN connection
ROUTES_FROM_HUB = 5000  # to a gateway, over one VPN connection
ROUTES_OF_TABLE = 50  # a VPC route table; may be raised to 1,000
LIST_ENTRIES = 1000  # a prefix list
NEAR = 0.8


@dataclass(frozen=True, slots=True)
class _Count:
    used: int
    quota: int
    what: str
    where: Where
    remedy: str = "Ask AWS for more before you deploy."


@check("quota")
def near_quotas(network: Network) -> Iterator[Finding]:
    """No default quota of AWS is near (80%) or passed.

    Counts a Transit Gateway's attachments (5,000), VPN connections of a Region (50), Elastic IPs of a Region (5), routes from a gateway
    to the hub (1,000) and back (5,000), a VPC route table's routes (50, at most 1,000) and the entries of a prefix list of all remote
    prefixes (1,000). Of all VPCs only the one nearest to each quota is named.
    Passes below 80% of each. Warns from there on: an account's own quotas may be higher.
    Source: AWS, "Site-to-Site VPN quotas", "Quotas for your transit gateways", "Amazon VPC quotas".
    """
    for count in _counts(network):
        if count.used >= NEAR * count.quota:
            state = "passed" if count.used > count.quota else "near"
            what = f"{count.used:,} {count.what}; AWS' default quota is {count.quota:,}, which is {state}."
            yield warning("quota", what, count.where, count.remedy)


def _counts(network: Network) -> Iterator[_Count]:
    manifest, places = network.manifest, network.places
    hub = manifest.hub.name
    region = next((vpc.region for vpc in manifest.vpcs if vpc.kind == "hub"), f"{hub}'s Region")
    gateways = len(manifest.gateways)
    at_hub = places.manifest(hub, f"vpcs.{hub}")
    yield _Count(gateways + any(vpc.kind == "hub" for vpc in manifest.vpcs), ATTACHMENTS, f"attachments to {hub}'s Transit Gateway", at_hub)
    yield _Count(gateways, VPN_CONNECTIONS, f"VPN connections in {region}", at_hub)

    regions = {vpc.name: vpc.region for vpc in manifest.vpcs}
    for where, used in Counter(regions[gateway.vpc] for gateway in manifest.gateways).items():
        yield _Count(used, ELASTIC_IPS, f"Elastic IPs in {where} (one a gateway)", places.manifest("", f"regions.{where}"))

    announced = {gateway.name: len(bgp.networks) if (bgp := network.routers[gateway.name].bgp) else 0 for gateway in manifest.gateways}
    if announced:
        most = max(announced, key=announced.__getitem__)
        yield _Count(announced[most], ROUTES_TO_HUB, f"routes from {most} to the hub", places.router(most, path="protocols bgp"))
    yield from _remote(network, manifest)


def _remote(network: Network, manifest: Manifest) -> Iterator[_Count]:
    """What the VPCs have to know of each other."""
    own = {vpc.name: sum(subnet.global_ is not None for subnet in vpc.subnets) for vpc in manifest.vpcs}
    every = sum(own.values())
    sites = [vpc for vpc in manifest.vpcs if vpc.kind == "site"]
    if not sites:
        return

    def routes(vpc: Vpc) -> int:
        return sum(every - own[vpc.name] if route.destination == "remote" else 1 for route in vpc.routes)

    least, fullest = min(sites, key=lambda vpc: own[vpc.name]), max(sites, key=routes)
    remote = every - own[least.name]
    at_least = network.places.manifest(least.name, f"vpcs.{least.name}.subnets")
    yield _Count(remote, ROUTES_FROM_HUB, f"routes from the hub to {least.name}", at_least)
    at_fullest = network.places.manifest(fullest.name, f"vpcs.{fullest.name}.routes")
    yield _Count(
        routes(fullest),
        ROUTES_OF_TABLE,
        f"routes in each route table of {fullest.name}'s VPC",
        at_fullest,
        "Ask AWS for more before you deploy; 1,000 is the most.",
    )
    yield _Count(
        remote,
        LIST_ENTRIES,
        f"remote prefixes in a prefix list of {least.name}'s routes",
        at_least,
        "Share the prefixes among several lists.",
    )
