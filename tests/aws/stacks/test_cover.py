"""The prefixes of a prefix list."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from landbridge.aws.stacks.cover import cover, remote_prefixes
from landbridge.aws.stacks.vpc import portions
from tests.aws.stacks.networks import large, plans, read, small
from tests.design.networks import designed

prefixes = st.lists(
    st.builds(lambda bits, length: IPv4Network((0x0A000000 | bits << 20, 8 + length), strict=False), st.integers(0, 15), st.integers(0, 20))
    | st.builds(
        lambda bits, length: IPv4Network((0x0A000000 | bits << 4, 24 + length), strict=False), st.integers(0, 63), st.integers(0, 4)
    ),
    max_size=12,
)


def addresses(networks: Iterable[IPv4Network]) -> list[tuple[int, int]]:
    """The addresses as intervals that neither touch nor overlap: worked out apart from what is tried."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted((int(one.network_address), int(one.broadcast_address)) for one in networks):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def fewest(first: int, last: int) -> int:
    """How many prefixes an interval takes at least: the greedy choice of the widest is the best."""
    count = 0
    while first <= last:
        size = first & -first if first else 1 << 32
        while first + size - 1 > last:
            size >>= 1
        first, count = first + size, count + 1
    return count


@given(prefixes)
def test_a_cover_is_exact_and_has_the_fewest(networks: list[IPv4Network]) -> None:
    covered = cover(networks)
    assert addresses(covered) == addresses(networks)
    assert len(covered) == sum(fewest(*interval) for interval in addresses(networks))


def test_a_site_reaches_everyone_else_and_no_private_subnet() -> None:
    design = designed(small())
    paris, tokyo = design.sites
    assert addresses(remote_prefixes(design, "paris")) == addresses([*tokyo.advertised, IPv4Network("172.16.0.0/24")])
    assert addresses(remote_prefixes(design, "oregon")) == addresses([*paris.advertised, *tokyo.advertised])
    assert not any(prefix.overlaps(IPv4Network("10.1.9.0/24")) for prefix in remote_prefixes(design, "tokyo"))


def test_prefix_lists_hold_exactly_the_cover() -> None:
    for made, design in ((plans(small()), designed(small())), (large(), None)):
        for plan in made:
            if plan.kind in ("hub", "edge") and (design or plan.kind == "hub"):
                lists = [one["Properties"] for one in read(plan)["Resources"].values() if one["Type"] == "AWS::EC2::PrefixList"]
                assert all(len(one["Entries"]) <= one["MaxEntries"] for one in lists)
                if design:
                    held = [entry["Cidr"] for one in lists for entry in one["Entries"]]
                    assert held == [str(one) for one in remote_prefixes(design, plan.owner)]


@given(st.integers(0, 700), st.integers(0, 700))
def test_a_list_never_changes_its_size(before: int, after: int) -> None:
    """CloudFormation can't change a list's size and entries at once."""
    some = list(IPv4Network("10.0.0.0/8").subnets(new_prefix=18))
    first, second = ([size for size, _ in portions(some[:count])] for count in (before, after))
    assert all(one == other for one, other in zip(first, second, strict=False))
    for count in (before, after):
        assert [one for _, held in portions(some[:count]) for one in held] == some[:count]
        assert sum(size for size, _ in portions(some[:count])) <= max(10, 2 * count + 20)
        assert all(held for _, held in portions(some[:count])) or count == 0
