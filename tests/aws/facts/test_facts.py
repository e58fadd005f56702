"""Facts are what AWS answers, with values for what isn't there, and never a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from landbridge import sandbox
from landbridge.aws import facts
from landbridge.aws.calling import Call, Cloud, Place
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.facts import Facts
from landbridge.aws.facts.reading import _in_order
from landbridge.cli import main
from landbridge.cli.deployment import designed, ground_of
from landbridge.sandbox import Learnt, set_tunnel
from tests.aws.facts.whole import deploy_all


class Counter:
    """Counts the calls that are made."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def before(self, call: Call) -> None:
        self.calls.append(str(call))

    def after(self, call: Call) -> None:
        pass


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("network")
    assert main(["init", "--example", "four-regions", str(folder)]) == 0
    return ground_of(*designed(folder / "network.yaml", "1.4"))


@pytest.fixture(scope="module")
def deployed(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The four-region network, in a sandbox of its own."""
    state = tmp_path_factory.mktemp("sandbox")
    running = sandbox.start(state, idle=300)
    try:
        deploy_all(ground, running.endpoint)
        yield running.endpoint
    finally:
        sandbox.stop(state)


def test_all_is_found_with_a_few_reads_a_region(ground: Ground, deployed: str) -> None:
    counter = Counter()
    found = facts.read(Cloud(deployed, watch=counter), ground)
    assert len(counter.calls) <= 9 * len(ground.places) + 5
    assert set(found.stacks) == {plan.name for plan in ground.plans}
    for gateway in found.gateways:
        assert gateway.reached, gateway
        assert gateway.instance is not None
        assert (gateway.instance.state, gateway.instance.lifecycle, gateway.instance.forwards) == ("running", "InService", True)
        assert {tunnel.state for tunnel in gateway.tunnels} == {"down"}
        assert found.active(gateway.site) == gateway.name
        values = found.values(gateway.name)
        kinds = [name.partition(":")[0] for name in values]
        assert sorted(kinds) == ["eip", "outside", "outside", "private", "router"]
    assert found.hub.state == "available"
    assert {owner for one in found.hub.routes for owner in one.via} == {"oregon"}


def test_a_tunnel_that_comes_up_shows_its_routes_and_the_hub_learns_them(ground: Ground, deployed: str) -> None:
    before = facts.read(Cloud(deployed), ground).gateway("singapore-a").tunnels[0]
    set_tunnel(deployed, before.outside, True, "IPSEC IS UP", [Learnt("172.88.0.0/24", (65400,))])
    try:
        found = facts.read(Cloud(deployed), ground)
        after = found.gateway("singapore-a").tunnels[0]
        assert (after.state, after.accepted, after.name) == ("up", 1, before.name)
        assert {one.via for one in found.hub.routes if one.prefix == "172.88.0.0/24"} == {("singapore-a",)}
    finally:
        set_tunnel(deployed, before.outside, False)


def test_what_is_kept_holds_no_key(ground: Ground, deployed: str) -> None:
    cloud = Cloud(deployed)
    hub = Place(ground.anchor.account, ground.anchor.region)
    raw = cloud.call(hub, "ec2", "describe_vpn_connections")["VpnConnections"]
    keys = [one["PreSharedKey"] for each in raw for one in each["Options"]["TunnelOptions"] if one.get("PreSharedKey")]
    keys += [line for each in raw for line in each["CustomerGatewayConfiguration"].split() if "<pre_shared_key>" in line]
    assert keys
    said = repr(facts.read(cloud, ground))
    assert not [key for key in keys if key.removeprefix("<pre_shared_key>").removesuffix("</pre_shared_key>") in said]


def test_where_nothing_is_deployed_everything_is_missing(ground: Ground, tmp_path: Path) -> None:
    try:
        found: Facts = facts.read(Cloud(sandbox.start(tmp_path, idle=60).endpoint), ground)
    finally:
        sandbox.stop(tmp_path)
    assert (found.stacks, found.hub.id, found.tables) == ({}, "", ())
    assert {tunnel.state for gateway in found.gateways for tunnel in gateway.tunnels} == {"missing"}
    assert {gateway.instance for gateway in found.gateways} == {None}
    assert found.active("singapore") is None


def test_prefix_lists_come_in_the_order_of_their_numbers() -> None:
    names = ["acme-oslo-remote10", "acme-oslo-remote2", "acme-oslo-remote"]
    assert list(_in_order({"PrefixListName": name, "PrefixListId": name} for name in names)) == names[::-1]
