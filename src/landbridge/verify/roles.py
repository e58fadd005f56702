"""The roles of a site's gateways, once the network has settled: who is active, and what each prepends (design.md, Failover)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from landbridge.artifacts.manifest import Gateway
from landbridge.verify.network import Network


class Role(NamedTuple):
    """`speaks`: it has a role (its text and the other's have VRRP); `prepend` is what the role puts before its path (None: the text's)."""

    speaks: bool
    active: bool
    prepend: tuple[int, ...] | None


def roles(network: Network, gateways: Sequence[Gateway], fit: Mapping[str, bool], dead: Set[str]) -> dict[str, Role]:
    """The roles of one site's gateways. `fit` says which can carry traffic: a gateway that can't stands down for one that can."""
    if len(gateways) != 2 or not all(network.routers[gateway.name].vrrp for gateway in gateways):
        return {gateway.name: Role(False, gateway.role == "active", None) for gateway in gateways}
    first = next((gateway for gateway in gateways if gateway.role == "active"), gateways[0])
    second = next(gateway for gateway in gateways if gateway is not first)
    master = second if fit[second.name] and not fit[first.name] else first
    made = {}
    for gateway in gateways:
        other = second if gateway is first else first
        times = 2 if gateway is not master else 0 if other.name in dead else 1
        made[gateway.name] = Role(True, gateway is master, (gateway.asn,) * times)
    return made
