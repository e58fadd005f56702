"""Putting the choices together: the hub's and each site's plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.design.model import (
    SECONDARY_NUMBER,
    Admin,
    GatewayPlan,
    HubPlan,
    SitePlan,
    SubnetPlan,
    Translation,
    TunnelPlan,
    VpcRoute,
)
from landbridge.design.options import options_of
from landbridge.design.rules import rules_of
from landbridge.design.settings import TUNNELS, Settings, tunnels_of
from landbridge.intent.model import Network, Vpc


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen, each by its own module: by site (settings, translations, asns), by tunnel (inside), by gateway (places)."""

    settings: Mapping[str, Settings]
    translations: Mapping[str, tuple[Translation, ...]]
    asns: Mapping[str, int]
    inside: Mapping[str, IPv4Network]
    places: Mapping[str, IPv4Network | None]


def hub_plan(network: Network) -> HubPlan:
    """The (one) hub. Its VPC's route tables send what is remote to the Transit Gateway."""
    name, hub = next(iter(network.hubs.items()))
    return HubPlan(
        name=name,
        region=hub.region,
        account=hub.account or network.defaults.account,
        asn=hub.asn,
        vpc_id=hub.vpc.id if hub.vpc else None,
        cidrs=hub.vpc.cidrs if hub.vpc else (),
        subnets=_subnets(name, hub.vpc, {}) if hub.vpc else (),
        routes=(VpcRoute("remote", "tgw"),) if hub.vpc else (),
    )


def site_plan(network: Network, name: str, choices: Choices) -> SitePlan:
    """One site. Its VPC's route tables send what is remote to the active gateway."""
    site, settings, translations = network.sites[name], choices.settings[name], choices.translations[name]
    subnets = _subnets(name, site.vpc, {one.local: one.global_ for one in translations})
    return SitePlan(
        name=name,
        hub=site.hub or next(iter(network.hubs)),
        region=site.region,
        account=site.account or network.defaults.account,
        asn=choices.asns[name],
        vpc_id=site.vpc.id,
        cidrs=site.vpc.cidrs,
        subnets=subnets,
        gateways=tuple(_gateway(network, name, gateway, choices) for gateway in settings.gateways),
        translations=translations,
        advertised=tuple(subnet.global_ for subnet in subnets if not subnet.private),
        routes=(VpcRoute("remote", settings.gateways[0]),),
        vpn=options_of(network.vpn, settings.release),
    )


def admin_of(network: Network) -> Admin:
    return Admin(network.admin.cidrs, network.admin.ssh_keys)


def _gateway(network: Network, site: str, name: str, choices: Choices) -> GatewayPlan:
    settings, tunnels = choices.settings[site], tunnels_of(name)
    return GatewayPlan(
        name=name,
        site=site,
        role="active" if name == settings.gateways[0] else "standby",
        asn=choices.asns[site],
        release=str(settings.release),
        image=settings.image,
        instance_type=settings.instance_type,
        subnet=choices.places[name],
        secondary=_secondary(name, choices.settings[site].gateways, choices.places),
        tunnels=tuple(TunnelPlan(tunnel, number, choices.inside[tunnel]) for number, tunnel in zip(TUNNELS, tunnels, strict=True)),
        rules=tuple(
            rules_of(_others(name, settings.gateways, choices.places), tunnels, network.admin.cidrs, network.sites[site].vpc.cidrs)
        ),
    )


def _secondary(gateway: str, pair: tuple[str, ...], places: Mapping[str, IPv4Network | None]) -> IPv4Address | None:
    """A pair's gateway has its own in the subnet that it stands in: it follows from the file, so no lock has to hold it."""
    subnet = places[gateway]
    return subnet[SECONDARY_NUMBER] if len(pair) > 1 and subnet is not None else None


def _others(gateway: str, pair: tuple[str, ...], places: Mapping[str, IPv4Network | None]) -> Iterator[tuple[str, IPv4Address]]:
    """The pair's other gateways with their secondary addresses."""
    for other in pair:
        address = _secondary(other, pair, places)
        if other != gateway and address is not None:
            yield other, address


def _subnets(owner: str, vpc: Vpc, globals_: Mapping[IPv4Network, IPv4Network]) -> tuple[SubnetPlan, ...]:
    return tuple(
        SubnetPlan(owner, number, subnet.zone, subnet.cidr, globals_.get(subnet.cidr, subnet.cidr), subnet.private)
        for number, subnet in enumerate(vpc.subnets, start=1)
    )
