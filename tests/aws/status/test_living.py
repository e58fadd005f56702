"""From facts to what `verify` judges, and to findings, for what a sandbox would be slow to show: pairs, several prefix lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from ipaddress import IPv4Network

from landbridge.artifacts import Artifacts, render
from landbridge.artifacts.manifest import Route as Way
from landbridge.aws.calling import Place
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.facts import Address, Facts, Gateway, Hub, Instance, Learnt, LetIn, Lists, Route, Subnet, Table, Tunnel
from landbridge.aws.model import Account
from landbridge.aws.stacks import stack_plans
from landbridge.aws.status import live_of, problems
from landbridge.aws.status.admitted import differing, rules_of, wanted
from landbridge.cli.statusview import ago
from landbridge.design import Design
from tests.design.networks import designed, network, single, site

REGION = "eu-west-1"
PLACE = Place(Account("default"), REGION)


@cache
def planned() -> Design:
    return designed(network({"oslo": site("10.7.0.0/16", "10.7.0.0/24", "10.7.1.0/24"), "lima": single("10.1.0.0/16", "10.1.0.0/24")}))


@cache
def rendered() -> Artifacts:
    return render(planned(), "1.4")


@cache
def ground() -> Ground:
    return Ground(planned().network, stack_plans(planned(), rendered().routers))


def facts() -> Facts:
    """All as it should be: oslo's routes lead to its active gateway."""
    manifest = rendered().manifest
    gateways, tables, subnets, lists, learnt = [], [], [], [], []
    for number, record in enumerate(manifest.gateways, 1):
        outside = [f"52.0.{number}.{index}" for index in (1, 2)]
        one = Gateway(
            record.name,
            record.vpc,
            PLACE,
            group=record.name,
            secondary=str(record.secondary or ""),
            instance=Instance(
                f"i-{number}", "running", "InService", True, interface=f"eni-{number}", private=f"10.0.0.{number}",
                addresses=(f"10.0.0.{number}", str(record.secondary)), forwards=True,
            ),
            address=Address(f"198.51.100.{number}", f"eipalloc-{number}", f"eni-{number}"),
            connection=f"vpn-{number}",
            connection_state="available",
            tunnels=tuple(
                Tunnel(tunnel.name, str(tunnel.inside), "up", address, "2026-11-24T05:00:00+00:00", "", 2)
                for tunnel, address in zip(record.tunnels, outside, strict=True)
            ),
        )  # fmt: skip
        values = {f"outside:{tunnel.name}": tunnel.outside for tunnel in one.tunnels}
        gateways.append(replace(one, let_in=tuple(wanted(record, values))))
    interfaces = {one.name: one.instance.interface for one in gateways if one.instance is not None}
    for vpc in manifest.vpcs:
        target = vpc.routes[0].target if vpc.routes else "tgw"
        to = "tgw-1" if target == "tgw" else interfaces[target]
        held = tuple(f"pl-{vpc.name}-{index}" for index in (1, 2))
        lists.append(Lists(vpc.name, held))
        routes = tuple(Route(one, "active", to, "" if target == "tgw" else target) for one in held)
        tables.append(
            Table(f"rtb-{vpc.name}", vpc.name, f"vpc-{vpc.name}", True, False, (), (Route(str(vpc.cidrs[0]), "active", "local"), *routes))
        )
        subnets += [Subnet(f"subnet-{one.cidr}", vpc.name, str(one.cidr), "a", f"rtb-{vpc.name}") for one in vpc.subnets]
        learnt += [Learnt(str(one.global_), "propagated", "active", (vpc.name,)) for one in vpc.subnets if one.global_]
    hub = Hub(manifest.hub.name, PLACE, "tgw-1", "available", manifest.hub.asn, tuple(learnt))
    stacks = {plan.name: "CREATE_COMPLETE" for plan in ground().plans}
    return Facts(planned().network, stacks, hub, tuple(gateways), tuple(tables), tuple(subnets), tuple(lists), ())


HELD = {name: [[IPv4Network("10.50.0.0/24")], [IPv4Network("10.51.0.0/24"), IPv4Network("10.52.0.0/24")]] for name in ("oslo", "lima")}


def routed(owner: str, *routes: Route) -> Facts:
    whole = facts()
    return replace(whole, tables=tuple(replace(one, routes=routes) if one.owner == owner else one for one in whole.tables))


def changed(name: str, **more: object) -> Facts:
    whole = facts()
    return replace(whole, gateways=tuple(replace(one, **more) if one.name == name else one for one in whole.gateways))  # type: ignore[arg-type]


def said(seen: Facts) -> list[str]:
    return [f"{one.code}: {one.message}" for one in problems(ground(), rendered().manifest, seen)]


def test_where_all_is_well_nothing_differs_from_what_was_rendered() -> None:
    live = live_of(rendered().manifest, facts(), HELD)
    assert said(facts()) == []
    assert not {**live.tunnels, **live.sessions, **live.checked}
    assert not live.tables
    assert [vpc.routes for vpc in live.manifest.vpcs] == [vpc.routes for vpc in rendered().manifest.vpcs]
    for before, now in zip(rendered().manifest.gateways, live.manifest.gateways, strict=True):
        assert before.role == now.role
        assert {(one.protocol, one.source) for one in now.rules or ()} == {(one.protocol, one.source) for one in before.rules or ()}


