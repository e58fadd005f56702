"""The address ranges that somebody holds: every VPC's CIDRs and what is reserved for its growth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from landbridge.design.ranges import Block, Index, block_of, network_of
from landbridge.intent.model import Network, Vpc

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A range of a site's or hub's VPC, and the path of the key in the network file that says so."""

    block: Block
    owner: str
    kind: Literal["VPC CIDR", "reserved range"]
    path: Path

    def __str__(self) -> str:
        return f"{self.owner}'s {self.kind} {network_of(self.block)}"


def vpcs_of(network: Network) -> Iterator[tuple[str, Path, Vpc]]:
    """Every VPC, hubs first: its owner's name, the path of its key, and the VPC."""
    for name, hub in network.hubs.items():
        if hub.vpc is not None:
            yield name, ("hubs", name, "vpc"), hub.vpc
    for name, site in network.sites.items():
        yield name, ("sites", name, "vpc"), site.vpc


def claims_of(network: Network) -> tuple[Claim, ...]:
    """Every VPC's CIDRs and reserved ranges, in the file's order."""
    return tuple(
        claim
        for owner, path, vpc in vpcs_of(network)
        for claim in (
            *(Claim(block_of(cidr), owner, "VPC CIDR", (*path, "cidrs", at)) for at, cidr in enumerate(vpc.cidrs)),
            *(Claim(block_of(cidr), owner, "reserved range", (*path, "reserved", at)) for at, cidr in enumerate(vpc.reserved)),
        )
    )


def index_of(claims: tuple[Claim, ...]) -> Index[Claim]:
    return Index((claim.block, claim) for claim in claims)
