"""What a scenario leaves, made up."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

from landbridge.sandbox.rehearsing.measuring import Played
from landbridge.sandbox.rehearsing.scenarios import SCENARIOS, Scenario
from landbridge.sandbox.rehearsing.stage import Kind

BROKEN = 1_000_000.0
MENDED = BROKEN + 20
REGION, HEALER = "ap-northeast-1", "acme-heal"
A, B = frozenset({IPv4Address("169.254.0.6"), IPv4Address("169.254.0.10")}), frozenset({IPv4Address("169.254.0.14")})
Gap = tuple[float, float | None]


def scenario(name: str) -> Scenario:
    return next(one for one in SCENARIOS if one.name == name)


def call(at: float, what: str, who: str = HEALER, *, writes: bool = True, refused: bool = False, region: str = REGION) -> dict[str, Any]:
    """A call so many seconds from the fault."""
    return {
        "at": BROKEN + at,
        "kind": "call",
        "who": who,
        "what": what,
        "region": region,
        "writes": writes,
        "refused": refused,
        "detail": "",
    }


def event(at: float, who: str = "aws.ec2", *, refused: bool = False, region: str = REGION) -> dict[str, Any]:
    return {
        "at": BROKEN + at,
        "kind": "event",
        "who": who,
        "what": "it",
        "region": region,
        "writes": False,
        "refused": refused,
        "detail": "",
    }


def run(at: float) -> dict[str, Any]:
    """heal begins to run."""
    return {
        "at": BROKEN + at,
        "kind": "run",
        "who": HEALER,
        "what": "run",
        "region": REGION,
        "writes": False,
        "refused": False,
        "detail": "",
    }


def way(*gaps: Gap) -> dict[str, Any]:
    """A direction with gaps, in seconds from the fault."""
    found = [[BROKEN + begin, None if end is None else BROKEN + end, 10] for begin, end in gaps]
    return {"from": "one", "to": "other", "sent": 1000, "lost": 10 * len(gaps), "gaps": found, "last": BROKEN + 60}


def played(
    name: str = "terminate",
    kind: Kind = "pair",
    out: tuple[Gap, ...] = (),
    in_: tuple[Gap, ...] = (),
    journal: tuple[dict[str, Any], ...] = (),
    **others: Any,  # noqa: ANN401 - any of its fields
) -> Played:
    connection = {"alive": others.pop("alive", True), "ended": "", "longest_s": 4.5, "silent_s": others.pop("silent_s", 0.1), "received": 9}
    traffic = {"now": BROKEN + 60, "ways": [way(*out), way(*in_)], "connection": connection}
    fields: dict[str, Any] = {"mended": MENDED, "settled": BROKEN + 50, "hub": (), **others}
    return Played(
        scenario(name), kind, "tokyo-a", REGION, HEALER, BROKEN, traffic=traffic, journal=journal, ends=A, **fields
    )  # fmt: skip
