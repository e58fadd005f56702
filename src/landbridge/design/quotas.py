"""Default AWS quotas that the network comes near to, or passes.

Numbers: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html, …/vpc/latest/tgw/transit-gateway-quotas.html and
…/vpc/latest/userguide/amazon-vpc-limits.html; an account's own may be higher.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landbridge.design.concern import Concern
from landbridge.design.model import HubPlan, SitePlan
from landbridge.findings import warning
from landbridge.intent.document import Document

ATTACHMENTS = 5000  # a Transit Gateway
VPN_CONNECTIONS = 50  # a Region
ELASTIC_IPS = 5  # a Region
ROUTES_TO_HUB = 1000  # from a gateway, over one VPN connection
ROUTES_FROM_HUB = 5000  # to a gateway, over one VPN connection
ROUTES_OF_TABLE = 50  # a VPC route table; may be raised to 1,000
NEAR = 0.8


@dataclass(frozen=True, slots=True)
class _Count:
    used: int
    quota: int
    what: str
    owner: str | None


def near_quotas(document: Document, hub: HubPlan, sites: Iterable[SitePlan]) -> Iterator[Concern]:
    """A concern for each quota of which 80% or more would be used. Of all VPCs, only the one nearest to each quota is named."""
    for count in _counts(hub, tuple(sites)):
        if count.used >= NEAR * count.quota:
            passed = count.used > count.quota
            what = f"{count.used} {count.what}; AWS' default quota is {count.quota}"
            path = () if count.owner is None else ("hubs" if count.owner == hub.name else "sites", count.owner)
            yield Concern(
                warning(
                    "quota",
                    f"{what}, which is {'passed' if passed else 'near'}.",
                    document.where(*path),
                    "Ask AWS for more before you deploy.",
                ),
                count.owner,
            )


def _counts(hub: HubPlan, sites: tuple[SitePlan, ...]) -> Iterator[_Count]:
    gateways = sum(len(site.gateways) for site in sites)
    yield _Count(gateways + bool(hub.cidrs), ATTACHMENTS, f"attachments to {hub.name}'s Transit Gateway", hub.name)
    yield _Count(gateways, VPN_CONNECTIONS, f"VPN connections in {hub.region}", hub.name)

    addresses: Counter[str] = Counter()
    for site in sites:
        addresses[site.region] += len(site.gateways)
    for region, used in addresses.items():
        yield _Count(used, ELASTIC_IPS, f"Elastic IPs in {region} (one a gateway)", None)

    own = {site.name: len(site.advertised) for site in sites}
    own[hub.name] = sum(not subnet.private for subnet in hub.subnets)
    every = sum(own.values())
    if sites:
        most = max(sites, key=lambda site: own[site.name]).name
        least = min(sites, key=lambda site: own[site.name]).name
        yield _Count(own[most], ROUTES_TO_HUB, f"routes from {most} to the hub", most)
        yield _Count(every - own[least], ROUTES_FROM_HUB, f"routes from the hub to {least}", least)
        yield _Count(every - own[least], ROUTES_OF_TABLE, f"remote prefixes in each route table of {least}'s VPC", least)
