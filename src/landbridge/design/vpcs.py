"""What must hold inside each VPC, and between the hub's subnets and everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from itertools import islice

from landbridge.design.addresses import NOT_FOR_VPCS
from landbridge.design.claims import Claim, Path, index_of, vpcs_of
from landbridge.design.ranges import Block, block_of, network_of
from landbridge.findings import Finding, error
from landbridge.intent.document import Document
from landbridge.intent.model import Vpc

_NAMED = 3


def check_vpcs(document: Document) -> Iterator[Finding]:
    """CIDRs and subnets as AWS takes them: nothing special, apart from each other, subnets inside their VPC."""
    for owner, path, vpc in vpcs_of(document.network):
        yield from _special(document, owner, path, vpc)
        yield from _apart(document, f"CIDRs of {owner}", [(cidr, (*path, "cidrs", at)) for at, cidr in enumerate(vpc.cidrs)])
        subnets = [(subnet.cidr, (*path, "subnets", at, "cidr")) for at, subnet in enumerate(vpc.subnets)]
        yield from _apart(document, f"subnets of {owner}", subnets)
        yield from _outside(document, owner, vpc, subnets)


def check_hub_subnets(document: Document, claims: tuple[Claim, ...]) -> Iterator[Finding]:
    """A hub's subnet must lie in no site's VPC: no gateway stands at the hub to translate it."""
    held = index_of(claims)
    for name, hub in document.network.hubs.items():
        for at, subnet in enumerate(hub.vpc.subnets if hub.vpc else ()):
            if subnet.private:
                continue
            for other in islice((claim for claim in held.touching(block_of(subnet.cidr)) if claim.owner != name), _NAMED):
                yield error(
                    "overlap",
                    f"{name}'s subnet {subnet.cidr} overlaps {other}, and at a hub no gateway stands to translate it.",
                    document.where("hubs", name, "vpc", "subnets", at, "cidr"),
                    "Make the subnet `private: true`, or move one of them.",
                )


def _special(document: Document, owner: str, path: Path, vpc: Vpc) -> Iterator[Finding]:
    ranges: list[tuple[str, IPv4Network, Path]] = [
        *(("VPC CIDR", cidr, (*path, "cidrs", at)) for at, cidr in enumerate(vpc.cidrs)),
        *(("subnet", subnet.cidr, (*path, "subnets", at, "cidr")) for at, subnet in enumerate(vpc.subnets)),
    ]
    for what, cidr, place in ranges:
        special = next((one for one in NOT_FOR_VPCS if one.overlaps(cidr)), None)
        if special is not None:
            yield error(
                "schema",
                f"{owner}'s {what} {cidr} lies in {special}, which no VPC can have.",
                document.where(*place),
                "Take another range.",
            )


def _apart(document: Document, what: str, ranges: Iterable[tuple[IPv4Network, Path]]) -> Iterator[Finding]:
    """Prefixes are laminar: sorted, one that overlaps any before it lies inside the last widest one."""
    wide: Block | None = None
    for block, path in sorted((block_of(cidr), path) for cidr, path in ranges):
        if wide is not None and wide.holds(block):
            yield error(
                "overlap", f"{what} overlap: {network_of(wide)} and {network_of(block)}.", document.where(*path), "Leave one, or move one."
            )
        else:
            wide = block


def _outside(document: Document, owner: str, vpc: Vpc, subnets: Iterable[tuple[IPv4Network, Path]]) -> Iterator[Finding]:
    cidrs = [block_of(cidr) for cidr in vpc.cidrs]
    for cidr, path in subnets:
        block = block_of(cidr)
        if not any(whole.holds(block) for whole in cidrs):
            whole = ", ".join(map(str, vpc.cidrs))
            yield error(
                "overlap",
                f"{owner}'s subnet {cidr} is outside its VPC's CIDRs, {whole}.",
                document.where(*path),
                "Add its range to `cidrs`, or move it.",
            )
