"""A small network for routers' routes and tunnels: two singles whose subnets are translated, and a site whose subnets are not."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Network

from landbridge.artifacts import Artifacts, render
from landbridge.artifacts.manifest import Gateway
from landbridge.verify import Network, network_of
from landbridge.verify.routing import Routing
from landbridge.verify.span import Span, span_of
from landbridge.verify.tunnels import tunnel_states
from tests.design.networks import designed, network, single, site


@cache
def small(release: str = "1.4") -> Artifacts:
    """Oslo is a pair from 1.2 on."""
    oslo = (single if release == "1.1" else site)("10.7.0.0/16", "10.7.0.0/24", "10.7.1.0/24")
    sites = {"tokyo": single("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24"), "oslo": oslo, "lima": single("10.1.0.0/16", "10.1.0.0/24")}
    return render(designed(network(sites)), release)


def gateway_of(network: Network, name: str) -> Gateway:
    return next(one for one in network.manifest.gateways if one.name == name)


def routing_of(some: Artifacts) -> Routing:
    read = network_of(some)
    return Routing(read, tunnel_states(read))


def prefix(written: str) -> Span:
    return span_of(IPv4Network(written))
