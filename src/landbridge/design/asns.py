"""The sites' ASNs: written in the file, else as the lock has them, else the lowest free of `asns`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landbridge.design.claims import Path
from landbridge.design.lock import Lock
from landbridge.findings import Finding, error
from landbridge.intent.document import Document
from landbridge.intent.model import Network

# https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html; RFC 6793 (AS_TRANS), RFC 7300 (last ASNs)
UNUSABLE = {
    7224: "AWS reserves it",
    23456: "it stands for ASNs that a router can't write (RFC 6793)",
    65535: "it is reserved (RFC 7300)",
}
_HUB_RANGES = ((64512, 65534), (4200000000, 4294967294))  # what a Transit Gateway takes for its own side


@dataclass(frozen=True, slots=True)
class _Use:
    """Who uses an ASN, and why."""

    name: str
    why: str
    path: Path

    def __str__(self) -> str:
        return f"{self.name} ({self.why})"


def asns_of(document: Document, lock: Lock) -> tuple[dict[str, int], list[Finding]]:
    """Every site's ASN, and what is wrong.

    Sites must differ from each other and from the hub: one that sees its own ASN in a route's path refuses the route.
    """
    network = document.network
    users: dict[int, list[_Use]] = {}
    for used, use in _uses(network, lock):
        users.setdefault(used, []).append(use)
    findings = [*_unusable(document, users), *_twice(document, users), *_hub(document)]

    chosen: dict[str, int] = {}
    free = (asn for asn in range(network.asns.first, network.asns.last + 1) if asn not in users and asn not in UNUSABLE)
    for name, site in network.sites.items():
        asn: int | None = site.asn or lock.of(name).asn or next(free, None)
        if asn is None:
            findings.append(
                error(
                    "pool-exhausted",
                    f"no ASN of {network.asns} is left for {name}.",
                    document.where("sites", name),
                    "Widen `asns`, or give the site an `asn`.",
                )
            )
        else:
            chosen[name] = asn
    return chosen, findings


def _uses(network: Network, lock: Lock) -> Iterator[tuple[int, _Use]]:
    for name, hub in network.hubs.items():
        yield hub.asn, _Use(name, "the hub's", ("hubs", name, "asn"))
    for name, site in network.sites.items():
        if site.asn is not None:
            yield site.asn, _Use(name, "in the network file", ("sites", name, "asn"))
    for name, held in lock.sites.items():
        if held.asn is not None and (name not in network.sites or network.sites[name].asn is None):
            gone = name not in network.sites
            yield (
                held.asn,
                _Use(name, "held by the lock for a site that is gone" if gone else "held by the lock", () if gone else ("sites", name)),
            )


def _twice(document: Document, users: dict[int, list[_Use]]) -> Iterator[Finding]:
    for asn, uses in users.items():
        seen = uses[0]
        for use in uses[1:]:
            if not seen.path and not use.path:
                continue  # both are gone
            names = seen.name if not use.path else use.name
            at = next((one.path for one in (use, seen) if one.path), ())
            held = next((one.name for one in (use, seen) if "lock" in one.why), None)
            yield error(
                "asn-conflict",
                f"ASN {asn} is used twice: by {seen} and by {use}.",
                document.where(*at),
                f"Give {names} another ASN" + (f", or --forget {held}." if held else "."),
            )


def _unusable(document: Document, users: dict[int, list[_Use]]) -> Iterator[Finding]:
    for asn in users.keys() & UNUSABLE.keys():
        for use in users[asn]:
            if use.path:
                yield error("asn-conflict", f"{use.name} can't use ASN {asn}: {UNUSABLE[asn]}.", document.where(*use.path), "Take another.")


def _hub(document: Document) -> Iterator[Finding]:
    for name, hub in document.network.hubs.items():
        if not any(first <= hub.asn <= last for first, last in _HUB_RANGES):
            ranges = " or ".join(f"{first} to {last}" for first, last in _HUB_RANGES)
            yield error(
                "asn-conflict",
                f"a Transit Gateway can't have ASN {hub.asn}, which {name} has.",
                document.where("hubs", name, "asn"),
                f"Take one from {ranges}.",
            )
