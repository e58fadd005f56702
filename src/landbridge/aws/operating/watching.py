"""Watching one site while it is changed: one look after another, until it is as it should be or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from landbridge.aws import facts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.ground import TABLE, Ground, place
from landbridge.aws.deploying.lease import Holder, Lease
from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.stack import InterruptedDeploymentError, Patience, look
from landbridge.aws.facts.wanted import wanted
from landbridge.aws.operating.judging import View
from landbridge.aws.operating.model import Event, Tell
from landbridge.aws.operating.words import Heard, Words
from landbridge.findings import LandbridgeError, error

Lacks = Callable[[View], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Means:
    """What a change works with: the network's ground, who is told, how it is waited, and who holds the deployment lock."""

    cloud: Cloud
    ground: Ground
    tell: Tell
    patience: Patience
    holder: Holder


class Watch:
    """One site of a network."""

    def __init__(self, means: Means, site: str) -> None:
        self.site, self._means = site, means
        self._ground = alone(means.ground, site)
        self._names = [one.name for one in wanted(self._ground)]
        self.place = place(next(plan for plan in self._ground.plans if plan.kind == "gateways"))
        self.words = Words(means.cloud, self.place, means.ground.network)

    def look(self) -> View:
        """How it is now. Raises LandbridgeError where it can't be asked."""
        heard = self.words.read(self.site, self._names) if len(self._names) > 1 else Heard()
        return View(self.site, facts.read(self._means.cloud, self._ground), heard, time.time())

    def until(self, of: str, what: str, lacks: Lacks, seconds: float) -> tuple[View, tuple[str, ...], float]:
        """Look until nothing is lacking, or so long; the last look, what is lacking still, and how long that took."""
        patience, tell = self._means.patience, self._means.tell
        began = patience.clock()
        while True:
            seen = self.look()
            left = lacks(seen)
            took = round(patience.clock() - began, 1)
            if not left or took > seconds:
                tell(Event(of, what, left, took))
                return seen, left, took
            tell(Event(of, what, left))
            patience.pause()


def alone(ground: Ground, site: str) -> Ground:
    """The ground of one site and the hub: a look at it asks two places, however large the network is."""
    own = ("edge", "vpn", "gateways")
    kept = [plan for plan in ground.plans if plan.kind == "hub" or plan == ground.anchor or (plan.owner == site and plan.kind in own)]
    return replace(ground, plans=tuple(kept))


def sites_of(ground: Ground, named: Sequence[str]) -> list[str]:
    """The sites that are named, or all. Raises LandbridgeError (`name`) for what is none."""
    known = [plan.owner for plan in ground.plans if plan.kind == "gateways"]
    unknown = [name for name in named if name not in known]
    if unknown:
        raise LandbridgeError(
            *(error("name", f"there is no site {name!r:.80}.", None, f"Take one of {', '.join(known)}.") for name in unknown)
        )
    return list(dict.fromkeys(named)) or known


@contextmanager
def held(means: Means) -> Iterator[Record]:
    """Hold the network's deployment lock; gives what its table remembers. Raises LandbridgeError if another has it, or nothing is deployed;
    and in the place of an interruption, if the lock was lost."""
    there = place(means.ground.anchor)
    anchor = look(means.cloud, there, means.ground.anchor.name)
    if anchor is None or TABLE not in anchor.outputs:
        remedy = "Deploy it: `landbridge deploy`. (See `account:` and --sandbox, if it should be there.)"
        raise LandbridgeError(error("stack", f"the network {means.ground.network} isn't deployed here.", None, remedy))
    table, network = anchor.outputs[TABLE], means.ground.network
    with Lease(means.cloud, there, table, network, means.holder).held(means.patience.stop) as lease:
        try:
            yield Record(means.cloud, there, table, network)
        except InterruptedDeploymentError:
            if lease.lost:
                raise LandbridgeError(lease.lost) from None
            raise
