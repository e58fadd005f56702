"""The failures that are considered, and what each takes away."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from landbridge.artifacts.manifest import Gateway, Manifest, Vpc
from landbridge.verify.network import subnet_of
from landbridge.verify.span import Span, span_of


class Failure(NamedTuple):
    """Something that breaks at one site. What must hold then: everything, but for the subnets that `lost` names."""

    name: str
    tunnels: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    lost: frozenset[Span] = frozenset()


def failures_of(manifest: Manifest, vpc: Vpc, gateways: Sequence[Gateway]) -> Iterator[Failure]:
    """The failures at one site: each tunnel; and where there are two gateways any two tunnels, each gateway, each connection, each zone.

    Two tunnels of different sites need no trial of their own: neither's loss changes anything at the other's site, nor what the hub
    announces, as long as each alone leaves every prefix announced.
    """
    tunnels = [tunnel.name for gateway in gateways for tunnel in gateway.tunnels]
    for tunnel in tunnels:
        yield Failure(f"the tunnel {tunnel} is down", (tunnel,))
    if len(gateways) < 2:
        return
    connections = {frozenset(tunnel.name for tunnel in gateway.tunnels): gateway.name for gateway in gateways}
    for two in itertools.combinations(tunnels, 2):
        own = connections.get(frozenset(two))
        yield Failure(f"the connection of {own} is down" if own else f"the tunnels {two[0]} and {two[1]} are down", two)
    for gateway in gateways:
        yield Failure(f"{gateway.name} is dead", gateways=(gateway.name,))
    for zone in sorted({subnet.zone for subnet in vpc.subnets}):
        lost = frozenset(span_of(subnet.cidr) for subnet in vpc.subnets if subnet.zone == zone)
        standing = tuple(gateway.name for gateway in gateways if span_of(subnet_of(manifest, gateway)) in lost)
        if standing:
            yield Failure(f"zone {zone} of {vpc.name} is down", gateways=standing, lost=lost)


def considered(gateways: Sequence[Gateway], trials: int) -> int:
    """How many failures a proof speaks for: those tried, and every two tunnels of different sites."""
    of_site: dict[str, int] = {}
    for gateway in gateways:
        of_site[gateway.vpc] = of_site.get(gateway.vpc, 0) + len(gateway.tunnels)
    every = sum(of_site.values())
    return trials + (every * every - sum(count * count for count in of_site.values())) // 2
