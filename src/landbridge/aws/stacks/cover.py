"""The remote prefixes of each VPC, as a prefix list has them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from landbridge.design import Design


def cover(prefixes: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """The fewest prefixes that hold every address of these and no other. (As `collapse_addresses`, in a tenth of its time: each of
    hundreds of sites has one of all the others.)"""
    kept: list[tuple[int, int]] = []  # first address and size, neither of them within or the other half of another
    for first, size in sorted({(int(one.network_address), one.num_addresses) for one in prefixes}, key=lambda one: (one[0], -one[1])):
        if kept and first < kept[-1][0] + kept[-1][1]:
            continue
        kept.append((first, size))
        while len(kept) > 1 and kept[-2][1] == kept[-1][1] and kept[-2][0] == kept[-1][0] ^ kept[-1][1]:
            kept.pop()
            kept[-1] = kept[-1][0], 2 * kept[-1][1]
    return tuple(IPv4Network((first, 33 - size.bit_length())) for first, size in kept)


def remote_prefixes(design: Design, owner: str) -> tuple[IPv4Network, ...]:
    """What a hub's or site's VPC reaches elsewhere: the cover of everyone else's global prefixes."""
    hub = [subnet.global_ for subnet in design.hub.subnets if not subnet.private and design.hub.name != owner]
    sites = (prefix for site in design.sites if site.name != owner for prefix in site.advertised)
    return cover([*hub, *sites])
