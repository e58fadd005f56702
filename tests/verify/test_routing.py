"""Who announces what to the hub, what the hub chooses, and what gateways make of it."""

from __future__ import annotations

from dataclasses import replace

from landbridge.artifacts import Artifacts
from landbridge.verify.routing import HubRoute, Routing
from tests.verify.checks.broken import added, edited, line_of
from tests.verify.small import prefix, routing_of, small

BGP = "set protocols bgp address-family ipv4-unicast network"
OSLO = prefix("10.7.0.0/24")


def at_hub(routing: Routing, to: str) -> HubRoute | None:
    return next((route for _, route in routing.hub_covering(prefix(to))), None)


def tunnels(routing: Routing, to: str) -> tuple[str, ...]:
    route = at_hub(routing, to)
    return route.tunnels if route else ()


def announcing(some: Artifacts, gateway: str, *prefixes: str) -> Artifacts:
    """With more `network` statements, which no prefix list keeps back."""
    lists = [
        f"set policy prefix-list AWS-OUT rule {90 + at} {what}"
        for at, one in enumerate(prefixes)
        for what in ("action permit", f"prefix {one}")
    ]
    return added(some, gateway, *lists, *(f"{BGP} {one}" for one in prefixes))


def test_the_shortest_path_wins_and_the_active_gateway_has_it() -> None:
    routing = routing_of(small())
    assert tunnels(routing, "10.7.0.0/24") == ("oslo-a-1", "oslo-a-2")
    assert [len(offer.path) for offer in routing.offers["oslo-a"][OSLO]] == [2, 2]
    assert [len(offer.path) for offer in routing.offers["oslo-b"][OSLO]] == [3, 3]
    assert tunnels(routing, "100.64.0.0/24") == ("tokyo-a-1", "tokyo-a-2")


def test_when_the_active_gateway_dies_the_other_announces_without_prepends_and_gets_the_vpcs_routes() -> None:
    routing = routing_of(small())
    for broken in (routing.without(gateways=["oslo-a"]), routing.without(tunnels=["oslo-a-1", "oslo-a-2"])):
        assert tunnels(broken, "10.7.0.0/24") == ("oslo-b-1", "oslo-b-2")
        assert broken.targets("oslo") == [("remote", "oslo-b")]
        assert tunnels(broken, "100.64.0.0/24") == ("tokyo-a-1", "tokyo-a-2")
    dead, cut = routing.without(gateways=["oslo-a"]), routing.without(tunnels=["oslo-a-1", "oslo-a-2"])
    assert [len(offer.path) for offer in dead.offers["oslo-b"][OSLO]] == [1, 1]
    assert [len(offer.path) for offer in cut.offers["oslo-b"][OSLO]] == [2, 2]  # the other's word settles it at one
    assert routing.targets("oslo") == [("remote", "oslo-a")]


def test_a_failure_takes_a_tunnel_and_a_site_without_any_is_gone_from_the_hub() -> None:
    routing = routing_of(small())
    assert tunnels(routing.without(tunnels=["tokyo-a-1"]), "100.64.0.0/24") == ("tokyo-a-2",)
    gone = routing.without(gateways=["tokyo-a"])
    assert at_hub(gone, "100.64.0.0/24") is None
    assert gone.lacks
    assert not routing.lacks


def test_of_equal_paths_from_one_as_the_least_med_wins() -> None:
    lines = [
        "set policy route-map WORSE rule 10 action permit",
        "set policy route-map WORSE rule 10 set metric 50",
        "set protocols bgp neighbor 169.254.0.5 address-family ipv4-unicast route-map export WORSE",
    ]
    routing = routing_of(added(small(), "tokyo-a", *lines))
    assert tunnels(routing, "100.64.0.0/24") == ("tokyo-a-2",)


def test_a_longer_prefix_and_the_hubs_own_vpc_come_before_the_path() -> None:
    routing = routing_of(announcing(small(), "lima-a", "10.7.0.0/25", "172.16.0.0/16"))
    assert tunnels(routing, "10.7.0.0/25") == ("lima-a-1", "lima-a-2")
    assert tunnels(routing, "10.7.0.128/25") == ("oslo-a-1", "oslo-a-2")
    route = at_hub(routing, "172.16.0.0/24")
    assert route is not None
    assert route.kind == "vpc"


def test_the_hub_refuses_its_own_asn_in_a_path_and_a_gateway_its_own() -> None:
    prepends = ["set policy route-map LOOP rule 10 action permit", "set policy route-map LOOP rule 10 set as-path prepend 64512"]
    bound = [f"set protocols bgp neighbor 169.254.0.{at} address-family ipv4-unicast route-map export LOOP" for at in (5, 9)]
    routing = routing_of(added(small(), "tokyo-a", *prepends, *bound))
    assert at_hub(routing, "100.64.0.0/24") is None
    assert {(kept.code, kept.gateway) for kept in routing.kept} == {("asn-loop", "tokyo-a")}

    some = small()
    asn = next(one.asn for one in some.manifest.gateways if one.name == "tokyo-a")
    twins = edited(some, "lima-a", "set protocols bgp system-as", f"set protocols bgp system-as '{asn}'")
    gateways = tuple(replace(one, asn=asn) if one.name == "lima-a" else one for one in some.manifest.gateways)
    routing = routing_of(replace(twins, manifest=replace(twins.manifest, gateways=gateways)))
    (found,) = routing.lookup("lima-a", prefix("100.64.0.0/24"))
    assert found.entry is not None
    assert {exit_.kind for exit_ in found.entry.exits} == {"vpc"}  # only its default route is left
    refused = routing.refusal("lima-a", prefix("100.64.0.0/24"))
    assert refused is not None
    assert refused.code == "asn-loop"


def test_only_release_1_1_announces_no_prefix_that_is_not_in_its_own_table() -> None:
    blackhole = "set protocols static route 100.64.0.0/24 blackhole"
    for release in ("1.1", "1.4"):
        some = edited(small(release), "tokyo-a", blackhole, "")
        routing = routing_of(some)
        assert bool(tunnels(routing, "100.64.0.0/24")) is (release != "1.1")
        assert tunnels(routing, "100.64.1.0/24")
        if release == "1.1":
            assert {kept.code for kept in routing.kept} == {"not-announced"}
            statement = next(line for line in some.routers["tokyo-a"].splitlines() if line.endswith(" network 100.64.0.0/24"))
            assert {kept.line for kept in routing.kept} == {line_of(some, "tokyo-a", statement)}


def test_a_prefix_list_keeps_an_announcement_back_by_its_line() -> None:
    rule = "set policy prefix-list AWS-OUT rule 1 "
    some = edited(small(), "tokyo-a", f"{rule}action", f"{rule}action 'deny'")
    routing = routing_of(some)
    assert at_hub(routing, "100.64.0.0/24") is None
    assert {(kept.code, kept.line) for kept in routing.kept} == {("not-announced", line_of(some, "tokyo-a", rule))}


def test_a_gateway_sends_what_it_learned_over_all_of_its_tunnels_that_let_it_in() -> None:
    some = added(small(), "tokyo-a", "set protocols bgp neighbor 169.254.0.5 address-family ipv4-unicast prefix-list import 'AWS-OUT'")
    learned = {release: routing_of(one).lookup("tokyo-a", OSLO)[0].entry for release, one in (("all", small()), ("one", some))}
    assert {name: {exit_.name for exit_ in entry.exits} for name, entry in learned.items() if entry} == {
        "all": {"tokyo-a-1", "tokyo-a-2"},
        "one": {"tokyo-a-2"},
    }
