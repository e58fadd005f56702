"""What holds for every network."""

from __future__ import annotations

from ipaddress import IPv4Network, summarize_address_range
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from landbridge.design import Design, Lock
from landbridge.design.allocation import Pool
from landbridge.design.claims import Claim, claims_of
from landbridge.design.overlaps import overlaps_of
from landbridge.design.ranges import Block, Index, block_of, network_of
from tests.design.networks import Data, designed, document, hub, network

SPACE = IPv4Network("10.0.0.0/14")  # small, so that overlaps are common


@st.composite
def blocks(draw: st.DrawFn, shortest: int = 14, longest: int = 24) -> IPv4Network:
    """A prefix of the small space."""
    length = draw(st.integers(shortest, longest))
    return IPv4Network((int(SPACE.network_address) + (draw(st.integers(0, (1 << (length - 14)) - 1)) << (32 - length)), length))


@st.composite
def sites(draw: st.DrawFn) -> Data:
    """A site with one VPC CIDR, up to four subnets in it (some private), sometimes something reserved."""
    cidr = draw(blocks(16, 20))
    length = draw(st.integers(cidr.prefixlen + 2, 26))
    places = draw(st.lists(st.integers(0, min(15, (1 << (length - cidr.prefixlen)) - 1)), min_size=1, max_size=4, unique=True))
    first, size = int(cidr.network_address), 1 << (32 - length)
    subnets = [
        {"cidr": str(IPv4Network((first + place * size, length))), "zone": "abcd"[at], "private": at > 0 and draw(st.booleans())}
        for at, place in enumerate(places)
    ]
    public_zones = sum(not subnet["private"] for subnet in subnets)
    pair = public_zones > 1 and draw(st.booleans())
    reserved = [str(draw(blocks(16, 22)))] if draw(st.integers(0, 3)) == 0 else []
    return {
        "region": "eu-west-1",
        "vpc": {"cidrs": [str(cidr)], "reserved": reserved, "subnets": subnets},
        "gateway": {"availability": "pair" if pair else "single"},
    }


NAMES = st.sampled_from([f"s{number}" for number in range(10)])


@st.composite
def networks(draw: st.DrawFn, pools: tuple[str, ...] = ("100.64.0.0/10",)) -> Data:
    """Up to eight sites in the small space; the hub is elsewhere."""
    members = draw(st.dictionaries(NAMES, sites(), min_size=1, max_size=8))
    return network(members, hubs={"oregon": hub()}, translation={"pool": draw(st.sampled_from(pools))})


def claims(data: Data) -> list[tuple[str, IPv4Network]]:
    """Who holds which range, straight from the file's data."""
    vpcs = {**{name: one["vpc"] for name, one in data["hubs"].items()}, **{name: one["vpc"] for name, one in data["sites"].items()}}
    return [(owner, IPv4Network(cidr)) for owner, vpc in vpcs.items() for cidr in (*vpc["cidrs"], *vpc.get("reserved", ()))]


@given(networks(("100.64.0.0/10", "10.0.0.0/8")))
def test_translations_are_one_to_one_aligned_of_equal_length_and_clash_with_nothing(data: Data) -> None:
    plan, pool = designed(data), IPv4Network(data["translation"]["pool"])
    held = claims(data)
    for site in plan.sites:
        translated = {one.local: one.global_ for one in site.translations}
        for subnet in site.subnets:
            wanted = not subnet.private and any(owner != site.name and subnet.local.overlaps(there) for owner, there in held)
            assert (subnet.local in translated) == wanted
            assert subnet.global_ == translated.get(subnet.local, subnet.local)
    for one in plan.translations:
        assert one.local.prefixlen == one.global_.prefixlen
        assert one.global_.subnet_of(pool)
        assert not any(one.global_.overlaps(there) for _, there in held)
    subnets = [*plan.hub.subnets, *(subnet for site in plan.sites for subnet in site.subnets)]
    everyone = [subnet.global_ for subnet in subnets if not subnet.private]
    assert not any(one.overlaps(other) for one, other in combinations(everyone, 2))


@given(networks())
def test_asns_and_inside_ranges_are_each_ones_own(data: Data) -> None:
    plan = designed(data)
    asns = [plan.hub.asn, *(site.asn for site in plan.sites)]
    inside = [tunnel.inside for site in plan.sites for gateway in site.gateways for tunnel in gateway.tunnels]
    assert len(set(asns)) == len(asns)
    assert len(set(inside)) == len(inside)


def kept(plan: Design) -> dict[str, dict[Any, Any]]:
    """Every choice of a design by what it is for."""
    return {
        site.name: {
            "asn": site.asn,
            **{one.local: one.global_ for one in site.translations},
            **{tunnel.name: tunnel.inside for gateway in site.gateways for tunnel in gateway.tunnels},
        }
        for site in plan.sites
    }


