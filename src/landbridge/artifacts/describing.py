"""The manifest of a design."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.artifacts.manifest import Accept, Gateway, Hub, Manifest, Options, Route, Rule, Subnet, Tunnel, Vpc
from landbridge.artifacts.stamp import stamp_of
from landbridge.design import Design, GatewayPlan, HubPlan, SitePlan, SubnetPlan


def manifest_of(design: Design, routers: Mapping[str, str]) -> Manifest:
    """What the manifest says of a design and its routers' stamped texts: the hub's VPC first (if it has one), then the sites', in the
    file's order."""
    plans: list[HubPlan | SitePlan] = [design.hub, *design.sites]
    vpcs = [_vpc(plan) for plan in plans if plan.cidrs]
    gateways = [_gateway(site, gateway, routers) for site in design.sites for gateway in site.gateways]
    accept = tuple(Accept(one.code, one.where, one.reason) for one in design.accept)
    return Manifest(design.network, Hub(design.hub.name, design.hub.asn), tuple(vpcs), tuple(gateways), accept)


def _vpc(plan: HubPlan | SitePlan) -> Vpc:
    return Vpc(
        name=plan.name,
        kind="hub" if isinstance(plan, HubPlan) else "site",
        region=plan.region,
        cidrs=plan.cidrs,
        subnets=tuple(_subnet(subnet) for subnet in plan.subnets),
        routes=tuple(Route(route.destination, route.target) for route in plan.routes),
    )


def _subnet(plan: SubnetPlan) -> Subnet:
    if plan.private:
        return Subnet(plan.local, plan.zone, None, None, None)
    return Subnet(plan.local, plan.zone, plan.host, plan.host_address, plan.global_)


def _gateway(site: SitePlan, plan: GatewayPlan, routers: Mapping[str, str]) -> Gateway:
    vpn = site.vpn
    return Gateway(
        name=plan.name,
        vpc=site.name,
        role=plan.role,
        release=plan.release,
        asn=plan.asn,
        subnet=plan.subnet,
        secondary=plan.secondary,
        rules=tuple(Rule(rule.protocol, rule.ports, rule.source, rule.purpose) for rule in plan.rules),
        options=Options(vpn.ike, vpn.encryption, vpn.integrity, vpn.dh, vpn.ike_lifetime, vpn.esp_lifetime, vpn.dpd, vpn.startup),
        tunnels=tuple(Tunnel(tunnel.name, tunnel.inside) for tunnel in plan.tunnels),
        text=stamp_of(routers[plan.name]),
    )
