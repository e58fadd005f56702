"""The remote prefixes of each VPC, as a prefix list has them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, collapse_addresses

from landbridge.design import Design


def cover(prefixes: Iterable[IPv4Network]) -> tuple[IPv4Network, ...]:
    """The fewest prefixes that hold every address of these and no other."""
    return tuple(collapse_addresses(prefixes))


def remote_prefixes(design: Design, owner: str) -> tuple[IPv4Network, ...]:
    """What a hub's or site's VPC reaches elsewhere: the cover of everyone else's global prefixes."""
    hub = [subnet.global_ for subnet in design.hub.subnets if not subnet.private and design.hub.name != owner]
    sites = (prefix for site in design.sites if site.name != owner for prefix in site.advertised)
    return cover([*hub, *sites])
