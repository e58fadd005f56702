"""The prefixes of a prefix list."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from landbridge.aws.stacks.cover import cover, remote_prefixes
from tests.aws.stacks.networks import plans, read, small
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


def test_a_prefix_list_has_exactly_the_cover_and_no_room() -> None:
    design = designed(small())
    for plan in plans(small()):
        if plan.kind in ("hub", "edge"):
            held = read(plan)["Resources"]["RemotePrefixes"]["Properties"]
            assert [entry["Cidr"] for entry in held["Entries"]] == [str(one) for one in remote_prefixes(design, plan.owner)]
            assert held["MaxEntries"] == len(held["Entries"])
