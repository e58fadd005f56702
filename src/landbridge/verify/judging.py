"""Pair by pair: what a probe between two hosts will find, and one packet's way for people. Exact, and meant for networks of few hosts."""

from __future__ import annotations

from landbridge.verify.exchanges import Endpoint, endpoints, exchange, verdict
from landbridge.verify.forwarding import Forwarding, Places
from landbridge.verify.network import Network
from landbridge.verify.packets import PING, TCP, Service
from landbridge.verify.report import Verdict, Way
from landbridge.verify.routing import Routing
from landbridge.verify.span import span_of_address
from landbridge.verify.tunnels import tunnel_states

PROBES = {"icmp": PING, "tcp": TCP}


def forwarding_of(network: Network) -> Forwarding:
    """A network with nothing broken, routed."""
    return Forwarding(Routing(network, tunnel_states(network)), Places(network.manifest.vpcs))


def hosts(network: Network) -> list[Endpoint]:
    """The probe hosts."""
    return [
        Endpoint(subnet.host, vpc.name, end.subnet, span_of_address(subnet.address), span_of_address(subnet.global_address))
        for vpc in network.manifest.vpcs
        for end in endpoints(vpc)
        for subnet in vpc.subnets
        if subnet.host == end.name and subnet.host and subnet.address and subnet.global_address
    ]


def judge(network: Network) -> dict[tuple[str, str, str], Verdict]:
    """What a probe from a host to one of another VPC will find, by their names and the protocol (`icmp`, `tcp`)."""
    forwarding = forwarding_of(network)
    ends = hosts(network)
    return {
        (source.name, destination.name, protocol): verdict(exchange(forwarding, source, destination, service))
        for source in ends
        for destination in ends
        if source.vpc != destination.vpc
        for protocol, service in PROBES.items()
    }


def trace(network: Network, source: Endpoint, destination: Endpoint, service: Service) -> tuple[Way, ...]:
    """Every way of one request and its answer."""
    return tuple(one.way() for one in exchange(forwarding_of(network), source, destination, service))
