"""The global prefixes of every other VPC, and whether a prefix list holds just these."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from landbridge.artifacts.manifest import Manifest

Range = tuple[int, int]


class Remotes:
    """What is remote to each VPC of a network."""

    def __init__(self, manifest: Manifest) -> None:
        self._known = sorted(
            (*_range(subnet.global_), vpc.name) for vpc in manifest.vpcs for subnet in vpc.subnets if subnet.global_ is not None
        )

    def are(self, vpc: str, prefixes: Iterable[IPv4Network]) -> bool:
        """Whether prefixes hold every address that is remote to a VPC, and no other."""
        return _merged(sorted(map(_range, prefixes))) == _merged((first, last) for first, last, owner in self._known if owner != vpc)


def _range(prefix: IPv4Network) -> Range:
    first = int(prefix.network_address)
    return first, first + prefix.num_addresses - 1


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """Sorted ranges, those in one that meet or touch."""
    merged: list[Range] = []
    for first, last in ranges:
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged
