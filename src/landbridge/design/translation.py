"""Which subnets need a translation, and to what: pinned, else as the lock has it, else the lowest free prefix of the pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice
from typing import Literal

from landbridge.design.addresses import NOT_FOR_VPCS
from landbridge.design.allocation import Pool
from landbridge.design.claims import Claim, Path, index_of
from landbridge.design.lock import Lock
from landbridge.design.model import Translation
from landbridge.design.ranges import Block, Index, block_of, network_of
from landbridge.findings import Finding, error
from landbridge.intent.document import Document
from landbridge.intent.model import Site

_NAMED = 3  # how many of those in the way an error names


@dataclass(frozen=True, slots=True)
class _Global:
    """A global prefix that is settled before anything is allocated. `rank` orders them, so that of two that clash one reports it.

    A `retired` one is only in the lock: its site or subnet is gone, or private now.
    """

    rank: int
    site: str
    local: IPv4Network
    block: Block
    origin: Literal["pinned", "locked", "retired"]
    path: Path

    def __str__(self) -> str:
        by = {"pinned": "pinned in the network file", "locked": "held by the lock", "retired": "held by the lock for what is gone"}
        return f"{self.site}'s {network_of(self.block)} for {self.local} ({by[self.origin]})"


def translations_of(document: Document, claims: tuple[Claim, ...], lock: Lock) -> tuple[dict[str, tuple[Translation, ...]], list[Finding]]:
    """Every site's translations, in the order of its subnets; and what is wrong with those that are pinned, locked or not to be had.

    A subnet gets one if the file pins it, if the lock holds one (though the overlap has gone), or if it overlaps a VPC CIDR or a
    reserved range of another VPC: an address in one's own VPC CIDR never leaves the VPC, so nobody there could reach the subnet.
    """
    sites, held = document.network.sites, index_of(claims)
    settled, retired = tuple(_settled(sites, lock)), tuple(_retired(sites, lock))
    findings = [
        *_stray_pins(document),
        *_wrong_lengths(document, settled),
        *_unroutable(document, settled),
        *_clashes(document, settled, retired, held),
    ]

    pool = Pool(
        block_of(document.network.translation.pool),
        (*map(block_of, NOT_FOR_VPCS), *(claim.block for claim in claims), *(one.block for one in (*settled, *retired))),
    )
    chosen: dict[tuple[str, IPv4Network], _Global] = {(one.site, one.local): one for one in settled}
    result: dict[str, tuple[Translation, ...]] = {}
    for name, site in sites.items():
        mine = []
        for at, subnet in enumerate(site.vpc.subnets):
            if subnet.private:
                continue
            known = chosen.get((name, subnet.cidr))
            if known is not None:
                mine.append(Translation(name, subnet.cidr, network_of(known.block), known.origin == "pinned"))
            elif (other := _other(held, block_of(subnet.cidr), name)) is not None:
                found = pool.take(subnet.cidr.prefixlen)
                if found is None:
                    findings.append(_exhausted(document, ("sites", name, "vpc", "subnets", at, "cidr"), subnet.cidr, other))
                else:
                    mine.append(Translation(name, subnet.cidr, network_of(found), pinned=False))
        result[name] = tuple(mine)
    return result, findings


def _other(held: Index[Claim], block: Block, owner: str) -> Claim | None:
    """The first claim of another owner that the block overlaps."""
    return next((claim for claim in held.touching(block) if claim.owner != owner), None)


def _settled(sites: Mapping[str, Site], lock: Lock) -> Iterator[_Global]:
    rank = 0
    for name, site in sites.items():
        locked = lock.of(name).translations
        for at, subnet in enumerate(site.vpc.subnets):
            pin, kept = site.translate.get(subnet.cidr), locked.get(subnet.cidr)
            if subnet.private or (pin is None and kept is None):
                continue
            rank += 1
            if pin is not None:
                yield _Global(rank, name, subnet.cidr, block_of(pin), "pinned", ("sites", name, "translate", str(subnet.cidr)))
            elif kept is not None:
                yield _Global(rank, name, subnet.cidr, block_of(kept), "locked", ("sites", name, "vpc", "subnets", at, "cidr"))


def _retired(sites: Mapping[str, Site], lock: Lock) -> Iterator[_Global]:
    for name, held in lock.sites.items():
        live = {subnet.cidr for subnet in sites[name].vpc.subnets if not subnet.private} if name in sites else set()
        for local, global_ in held.translations.items():
            if local not in live:
                yield _Global(0, name, local, block_of(global_), "retired", ())


def _stray_pins(document: Document) -> Iterator[Finding]:
    for name, site in document.network.sites.items():
        for local in site.translate:
            subnet = next((subnet for subnet in site.vpc.subnets if subnet.cidr == local), None)
            if subnet is None:
                yield error(
                    "translation-conflict",
                    f"{local} is not a subnet of {name}.",
                    document.where("sites", name, "translate", str(local)),
                    f"Its subnets are {', '.join(str(subnet.cidr) for subnet in islice(site.vpc.subnets, 8))}.",
                )
            elif subnet.private:
                yield error(
                    "translation-conflict",
                    f"{local} of {name} is private, so nobody else knows it by any prefix.",
                    document.where("sites", name, "translate", str(local)),
                    "Take the pin or `private: true` away.",
                )


def _wrong_lengths(document: Document, settled: tuple[_Global, ...]) -> Iterator[Finding]:
    for one in settled:
        if one.block.length == one.local.prefixlen:
            continue
        which = "longer" if one.block.length > one.local.prefixlen else "shorter"
        yield error(
            "translation-conflict" if one.origin == "pinned" else "lock",
            f"{network_of(one.block)}{'' if one.origin == 'pinned' else ' in the lock'} is {which} than {one.local} of {one.site}; "
            "a translation keeps the length.",
            document.where(*one.path),
            f"Write a /{one.local.prefixlen}." if one.origin == "pinned" else f"Pin a /{one.local.prefixlen}, or --forget {one.site}.",
        )


def _unroutable(document: Document, settled: tuple[_Global, ...]) -> Iterator[Finding]:
    for one in settled:
        special = next((special for special in NOT_FOR_VPCS if special.overlaps(network_of(one.block))), None)
        if special is not None:
            message = f"{one} lies in {special}, which no VPC routes."
            yield error("translation-conflict", message, document.where(*one.path), "Pin a prefix elsewhere.")


def _clashes(document: Document, settled: tuple[_Global, ...], retired: tuple[_Global, ...], held: Index[Claim]) -> Iterator[Finding]:
    """Settled global prefixes that lie in a VPC's ranges or on another global prefix, each named with what is in its way."""
    others = Index((one.block, one) for one in (*settled, *retired))
    for one in settled:
        in_the_way: list[Claim | _Global] = list(islice(held.touching(one.block), _NAMED))
        in_the_way += islice((other for other in others.touching(one.block) if other is not one and _reports(one, other)), _NAMED)
        if in_the_way:
            yield error(
                "lock" if one.origin == "locked" and all(isinstance(other, _Global) for other in in_the_way) else "translation-conflict",
                f"{one} overlaps {' and '.join(str(other) for other in in_the_way[:_NAMED])}.",
                document.where(*one.path),
                _remedy(one, in_the_way),
            )


def _reports(one: _Global, other: _Global) -> bool:
    """Of two that clash one reports it: a pin before what is only locked, else the later in the file. What is gone never does."""
    if (one.origin == "pinned") != (other.origin == "pinned"):
        return one.origin == "pinned"
    return one.rank > other.rank


def _remedy(one: _Global, in_the_way: list[Claim | _Global]) -> str:
    held = sorted({other.site for other in in_the_way if isinstance(other, _Global) and other.origin != "pinned"})
    if one.origin == "locked":
        return f"Give the VPC another CIDR, pin another prefix under sites.{one.site}.translate, or --forget {one.site} to choose anew."
    if held:
        return f"Pin another prefix, or --forget {held[0]} to free what the lock holds for it."
    return "Pin a prefix of the same length that no VPC, no reserved range and no other translation overlaps."


def _exhausted(document: Document, path: Path, local: IPv4Network, other: Claim) -> Finding:
    return error(
        "pool-exhausted",
        f"{local} overlaps {other}, and the pool {document.network.translation.pool} has no free /{local.prefixlen} left for it.",
        document.where(*path),
        "Widen translation.pool, or pin a prefix outside it.",
    )
