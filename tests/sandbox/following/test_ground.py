"""The ground's plan and differences: pure."""

from __future__ import annotations

import random
from dataclasses import replace
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from landbridge import artifacts
from landbridge.design import design
from landbridge.intent import load
from landbridge.sandbox.following.estate import Estate, Subnet, Vpc
from landbridge.sandbox.following.ground import Expected, expected, plan
from landbridge.sandbox.following.ground.difference import difference
from tests.lab.conftest import EXAMPLES
from tests.sandbox.following.ground_estates import HOSTS, REGION, changed, estate, leading, of
from tests.sandbox.following.ground_scenes import SCENES
from tests.sandbox.following.ground_world import some

CHANCES = st.integers(0, 2**32).map(random.Random)


@given(CHANCES)
def test_equal_clouds_have_equal_ground_in_whatever_order_they_are_told(chance: random.Random) -> None:
    held = some(chance)
    turned = replace(held, vpcs=held.vpcs[::-1], interfaces=held.interfaces[::-1], hubs=held.hubs[::-1], groups=held.groups[::-1])
    one, other = plan(held, HOSTS), plan(turned, HOSTS)
    assert one.links == other.links
    assert not difference(one, other)


@given(CHANCES)
def test_from_a_cloud_to_itself_nothing_is_done(chance: random.Random) -> None:
    held = some(chance)
    assert not difference(plan(held, HOSTS), plan(held, HOSTS))


@given(CHANCES)
def test_every_device_of_the_ground_has_a_name_that_a_kernel_takes_and_is_there_once(chance: random.Random) -> None:
    ground = plan(some(chance), HOSTS)
    ends = [end for link in ground.links for end in (link.near, link.far)]
    assert len(ends) == len(set(ends))
    assert all(len(device) <= 15 for _, device in ends)
    devices = {name: {device for where, device in ends if where == name} | {"lo"} for name in ground.namespaces}
    for name, place in ground.namespaces.items():
        used = {way.device for way in place.ways.values() if way.device} | {device for _, device in place.addresses}
        assert used <= devices[name]


def test_one_route_that_changes_is_one_line_in_one_namespace() -> None:
    after = plan(changed(leading("rtb-a1", ("10.9.0.0/16", "eni-p"), ("0.0.0.0/0", "igw-a"))), HOSTS)
    changes = difference(plan(estate(), HOSTS), after)
    assert {name: len(work.batch) for name, work in changes.works.items()} == {"vpc-vpc-a": 1}
    assert not changes.make
    assert not changes.cut
    assert changes.works["vpc-vpc-a"].nft is None


def test_a_check_that_changes_is_one_text_in_one_namespace() -> None:
    changes = difference(plan(estate(), HOSTS), plan(changed(of("interfaces", "eni-g", check=True)), HOSTS))
    assert [(name, work.batch) for name, work in changes.works.items()] == [("vpc-vpc-a", ())]


def test_a_wire_is_there_until_its_instance_is_gone_for_ever() -> None:
    for state, there in (("pending", True), ("stopped", True), ("shutting-down", True), ("terminated", False)):
        assert bool(plan(changed(of("instances", "i-g", state=state)), HOSTS).wires_of("i-g")) is there


def test_an_examples_hosts_are_expected_with_their_places() -> None:
    manifest = artifacts.render(design(load(EXAMPLES / "four-regions.yaml")), "1.4").manifest
    found = {one.name: one for one in expected(manifest)}
    assert len(found) == sum(subnet.host is not None for vpc in manifest.vpcs for subnet in vpc.subnets)
    assert (found["singapore-4"].place, str(found["singapore-4"].global_address)) == ("singapore", "10.0.1.10")


def _twins() -> tuple[Estate, tuple[Expected, ...]]:
    """Two sites with one address space in one Region."""
    space, subnet = (IPv4Network("10.1.0.0/16"),), IPv4Network("10.1.0.0/24")
    vpcs = tuple(Vpc(number, "", REGION, space) for number in ("vpc-1", "vpc-2"))
    subnets = tuple(Subnet(f"subnet-{vpc.id}", vpc.id, subnet, "a", f"rtb-{vpc.id}") for vpc in vpcs)
    hosts = tuple(replace(HOSTS[0], name=f"{place}-1", place=place) for place in ("east", "west"))
    return Estate(1, vpcs=vpcs, subnets=subnets), hosts


def test_a_host_stands_in_the_vpc_that_its_site_owns() -> None:
    held, hosts = _twins()
    first, second = held.vpcs
    ground = plan(replace(held, vpcs=(replace(first, owner="west"), replace(second, owner="east"))), hosts)
    assert {link.far[0]: link.near[0] for link in ground.links} == {"east-1": "vpc-vpc-2", "west-1": "vpc-vpc-1"}


def test_hosts_of_vpcs_that_nobody_owns_have_one_each() -> None:
    held, hosts = _twins()
    ground = plan(held, hosts)
    assert {link.far[0]: link.near[0] for link in ground.links} == {"east-1": "vpc-vpc-1", "west-1": "vpc-vpc-2"}


def test_a_host_doesnt_stand_where_another_owns_the_vpc_or_before_its_subnet_is() -> None:
    held, hosts = _twins()
    others = tuple(replace(vpc, owner="north") for vpc in held.vpcs)
    assert plan(replace(held, vpcs=others), hosts).hosts == ()
    assert plan(replace(held, subnets=()), hosts).hosts == ()


def test_each_scene_is_a_cloud_of_its_own_or_another_packet() -> None:
    told = [(scene.estate, scene.packets) for scene in SCENES.values()]
    assert all(told.count(one) == 1 for one in told)
