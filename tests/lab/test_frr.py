"""FRR's configuration of a gateway and of the hub."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from landbridge.lab.daemons import frr
from landbridge.vyos.router import PrefixList, PrefixListRule, RouteMap, RouteMapRule, Router, StaticRoute
from tests.lab import networks


def _static(router: Router, *routes: StaticRoute) -> list[str]:
    return [line for line in frr.static(replace(router, routes=routes)).splitlines() if line.startswith("ip route")]


def _lines(router: Router) -> list[str]:
    return frr.gateway_bgp(router).splitlines()


OWN = StaticRoute(IPv4Network("10.0.1.0/24"), IPv4Address("169.254.12.78"), None, 1, 0)


def test_on_1_1_a_route_to_the_gateways_own_address_goes_through_its_interface() -> None:
    assert _static(networks.router("singapore-a", "1.1"), OWN) == ["ip route 10.0.1.0/24 vti0"]


def test_later_releases_leave_such_a_route_as_it_is() -> None:
    assert _static(networks.router("singapore-a", "1.4"), OWN) == ["ip route 10.0.1.0/24 169.254.12.78"]


@pytest.mark.parametrize(
    ("route", "line"),
    [
        (StaticRoute(IPv4Network("10.0.1.0/24"), None, None, 254, 0), "ip route 10.0.1.0/24 blackhole 254"),
        (StaticRoute(IPv4Network("10.0.1.0/24"), None, "vti1", 1, 0), "ip route 10.0.1.0/24 vti1"),
        (StaticRoute(IPv4Network("0.0.0.0/0"), IPv4Address("172.88.0.1"), None, 10, 0), "ip route 0.0.0.0/0 172.88.0.1 10"),
    ],
)
def test_a_static_route_goes_where_the_text_says(route: StaticRoute, line: str) -> None:
    assert _static(networks.router("singapore-a"), route) == [line]


def test_a_neighbor_that_is_not_activated_exchanges_nothing() -> None:
    router = networks.router("singapore-a", "1.4")
    assert router.bgp is not None
    neighbors = tuple(replace(neighbor, activated=False) for neighbor in router.bgp.neighbors)
    lines = _lines(replace(router, bgp=replace(router.bgp, neighbors=neighbors)))
    assert " no bgp default ipv4-unicast" in lines
    assert not [line for line in lines if line.startswith("  neighbor")]


def test_only_1_1_announces_a_network_by_its_route() -> None:
    assert " no bgp network import-check" not in _lines(networks.router("singapore-a", "1.1"))
    assert " no bgp network import-check" in _lines(networks.router("singapore-a", "1.4"))


def test_a_router_without_bgp_has_a_daemon_without_sessions() -> None:
    assert frr.gateway_bgp(replace(networks.router("singapore-a"), bgp=None)) == "hostname singapore-a\nlog file /host/frr.log\n"


def test_route_maps_match_before_they_set() -> None:
    rule = RouteMapRule(10, True, "OUT", (65400, 65400), 200, 5)
    route_map = RouteMap("ROLE", (rule, RouteMapRule(20, False, None, (), None, None)), 0)
    prefix_list = PrefixList("OUT", (PrefixListRule(5, False, IPv4Network("10.0.0.0/8"), 9, 24),), 0)
    text = frr.gateway_bgp(replace(networks.router("singapore-a"), prefix_lists=(prefix_list,), route_maps=(route_map,)))
    assert text.split("router bgp")[0].splitlines()[2:] == [
        "ip prefix-list OUT seq 5 deny 10.0.0.0/8 ge 9 le 24",
        "route-map ROLE permit 10",
        " match ip address prefix-list OUT",
        " set as-path prepend 65400 65400",
        " set local-preference 200",
        " set metric 5",
        "exit",
        "route-map ROLE deny 20",
        "exit",
    ]


def test_a_neighbors_policies_are_applied_each_in_its_direction() -> None:
    router = networks.router("singapore-a")
    assert router.bgp is not None
    neighbor = replace(router.bgp.neighbors[0], route_map_in="A", route_map_out="B", prefix_list_in="C", prefix_list_out="D")
    lines = _lines(replace(router, bgp=replace(router.bgp, neighbors=(neighbor,))))
    assert [line.split(maxsplit=2)[2] for line in lines if line.startswith("  neighbor")] == [
        "activate", "soft-reconfiguration inbound", "route-map A in", "route-map B out", "prefix-list C in", "prefix-list D out",
    ]  # fmt: skip


def test_the_hub_expects_every_gateway_by_its_asn() -> None:
    text = networks.hub().files["bgpd.conf"]
    for gateway in networks.manifest().gateways:
        for tunnel in gateway.tunnels:
            assert f" neighbor {tunnel.gateway} remote-as {gateway.asn}\n neighbor {tunnel.gateway} timers 10 30\n" in text
