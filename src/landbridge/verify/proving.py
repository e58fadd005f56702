"""Site by site: what is broken at each, with nothing else broken and with anything single broken. Many sites are shared among the cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from landbridge.artifacts import uncollected
from landbridge.artifacts.manifest import Vpc
from landbridge.verify.exchanges import Endpoint
from landbridge.verify.failing import Failure, failures_of
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.ground import Ground
from landbridge.verify.packets import Service
from landbridge.verify.remotes import Cell, Remotes, interests
from landbridge.verify.sites import Broken, prove_site, services_of
from landbridge.verify.span import Span, Spans

Tell = Callable[[str, int, int], None]
FEW = 200  # sites: below, starting processes takes longer than proving
CHUNK = 50  # sites that are proved between two words of progress


@dataclass(frozen=True, slots=True)
class SiteProof:
    """What is known of one site. `failing` has what a failure breaks that was whole before it; `trials` counts the failures tried."""

    interests: frozenset[Span]
    broken: tuple[Broken, ...]
    failing: tuple[tuple[Failure, tuple[Broken, ...]], ...]
    trials: int

    @property
    def whole(self) -> bool:
        return not self.broken and not self.failing


def silent(stage: str, done: int, of: int) -> None:
    """Nobody is told how far the proof is."""


def prove(ground: Ground, vpc: Vpc, failures: bool) -> SiteProof:
    """One site's proof."""
    gateways = ground.routing.of_site.get(vpc.name, [])
    services = services_of(ground.network, vpc, gateways)
    told_apart = frozenset(interests(ground.network, vpc, gateways))
    facing = ground.facing(ground.routing, vpc.name, gateways, told_apart)
    broken = tuple(prove_site(ground.forwarding, ground.remotes, facing, services))
    hurt = _hurt(broken)
    failing = []
    trials = 0
    for failure in failures_of(ground.network.manifest, vpc, gateways) if failures else ():
        trials += 1
        routing = ground.routing.without(failure.tunnels, failure.gateways)
        facing = ground.facing(routing, vpc.name, gateways, told_apart)
        left = [(end, cells) for end, cells in facing if end.subnet not in failure.lost]
        found = prove_site(Forwarding(routing, ground.forwarding.places), ground.remotes, left, services)
        fresh = tuple(_fresh(found, hurt, ground.remotes))
        if fresh:
            failing.append((failure, fresh))
    return SiteProof(told_apart, broken, tuple(failing), trials)


_Asked = tuple[Endpoint, str, Service]


def _hurt(broken: Iterable[Broken]) -> dict[_Asked, Spans]:
    """The remote subnets, as runs of their indices, that a subnet has trouble with."""
    found: dict[_Asked, list[Span]] = {}
    for one in broken:
        if not one.exchange.works:
            found.setdefault((one.end, one.side, one.service), []).extend(one.cell.spans())
    return {asked: Spans(runs) for asked, runs in found.items()}


def _fresh(found: Iterable[Broken], hurt: dict[_Asked, Spans], remotes: Remotes) -> Iterator[Broken]:
    """What is broken now, less what was before."""
    for one in found:
        if one.exchange.works:
            continue
        before = hurt.get((one.end, one.side, one.service))
        if before is None:
            yield one
        elif left := Spans(one.cell.spans()) - before:
            runs = tuple((run.first, run.last + 1) for run in left.parts)
            yield one._replace(cell=Cell(runs), remote=remotes.all[runs[0][0]])


def prove_all(ground: Ground, vpcs: Sequence[Vpc], failures: bool, tell: Tell) -> dict[str, SiteProof]:
    """The proofs of some sites, by name."""
    cores = len(os.sched_getaffinity(0))
    with uncollected():
        if len(vpcs) >= FEW and cores > 1:
            return dict(zip((vpc.name for vpc in vpcs), _side_by_side(ground, vpcs, failures, cores, tell), strict=True))
        found = {}
        for done, vpc in enumerate(vpcs, 1):
            found[vpc.name] = prove(ground, vpc, failures)
            tell("proving", done, len(vpcs))
        return found


_shared: list[tuple[Ground, Sequence[Vpc], bool]] = []  # what a forked process finds without its being sent


def _side_by_side(ground: Ground, vpcs: Sequence[Vpc], failures: bool, cores: int, tell: Tell) -> Iterator[SiteProof]:
    _shared.append((ground, vpcs, failures))
    try:
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            done = 0
            for chunk in pool.imap(_prove_chunk, range(0, len(vpcs), CHUNK)):
                done += len(chunk)
                tell("proving", done, len(vpcs))
                yield from chunk
    finally:
        _shared.pop()


def _prove_chunk(first: int) -> list[SiteProof]:
    ground, vpcs, failures = _shared[-1]
    return [prove(ground, vpc, failures) for vpc in vpcs[first : first + CHUNK]]