def test_a_pair_whose_routes_have_moved_has_other_roles_and_is_well() -> None:
    seen = routed("oslo", *(Route(one, "active", "eni-2", "oslo-b") for one in ("pl-oslo-1", "pl-oslo-2")))
    assert seen.active("oslo") == "oslo-b"
    assert said(seen) == []
    roles = {one.name: one.role for one in live_of(rendered().manifest, seen, HELD).manifest.gateways}
    assert (roles["oslo-a"], roles["oslo-b"]) == ("standby", "active")


def test_routes_that_lead_to_both_of_a_pair_are_told_and_none_is_active() -> None:
    seen = routed("oslo", Route("pl-oslo-1", "active", "eni-1", "oslo-a"), Route("pl-oslo-2", "active", "eni-2", "oslo-b"))
    assert seen.active("oslo") is None
    assert said(seen) == ["asymmetric: the routes of oslo lead to oslo-a and oslo-b, where one should have them all."]


def test_one_list_of_two_without_a_route_loses_what_is_in_it_alone() -> None:
    seen = routed("oslo", Route("pl-oslo-1", "missing"), Route("pl-oslo-2", "active", "eni-1", "oslo-a"))
    live = live_of(rendered().manifest, seen, HELD)
    assert live.manifest.vpc("oslo").routes == (Way("10.51.0.0/24", "oslo-a"), Way("10.52.0.0/24", "oslo-a"))
    assert [one.partition(":")[0] for one in said(seen)] == ["blackhole"]


def test_a_longer_route_that_somebody_added_leads_away() -> None:
    table = next(one for one in facts().tables if one.owner == "oslo")
    seen = routed("oslo", *table.routes, Route("10.1.0.0/25", "active", "pcx-1"), Route("0.0.0.0/0", "active", "igw-1"))
    routes = live_of(rendered().manifest, seen, HELD).manifest.vpc("oslo").routes
    assert routes == (Way("remote", "oslo-a"), Way("10.1.0.0/25", "pcx-1"))


def test_what_is_not_there_is_told_once_for_each_thing() -> None:
    gone = changed("lima-a", group="", instance=None, address=None, let_in=None, connection="", tunnels=tuple(
        Tunnel(one.name, str(one.inside)) for one in facts().gateway("lima-a").tunnels))  # fmt: skip
    assert said(gone) == [
        "gateway: lima-a has no Auto Scaling group.",
        "gateway: lima-a has no Elastic IP.",
        "gateway: lima-a has no security group.",
        "tunnel-down: AWS has no tunnel lima-a-1.",
        "tunnel-down: AWS has no tunnel lima-a-2.",
    ]
    assert set(live_of(rendered().manifest, gone, HELD).tunnels) == {"lima-a-1", "lima-a-2"}


def test_an_instance_that_lacks_something_is_told_what() -> None:
    instance = facts().gateway("oslo-a").instance
    assert instance is not None
    assert "the instance of oslo-a is stopped" in said(changed("oslo-a", instance=replace(instance, state="stopped")))[0]
    assert "isn't in service: it is Pending:Wait" in said(changed("oslo-a", instance=replace(instance, lifecycle="Pending:Wait")))[0]
    assert "the other can't watch it" in said(changed("oslo-a", instance=replace(instance, addresses=(instance.private,))))[0]
    assert "is unhealthy" in said(changed("oslo-a", instance=replace(instance, healthy=False)))[0]


def test_a_tunnel_without_bgp_a_stack_that_failed_and_a_hub_without_a_route_are_told() -> None:
    tunnels = facts().gateway("lima-a").tunnels
    quiet = changed("lima-a", tunnels=(replace(tunnels[0], accepted=0), tunnels[1]))
    assert said(quiet) == ["tunnel-down: lima-a-1 is up, and AWS learns no route over it."]
    assert set(live_of(rendered().manifest, quiet, HELD).sessions) == {"lima-a-1"}
    name = next(iter(facts().stacks))
    failed = replace(facts(), stacks={**facts().stacks, name: "UPDATE_ROLLBACK_FAILED"})
    assert [one.partition(" (")[0] for one in said(failed)] == [f"stack: the stack {name}"]
    assert "is in UPDATE_ROLLBACK_FAILED" in said(failed)[0]
    lost = str(next(one.global_ for one in rendered().manifest.vpc("oslo").subnets if one.global_))
    hub = replace(facts().hub, routes=tuple(one for one in facts().hub.routes if one.prefix != lost))
    assert said(replace(facts(), hub=hub)) == [f"not-announced: {facts().hub.name} has no route to {lost} of oslo."]


def test_rules_are_compared_in_one_form_and_come_back_as_they_were() -> None:
    record = next(one for one in rendered().manifest.gateways if one.name == "lima-a")
    seen = facts().gateway("lima-a")
    values = facts().values("lima-a")
    assert differing(record, seen, values) == ([], [])
    other = LetIn("udp", 0, 65535, "10.9.0.0/16")
    assert differing(record, replace(seen, let_in=(*(seen.let_in or ()), other)), values) == ([], [LetIn("udp", None, None, "10.9.0.0/16")])
    by_group = LetIn("tcp", 22, 22, "sg-1")
    assert {one.source for one in rules_of(record, replace(seen, let_in=(by_group,)))} == set()


def test_how_long_ago_is_told_in_the_largest_unit_that_fits() -> None:
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    told = [
        ago(since, now)
        for since in ("2026-11-24T11:59:30+00:00", "2026-11-24T11:30:00+00:00", "2026-11-24T06:00:00+00:00", "2026-11-14T12:00:00+00:00")
    ]
    assert told == ["30 s", "30 min", "6 h", "10 d"]
    assert ago("soon", now) == "soon"
