"""Where a hub's route leads, as its kernel tells it."""

from __future__ import annotations

from ipaddress import IPv4Address

from landbridge.sandbox.rehearsing.hubroutes import changes, leads

SHOWN = """default dev vec0
10.0.0.0/8 via 169.254.0.2 dev vti9 proto bgp metric 20
100.64.0.0/24 proto bgp metric 20 \\	nexthop via 169.254.0.6 dev vti1 weight 1 \\	nexthop via 169.254.0.10 dev vti2 weight 1
"""
WATCHED = """[2026-11-27T22:53:39.250000] 100.64.0.0/24 via 169.254.0.6 dev vti1 proto bgp metric 20
[2026-11-27T22:53:40.000001] Deleted 100.64.0.0/24 via 169.254.0.6 dev vti1 proto bgp metric 20
[2026-11-27T22:53:41.5] 100.65.0.0/24 via 169.254.0.14 dev vti3 proto bgp metric 20
[2026-11-27T22:53:41.500000] 100.64.0.0/24 proto bgp \\	nexthop via 169.254.0.14 dev vti3 \\	nexthop via 169.254.0.18 dev vti4
nonsense
"""


def hops(*addresses: str) -> frozenset[IPv4Address]:
    return frozenset(map(IPv4Address, addresses))


def test_the_most_specific_route_counts_with_all_its_next_hops() -> None:
    assert leads(SHOWN) == hops("169.254.0.6", "169.254.0.10")
    assert leads("default dev vec0\n") == hops()
    assert leads("") == hops()


def test_changes_of_the_routes_that_have_an_address_are_told_in_their_order() -> None:
    assert changes(WATCHED, IPv4Address("100.64.0.10")) == (
        (1795820019.25, hops("169.254.0.6")),
        (1795820020.000001, hops()),
        (1795820021.5, hops("169.254.0.14", "169.254.0.18")),
    )
