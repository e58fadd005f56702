"""Where address spaces overlap: one sweep over all claims in sorted order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landbridge.design.claims import Claim
from landbridge.design.model import Overlap
from landbridge.design.ranges import network_of


def overlaps_of(claims: Iterable[Claim]) -> tuple[Overlap, ...]:
    """The maximal clusters of overlapping ranges that several owners share, lowest address first; owners in sorted order.

    Ranges that are merely reserved, by several owners, bother nobody: a cluster has at least one VPC CIDR.
    """
    return tuple(
        Overlap(network_of(cluster[0].block), owners)
        for cluster in _clusters(claims)
        if any(claim.kind == "VPC CIDR" for claim in cluster) and len(owners := tuple(sorted({claim.owner for claim in cluster}))) > 1
    )


def _clusters(claims: Iterable[Claim]) -> Iterator[list[Claim]]:
    """Prefixes are laminar, so a cluster is a widest prefix and all that come before its end."""
    cluster: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: claim.block):
        if cluster and claim.block.first >= cluster[0].block.end:
            yield cluster
            cluster = []
        cluster.append(claim)
    if cluster:
        yield cluster
