"""From what happened to a row of the table: pure.

Times are seconds since 1970, all by this machine's clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from ipaddress import IPv4Address
from typing import Any

from landbridge.sandbox.rehearsing.scenarios import Scenario
from landbridge.sandbox.rehearsing.stage import Kind

Record = dict[str, Any]
HEARD_S = 1.0  # a connection that has heard nothing for longer is silent
SLIGHT_S = 0.1  # a gap shorter than that is a lost packet or two, as any network has
TOLD_S = 2.0  # of a move, by the run that made it
RUN_S = 5.0  # a run of heal takes less, from its beginning to its moves
MOVES = ("ec2:ReplaceRoute", "ec2:CreateRoute")
TELLING = ("events:PutEvents",)
WORDS = ("dynamodb:PutItem", "lambda:Invoke")
CAUSES = ("aws.ec2", "aws.autoscaling", "aws.cloudwatch")


@dataclass(frozen=True, slots=True)
class Played:
    """What a scenario left: when it was broken, when mended, when all was settled again (None: it never was), what the traffic between the
    two hosts felt, what the emulator's journal has, when the hub's route to the site's host led where, and what wasn't right at the end."""

    scenario: Scenario
    kind: Kind
    gateway: str
    region: str
    healer: str
    broken: float
    mended: float
    settled: float | None
    traffic: Record
    journal: Sequence[Record]
    hub: Sequence[tuple[float, frozenset[IPv4Address]]]
    ends: frozenset[IPv4Address]
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What one scenario was like. `detected_s` (by an event or a claim), `routes_s` (the VPC's routes were moved), `hub_s` (the hub's were)
    and `settled_s` are seconds from the fault, None for what didn't happen, or needn't. `out_s` is the longest outage from the site, `in_s`
    to it; `back_s` is when the last outage ended that began before the mending, `after_s` the longest one that began later. The TCP
    connection is `alive` as long as nobody ended it, and `heard` if at the end it is not silent. `writes` are heal's calls that wrote, by
    operation; `moving` is the most of them that one failover took, by as many of heal's `runs` at once."""

    scenario: str
    what: str
    gateway: str
    detected_s: float | None
    by: str
    routes_s: float | None
    hub_s: float | None
    out_s: float
    in_s: float
    back_s: float
    after_s: float
    sent: int
    lost: int
    alive: bool
    heard: bool
    silence_s: float
    writes: Mapping[str, int]
    moving: int
    runs: int
    settled_s: float | None
    limit_s: float = 0.0
    misses: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.misses

    def as_json(self) -> Record:
        return {**asdict(self), "misses": list(self.misses), "ok": self.ok}


def measure(played: Played) -> Row:
    """What was felt, and what was done about it."""
    end = played.traffic["now"]
    out, in_ = (_gaps(way, end) for way in played.traffic["ways"])
    before = [gap for gap in (*out, *in_) if played.broken - 0.5 <= gap[0] < played.mended]
    after = [gap for gap in (*out, *in_) if gap[0] >= played.mended]
    calls = [
        one for one in played.journal if one["kind"] == "call" and one["who"] == played.healer and one["writes"] and not one["refused"]
    ]
    failovers = [_failover(played, calls, *phase) for phase in ((played.broken, played.mended), (played.mended, float("inf")))]
    moving, runs = max(failovers)
    moved = [one["at"] for one in calls if one["what"] in MOVES and one["region"] == played.region and one["at"] < played.mended]
    detected, by = _detected(played)
    return Row(
        scenario=played.scenario.name,
        what=played.scenario.what,
        gateway=played.gateway,
        detected_s=_since(played, detected),
        by=by,
        routes_s=_since(played, max(moved, default=None)),
        hub_s=_since(played, _left(played)),
        out_s=_longest(out),
        in_s=_longest(in_),
        back_s=round(max((gap[1] - played.broken for gap in before), default=0.0), 2),
        after_s=_longest(after),
        sent=sum(way["sent"] for way in played.traffic["ways"]),
        lost=sum(way["lost"] for way in played.traffic["ways"]),
        alive=played.traffic["connection"]["alive"],
        heard=played.traffic["connection"]["silent_s"] <= HEARD_S,
        silence_s=played.traffic["connection"]["longest_s"],
        writes=dict(sorted(Counter(one["what"] for one in calls).items())),
        moving=moving,
        runs=runs,
        settled_s=_since(played, played.settled),
    )


def _gaps(way: Record, end: float) -> list[tuple[float, float]]:
    """A way's gaps that are more than a lost packet or two; one without an end lasts until now."""
    found = [(begin, end if until is None else until) for begin, until, _ in way["gaps"]]
    return [gap for gap in found if gap[1] - gap[0] >= SLIGHT_S]


def _longest(gaps: Iterable[tuple[float, float]]) -> float:
    return round(max((until - begin for begin, until in gaps), default=0.0), 2)


def _since(played: Played, moment: float | None) -> float | None:
    return None if moment is None else round(max(0.0, moment - played.broken), 2)


def _detected(played: Played) -> tuple[float | None, str]:
    """When the first word of a gateway's, or event, came that tells of it, and which."""
    for one in played.journal:
        if one["at"] < played.broken or one["refused"] or one["region"] != played.region:
            continue
        if one["kind"] == "event" and one["who"] in CAUSES:
            return one["at"], "event"
        if one["kind"] == "call" and one["who"].startswith("i-") and one["what"] in WORDS:
            return one["at"], "claim"
    return None, ""


def _failover(played: Played, calls: Iterable[Record], since: float, until: float) -> tuple[int, int]:
    """How many calls a failover took: those that moved routes, and the telling of it, but not what brought a new instance into service. And
    how many of heal's runs had just begun before the first of them, so that they couldn't see that it was being done."""
    calls = [one for one in calls if since <= one["at"] < until]
    moves = [one["at"] for one in calls if one["what"] in MOVES]
    if not moves:
        return 0, 0
    told = sum(one["what"] in TELLING and any(0 <= one["at"] - at <= TOLD_S for at in moves) for one in calls)
    begun = [one["at"] for one in played.journal if one["kind"] == "run" and one["who"] == played.healer]
    runs = sum(moves[0] - RUN_S <= at <= moves[0] for at in begun)
    return len(moves) + told, runs


def _left(played: Played) -> float | None:
    """When the hub's route led to another gateway than the broken one; of a single, when it led to its new instance after it had led
    nowhere."""
    nowhere = False
    for at, ends in played.hub:
        if at < played.broken:
            continue
        if ends and (nowhere if played.kind == "single" else not ends & played.ends):
            return at
        nowhere = not ends
    return None
