"""The addresses that the lab chooses: unique, apart from the network's own, and room for every gateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.artifacts.manifest import Gateway, Manifest, Subnet, Tunnel, Vpc
from landbridge.findings import LandbridgeError
from landbridge.lab.addressing import INTERNETS, Addressing, address
from tests.lab import networks

# Blocks that a network may use, the lab's own first choices among them.
BLOCKS = [*map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "54.0.0.0/15", "198.18.0.0/15")), *INTERNETS[2:3]]


def _gateways(site: str, subnet: IPv4Network, letters: str) -> Iterator[Gateway]:
    like = networks.manifest().gateways[0]
    for letter in letters:
        name = f"{site}-{letter}"
        tunnels = tuple(Tunnel(f"{name}-{number}", IPv4Network("169.254.20.0/30")) for number in (1, 2))
        yield replace(like, name=name, vpc=site, subnet=subnet, tunnels=tunnels)


@st.composite
def _manifests(draw: st.DrawFn) -> Manifest:
    vpcs: list[Vpc] = []
    gateways: list[Gateway] = []
    for number, letters in enumerate(draw(st.lists(st.sampled_from(["a", "ab"]), min_size=1, max_size=12))):
        block = draw(st.sampled_from(BLOCKS))
        offset = draw(st.integers(0, 2 ** (24 - block.prefixlen) - 1)) << 8
        cidr = IPv4Network((int(block.network_address) + offset, 24))
        site = f"site-{number}"
        vpcs.append(Vpc(site, "site", "eu-west-1", (cidr,), (Subnet(cidr, "a", f"{site}-1", cidr[10], cidr),), ()))
        gateways += _gateways(site, cidr, letters)
    return replace(networks.manifest(), vpcs=tuple(vpcs), gateways=tuple(gateways))


@given(_manifests())
def test_the_labs_addresses_are_unique_and_none_is_the_networks(network: Manifest) -> None:
    chosen = address(network)
    own = _own(chosen)
    assert len(own) == len(set(own))
    assert not any(one in cidr for one in own for vpc in network.vpcs for cidr in vpc.cidrs)


@given(_manifests())
def test_every_gateway_stands_in_its_subnet_beside_its_router_and_no_host(network: Manifest) -> None:
    chosen = address(network)
    for gateway in network.gateways:
        private = chosen.private[gateway.name]
        assert private in chosen.subnet[gateway.name]
        assert private not in {chosen.router[gateway.name], *(own.address for own in network.vpc(gateway.vpc).subnets)}
    at = [(gateway.vpc, chosen.private[gateway.name]) for gateway in network.gateways]
    assert len(at) == len(set(at))


def _own(chosen: Addressing) -> list[IPv4Address]:
    links = [chosen.hub_link, chosen.attachment, *chosen.igw_links.values()]
    return [*chosen.outside.values(), *chosen.eip.values(), *(end for link in links for end in (link.near, link.far))]


def test_elastic_ips_are_where_the_hub_looks_for_them() -> None:
    chosen = address(networks.manifest())
    assert all(one in chosen.eips for one in chosen.eip.values())
    assert not any(one in chosen.eips for one in chosen.outside.values())


def test_keys_are_new_for_every_lab_and_only_letters() -> None:
    one, other = address(networks.manifest()), address(networks.manifest())
    assert set(one.keys) == set(other.keys)
    assert not set(one.keys.values()) & set(other.keys.values())
    assert all(key.isascii() and key.isalpha() and len(key) == 32 for key in one.keys.values())


def test_keys_are_not_shown_with_the_addresses() -> None:
    chosen = networks.fixed(networks.manifest())
    assert networks.PLANTED not in repr(chosen)
    assert networks.PLANTED not in str(chosen)


def test_a_network_that_uses_every_block_for_tests_leaves_no_room() -> None:
    network = networks.manifest()
    everywhere = replace(network.vpcs[0], cidrs=(IPv4Network("0.0.0.0/0"),))
    with pytest.raises(LandbridgeError, match="the lab needs one for its Internet"):
        address(replace(network, vpcs=(everywhere, *network.vpcs[1:])))


def test_a_gateway_without_a_marked_subnet_stands_in_the_first_that_is_part_of_the_network() -> None:
    network = networks.manifest()
    unmarked = tuple(replace(gateway, subnet=None) for gateway in network.gateways)
    chosen = address(replace(network, gateways=unmarked))
    assert chosen.private["virginia-a"] == IPv4Address("172.88.128.5")


def test_a_site_without_a_host_has_no_place_for_its_unmarked_gateway() -> None:
    network = networks.manifest()
    vpcs = tuple(replace(vpc, subnets=()) if vpc.name == "singapore" else vpc for vpc in network.vpcs)
    unmarked = tuple(replace(gateway, subnet=None) for gateway in network.gateways)
    with pytest.raises(LandbridgeError, match="singapore has no subnet that its gateway singapore-a can stand in"):
        address(replace(network, vpcs=vpcs, gateways=unmarked))


@pytest.mark.parametrize("length", [30, 31, 32])
def test_a_subnet_too_small_for_a_gateway_is_a_finding(length: int) -> None:
    network = networks.manifest()
    small = replace(network.gateways[0], subnet=IPv4Network(f"172.88.0.0/{length}"))
    with pytest.raises(LandbridgeError, match="too small for the gateway singapore-a"):
        address(replace(network, gateways=(small,)))


def test_a_host_at_the_gateways_address_is_a_finding() -> None:
    network = networks.manifest()
    vpc = network.vpc("singapore")
    taken = replace(vpc, subnets=(replace(vpc.subnets[0], address=IPv4Address("172.88.0.5")), *vpc.subnets[1:]))
    with pytest.raises(LandbridgeError, match=r"singapore-1 has the address that the lab gives singapore-a: 172\.88\.0\.5"):
        address(replace(network, vpcs=tuple(taken if each is vpc else each for each in network.vpcs)))
