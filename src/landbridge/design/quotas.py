"""AWS quotas that the network comes near to, or passes: the defaults, or an account's own where they were asked for.

Numbers: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html, …/vpc/latest/tgw/transit-gateway-quotas.html and
…/vpc/latest/userguide/amazon-vpc-limits.html.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import collapse_addresses

from landbridge.design.concern import Concern
from landbridge.design.lists import list_sizes
from landbridge.design.model import HubPlan, SitePlan
from landbridge.findings import warning
from landbridge.intent.document import Document
from landbridge.intent.model import Account

ATTACHMENTS = 5000  # a Transit Gateway
VPN_CONNECTIONS = 50  # a Region
CUSTOMER_GATEWAYS = 50  # a Region
ELASTIC_IPS = 5  # a Region
VPCS = 5  # a Region; the default VPC is one of them
PREFIX_LISTS = 100  # a Region
RULES_OF_GROUP = 60  # coming in, of a security group
ROUTES_TO_HUB = 1000  # from a gateway, over one VPN connection
ROUTES_FROM_HUB = 5000  # to a gateway, over one VPN connection
ROUTES_OF_TABLE = 50  # a VPC route table; may be raised to 1,000
NEAR = 0.8


@dataclass(frozen=True, slots=True)
class Quota:
    """A quota of an account (None: whatever credentials there are) in a Region; `default` is what AWS gives to everyone."""

    name: str
    default: int
    account: Account | None
    region: str


@dataclass(frozen=True, slots=True)
class _Count:
    used: int
    quota: Quota
    what: str
    owner: str | None


def quotas_of(hub: HubPlan, sites: Iterable[SitePlan]) -> tuple[Quota, ...]:
    """The quotas that a network counts against."""
    return tuple(dict.fromkeys(count.quota for count in _counts(hub, tuple(sites))))


def near_quotas(document: Document, hub: HubPlan, sites: Iterable[SitePlan], asked: Mapping[Quota, int]) -> Iterator[Concern]:
    """A concern for each quota of which 80% or more would be used. Of all VPCs, only the one nearest to each quota is named. `asked` are
    those of which the account's own is known."""
    for count in _counts(hub, tuple(sites)):
        quota = asked.get(count.quota, count.quota.default)
        if count.used >= NEAR * quota:
            passed = count.used > quota
            whose = "the account's quota" if count.quota in asked else "AWS' default quota"
            what = f"{count.used} {count.what}; {whose} is {quota}"
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
    def at_hub(name: str, default: int) -> Quota:
        return Quota(name, default, hub.account, hub.region)

    gateways = sum(len(site.gateways) for site in sites)
    attachments = at_hub("attachments", ATTACHMENTS)
    yield _Count(gateways + bool(hub.cidrs), attachments, f"attachments to {hub.name}'s Transit Gateway", hub.name)
    yield _Count(gateways, at_hub("vpn-connections", VPN_CONNECTIONS), f"VPN connections in {hub.region}", hub.name)

    yield _Count(gateways, at_hub("customer-gateways", CUSTOMER_GATEWAYS), f"customer gateways in {hub.region}", hub.name)
    yield from _rules(sites)
    yield from _vpcs(hub, sites)

    addresses: Counter[Quota] = Counter()
    for site in sites:
        addresses[Quota("elastic-ips", ELASTIC_IPS, site.account, site.region)] += len(site.gateways)
    for quota, used in addresses.items():
        yield _Count(used, quota, f"Elastic IPs in {quota.region} (one a gateway)", None)

    own = {site.name: len(site.advertised) for site in sites}
    own[hub.name] = sum(not subnet.private for subnet in hub.subnets)
    every = sum(own.values())
    if sites:
        most = max(sites, key=lambda site: own[site.name])
        least = min(sites, key=lambda site: own[site.name])
        remote = every - own[least.name]
        of_table = Quota("routes-of-table", ROUTES_OF_TABLE, least.account, least.region)
        yield _Count(own[most.name], at_hub("routes-to-hub", ROUTES_TO_HUB), f"routes from {most.name} to the hub", most.name)
        yield _Count(remote, at_hub("routes-from-hub", ROUTES_FROM_HUB), f"routes from the hub to {least.name}", least.name)
        room = sum(list_sizes(remote))
        what = f"routes in each route table of {least.name}'s VPC ({remote} remote prefixes, in lists that count with their size)"
        yield _Count(room, of_table, what, least.name)


def _vpcs(hub: HubPlan, sites: tuple[SitePlan, ...]) -> Iterator[_Count]:
    """The VPCs of each Region, and their prefix lists: each VPC has some, for all that is elsewhere."""
    prefixes = [subnet.global_ for subnet in hub.subnets if not subnet.private]
    prefixes += [prefix for site in sites for prefix in site.advertised]
    lists = sum(1 for _ in list_sizes(sum(1 for _ in collapse_addresses(prefixes))))
    made: Counter[tuple[Account | None, str]] = Counter()
    held: Counter[tuple[Account | None, str]] = Counter()
    places: tuple[HubPlan | SitePlan, ...] = (hub, *sites)
    for place in places:
        if place.cidrs:
            made[place.account, place.region] += place.vpc_id is None
            held[place.account, place.region] += lists
    for (account, region), count in made.items():
        if count:
            yield _Count(count + 1, Quota("vpcs", VPCS, account, region), f"VPCs in {region} (the default one among them)", None)
    for (account, region), count in held.items():
        what = f"prefix lists in {region} ({lists} for each VPC)"
        yield _Count(count, Quota("prefix-lists", PREFIX_LISTS, account, region), what, None)


def _rules(sites: tuple[SitePlan, ...]) -> Iterator[_Count]:
    gateways = [(site, gateway) for site in sites for gateway in site.gateways]
    if gateways:
        site, gateway = max(gateways, key=lambda both: len(both[1].rules))
        quota = Quota("rules-of-group", RULES_OF_GROUP, site.account, site.region)
        yield _Count(len(gateway.rules), quota, f"rules in the security group of {gateway.name}", site.name)
