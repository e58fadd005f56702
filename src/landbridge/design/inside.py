"""The tunnels' inside addresses: pinned, else as the lock has them, else the lowest free /30 of 169.254.0.0/16."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Literal

from landbridge.design.allocation import Pool
from landbridge.design.claims import Path
from landbridge.design.lock import Lock
from landbridge.design.ranges import Block, block_of, network_of
from landbridge.design.settings import Settings
from landbridge.findings import Finding, error
from landbridge.intent.document import Document

WHOLE = IPv4Network("169.254.0.0/16")
LENGTH = 30
RESERVED = (
    *(IPv4Network(f"169.254.{third}.0/30") for third in range(6)),  # AWS': TunnelOptions.TunnelInsideCidr refuses these
    IPv4Network("169.254.169.0/24"),  # AWS' 169.254.169.252/30, and its metadata, DNS and time services
)


@dataclass(frozen=True, slots=True)
class _Use:
    """A tunnel's range that is settled. `retired`: only the lock still knows the tunnel."""

    tunnel: str
    site: str
    range: IPv4Network
    origin: Literal["pinned", "locked", "retired"]
    path: Path

    def __str__(self) -> str:
        by = {"pinned": "pinned in the network file", "locked": "held by the lock", "retired": "held by the lock, though it is gone"}
        return f"{self.tunnel} ({by[self.origin]})"


def inside_of(document: Document, settings: Mapping[str, Settings], lock: Lock) -> tuple[dict[str, IPv4Network], list[Finding]]:
    """Every tunnel's /30 by the tunnel's name, and what is wrong with those that are pinned, locked or not to be had."""
    uses = tuple(_uses(settings, lock))
    findings = [*_unfit(document, uses), *_twice(document, uses)]

    pool = Pool(block_of(WHOLE), (block_of(one) for one in (*RESERVED, *(use.range for use in uses))))
    chosen = {use.tunnel: use.range for use in uses if use.origin != "retired"}
    without: list[str] = []
    for mine in settings.values():
        for tunnel in mine.tunnels:
            if tunnel not in chosen:
                found: Block | None = pool.take(LENGTH)
                if found is None:
                    without.append(tunnel)
                else:
                    chosen[tunnel] = network_of(found)
    if without:
        findings.append(
            error(
                "pool-exhausted",
                f"{WHOLE} has no /{LENGTH} left for {len(without)} tunnels, the first of them {without[0]}: a Transit Gateway ends at "
                f"{_ranges_in(WHOLE) - sum(map(_ranges_in, RESERVED))} tunnels.",
                document.where("sites", next(name for name, mine in settings.items() if without[0] in mine.tunnels)),
                "Make sites `availability: single`, or leave sites out.",
            )
        )
    return chosen, findings


def _ranges_in(network: IPv4Network) -> int:
    return network.num_addresses >> (32 - LENGTH)


def _uses(settings: Mapping[str, Settings], lock: Lock) -> Iterator[_Use]:
    """Pins first, so that of a pin and what is locked the error stands at the pin."""
    live = {tunnel: name for name, mine in settings.items() for tunnel in mine.tunnels}
    pinned: set[str] = set()
    for name, mine in settings.items():
        for at, (tunnel, pin) in enumerate(zip(mine.tunnels, mine.inside_pins, strict=False)):  # as many, or none
            pinned.add(tunnel)
            yield _Use(tunnel, name, pin, "pinned", ("sites", name, "gateway", "tunnels", at))
    for name, held in lock.sites.items():
        for tunnel, kept in held.inside.items():
            if tunnel not in pinned:
                known = live.get(tunnel) == name
                yield _Use(tunnel, name, kept, "locked" if known else "retired", ("sites", name) if known else ())


def _unfit(document: Document, uses: tuple[_Use, ...]) -> Iterator[Finding]:
    for use in uses:
        if use.origin == "retired":
            continue
        reserved = next((one for one in RESERVED if one.overlaps(use.range)), None)
        if use.range.prefixlen != LENGTH:
            problem = f"is not a /{LENGTH}, which AWS wants of a tunnel's inside range"
        elif not use.range.subnet_of(WHOLE):
            problem = f"is not inside {WHOLE}, where AWS wants a tunnel's inside range"
        elif reserved is not None:
            problem = f"is reserved: AWS keeps {reserved} for itself"
        else:
            continue
        yield error(
            "inside-conflict" if use.origin == "pinned" else "lock",
            f"{use.range} for {use} {problem}.",
            document.where(*use.path),
            f"Take another /{LENGTH} of {WHOLE}." if use.origin == "pinned" else f"Pin another, or --forget {use.site}.",
        )


def _twice(document: Document, uses: tuple[_Use, ...]) -> Iterator[Finding]:
    """Ranges that two tunnels have. (Ranges of other lengths are `_unfit` already.)"""
    first: dict[IPv4Network, _Use] = {}
    for use in uses:
        other = first.setdefault(use.range, use)
        if other is use or (other.origin == "retired" and use.origin == "retired"):
            continue
        at = other if other.origin == "pinned" and use.origin != "pinned" else use
        held = next((one.site for one in (use, other) if one.origin != "pinned"), None)
        yield error(
            "inside-conflict" if "pinned" in (use.origin, other.origin) else "lock",
            f"inside range {use.range} is used twice: by {other} and by {use}.",
            document.where(*at.path),
            f"Pin another /{LENGTH} of {WHOLE}" + (f", or --forget {held}." if held else "."),
        )