@given(networks(), st.dictionaries(NAMES, sites(), max_size=3), st.sets(NAMES, max_size=4), st.randoms(use_true_random=False))
def test_adding_removing_and_reordering_sites_never_moves_a_locked_choice(
    data: Data, added: dict[str, Data], removed: set[str], random: Random
) -> None:
    first = designed(data)
    names = [name for name in (*data["sites"], *(name for name in added if name not in data["sites"])) if name not in removed]
    random.shuffle(names)
    changed = designed(data | {"sites": {name: data["sites"].get(name) or added[name] for name in names}}, first.lock)
    before, after = kept(first), kept(changed)
    for name in before.keys() & after.keys():
        assert before[name].items() <= after[name].items()
    assert kept(designed(data, changed.lock)).items() >= {name: before[name] for name in removed & before.keys()}.items()


@given(networks())
def test_the_same_network_with_its_own_lock_is_the_same_design(data: Data) -> None:
    first = designed(data)
    again = designed(data, first.lock)
    assert again == first
    assert again.lock == first.lock


def brute_clusters(held: list[Claim]) -> set[tuple[IPv4Network, tuple[str, ...]]]:
    """Connected components of 'overlaps', pair by pair."""
    left, found = list(held), set()
    while left:
        cluster, grew = [left.pop()], True
        while grew:
            near = [one for one in left if any(network_of(one.block).overlaps(network_of(other.block)) for other in cluster)]
            left = [one for one in left if one not in near]
            cluster += near
            grew = bool(near)
        owners = tuple(sorted({one.owner for one in cluster}))
        if len(owners) > 1 and any(one.kind == "VPC CIDR" for one in cluster):
            found.add((min((network_of(one.block) for one in cluster), key=lambda one: one.prefixlen), owners))
    return found


@given(networks())
def test_the_sweep_finds_what_comparing_every_pair_finds(data: Data) -> None:
    held = claims_of(document(data).network)
    found = overlaps_of(held)
    assert {(one.prefix, one.owners) for one in found} == brute_clusters(list(held))
    assert [one.prefix for one in found] == sorted(one.prefix for one in found)


@given(st.lists(blocks()), blocks())
def test_an_index_finds_what_comparing_finds(held: list[IPv4Network], asked: IPv4Network) -> None:
    index = Index((block_of(one), number) for number, one in enumerate(held))
    assert sorted(index.touching(block_of(asked))) == [number for number, one in enumerate(held) if one.overlaps(asked)]


@given(st.lists(blocks(), max_size=12), st.lists(st.integers(14, 28), max_size=30))
def test_allocation_is_the_lowest_free_aligned_prefix(used: list[IPv4Network], lengths: list[int]) -> None:
    pool = Pool(block_of(SPACE), map(block_of, used))
    taken = [block_of(one) for one in used]
    for length in lengths:
        found = pool.take(length)
        assert found == lowest(taken, length)
        if found is not None:
            taken.append(found)


def lowest(taken: list[Block], length: int) -> Block | None:
    """The lowest free aligned block, by trying: whenever something is in the way, on behind it."""
    at, size = int(SPACE.network_address), 1 << (32 - length)
    while at + size <= int(SPACE.broadcast_address) + 1:
        ends = [block.end for block in taken if block.first < at + size and at < block.end]
        if not ends:
            return Block(at, length)
        at = -(-max(ends) // size) * size
    return None


@given(st.lists(blocks(), max_size=12))
def test_a_pool_is_all_that_is_not_used(used: list[IPv4Network]) -> None:
    pool, free = Pool(block_of(SPACE), map(block_of, used)), 0
    for length in range(14, 29):
        while (found := pool.take(length)) is not None:
            assert not any(network_of(found).overlaps(one) for one in used)
            free += found.size
    busy = {address for one in used for address in range(int(one.network_address) >> 8, (int(one.broadcast_address) >> 8) + 1)}
    assert free == SPACE.num_addresses - 256 * len(busy)
    assert next(summarize_address_range(SPACE[0], SPACE[-1])) == SPACE


def test_five_thousand_sites_with_one_prefix_are_one_cluster_and_all_translated() -> None:
    same = {"cidrs": ["10.0.0.0/24"], "subnets": [{"cidr": "10.0.0.0/24", "zone": "a"}]}
    data = network({f"s{at}": {"region": "eu-west-1", "vpc": same, "gateway": {"availability": "single"}} for at in range(5000)})
    plan = designed(data, Lock.empty())
    assert [(str(one.prefix), len(one.owners)) for one in plan.overlaps] == [("10.0.0.0/24", 5000)]
    assert len({one.global_ for one in plan.translations}) == 5000
