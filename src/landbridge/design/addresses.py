"""Kinds of address space: what no VPC can have, and a warning about what belongs to somebody on the Internet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from landbridge.design.claims import Path, vpcs_of
from landbridge.design.concern import Concern
from landbridge.design.model import Translation
from landbridge.findings import warning
from landbridge.intent.document import Document

# RFC 1918; RFC 6598 (shared address space, which the pool of translations comes from)
PRIVATE = tuple(IPv4Network(prefix) for prefix in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))

# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
NOT_FOR_VPCS = tuple(IPv4Network(prefix) for prefix in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"))


def public_addresses(document: Document, translations: Mapping[str, tuple[Translation, ...]]) -> Iterator[Concern]:
    """One concern for each VPC with public CIDRs, one for each site with public global prefixes."""
    for owner, path, vpc in vpcs_of(document.network):
        yield from _concern(document, owner, "'s VPC uses", [(cidr, (*path, "cidrs", at)) for at, cidr in enumerate(vpc.cidrs)])
    for site, its in translations.items():
        found: list[tuple[IPv4Network, Path]] = [
            (one.global_, ("sites", site, "translate", str(one.local)) if one.pinned else ("sites", site)) for one in its
        ]
        yield from _concern(document, site, " is known to the others by", found)


def _concern(document: Document, owner: str, uses: str, ranges: Iterable[tuple[IPv4Network, Path]]) -> Iterator[Concern]:
    public = [(cidr, path) for cidr, path in ranges if not any(cidr.subnet_of(private) for private in PRIVATE)]
    if public:
        cidrs = ", ".join(str(cidr) for cidr, _ in public)
        yield Concern(
            warning(
                "public-address",
                f"{owner}{uses} public address space, {cidrs}: the Internet's owner of it can't be reached from the network.",
                document.where(*public[0][1]),
                "Renumber it, or accept it with a reason.",
            ),
            owner,
        )
