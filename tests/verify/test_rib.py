"""A gateway's own routes: what is connected, what is static, and which of them are in use."""

from __future__ import annotations

import pytest

from landbridge.artifacts import Artifacts
from landbridge.verify.network import network_of
from landbridge.verify.rib import Entry, OwnRoutes, own_routes
from tests.verify.checks.broken import added, edited
from tests.verify.small import gateway_of, prefix, routing_of, small

UP = {"vti0": "tokyo-a-1", "vti1": "tokyo-a-2"}
SOME = small()


def routes(some: Artifacts, up: dict[str, str] = UP) -> OwnRoutes:
    network = network_of(some)
    return own_routes(network, gateway_of(network, "tokyo-a"), up)


def entry(some: Artifacts, to: str, up: dict[str, str] = UP) -> Entry | None:
    return routes(some, up).table.exactly(prefix(to))


def way(some: Artifacts, to: str, up: dict[str, str] = UP) -> list[tuple[str, str]]:
    found = entry(some, to, up)
    return [(exit_.kind, exit_.interface) for exit_ in found.exits] if found else []


def static(*rest: str) -> Artifacts:
    return added(SOME, "tokyo-a", *(f"set protocols static route {one}" for one in rest))


def test_a_rendered_gateway_knows_its_subnet_its_tunnels_its_vpc_and_a_blackhole_for_what_it_announces() -> None:
    assert way(SOME, "0.0.0.0/0") == [("vpc", "eth0")]
    assert way(SOME, "169.254.0.4/30") == [("tunnel", "vti0")]
    assert way(SOME, "10.1.1.0/24") == [("vpc", "eth0")]
    assert way(SOME, "100.64.0.0/24") == [("blackhole", "")]
    assert way(SOME, "10.1.0.0/24") == [("subnet", "eth0")]  # connected before static


def test_the_least_distance_is_in_use() -> None:
    some = static("10.1.1.0/24 next-hop 169.254.0.5 distance 5")
    assert way(some, "10.1.1.0/24") == [("vpc", "eth0")]  # the rendered one has 1
    rendered = "set protocols static route 10.1.1.0/24 next-hop ${router"
    assert way(edited(some, "tokyo-a", rendered, ""), "10.1.1.0/24") == [("tunnel", "vti0")]


def test_equal_distances_are_used_at_once() -> None:
    some = static("10.9.0.0/16 next-hop 169.254.0.5", "10.9.0.0/16 next-hop 169.254.0.9", "10.9.0.0/16 blackhole distance 9")
    assert way(some, "10.9.0.0/16") == [("tunnel", "vti0"), ("tunnel", "vti1")]
    assert way(some, "10.9.0.0/16", {"vti1": "tokyo-a-2"}) == [("tunnel", "vti1")]
    assert way(some, "10.9.0.0/16", {}) == [("blackhole", "")]


def test_a_route_whose_interface_is_down_is_not_in_use() -> None:
    some = static("10.9.0.0/16 interface vti0")
    assert way(some, "10.9.0.0/16") == [("tunnel", "vti0")]
    assert way(some, "10.9.0.0/16", {"vti1": "tokyo-a-2"}) == []
    assert way(some, "169.254.0.4/30", {"vti1": "tokyo-a-2"}) == []


def test_a_next_hop_in_the_own_subnet_that_is_not_the_vpcs_router_answers_nobody() -> None:
    assert way(static("10.9.0.0/16 next-hop 10.1.0.77"), "10.9.0.0/16") == [("nobody", "eth0")]


def test_a_next_hop_that_nothing_connected_leads_to_waits_for_what_is_learned() -> None:
    found = routes(static("10.9.0.0/16 next-hop 10.7.0.77"))
    assert found.table.exactly(prefix("10.9.0.0/16")) is None
    assert [str(route.next_hop) for route in found.unresolved] == ["10.7.0.77"]


def test_a_next_hop_is_reached_by_what_is_learned_but_not_by_the_default_route() -> None:
    learned = routing_of(static("10.9.0.0/16 next-hop 10.7.0.77"))  # Oslo's
    (found,) = learned.lookup("tokyo-a", prefix("10.9.0.0/16"))
    assert found.entry is not None
    assert {exit_.kind for exit_ in found.entry.exits} == {"tunnel"}
    nowhere = routing_of(static("10.9.0.0/16 next-hop 10.8.0.77"))  # nobody's: only the default route holds it
    assert nowhere.own("tokyo-a").exactly(prefix("10.9.0.0/16")) is None


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_only_release_1_1_takes_an_own_address_as_next_hop_for_the_way_through_its_interface(release: str) -> None:
    some = added(small(release), "tokyo-a", "set protocols static route 10.9.0.0/16 next-hop 169.254.0.6")
    assert way(some, "10.9.0.0/16") == ([("tunnel", "vti0")] if release == "1.1" else [])
    assert not routes(some).unresolved
    assert way(some, "10.9.0.0/16", {"vti1": "tokyo-a-2"}) == []
