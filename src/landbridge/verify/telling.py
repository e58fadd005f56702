"""From what is broken to findings: like with like, each with one packet that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landbridge.findings import Finding, Severity
from landbridge.verify.exchanges import Endpoint, Exchange, exchange
from landbridge.verify.failing import Failure
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.packets import Service
from landbridge.verify.proof import Proof
from landbridge.verify.sites import Broken
from landbridge.verify.span import Span

_CANT = {True: "can't reach", False: "can't always reach"}
NAMED = 3  # hosts that a message names, of many


def tell_broken(proof: Proof) -> Iterator[Finding]:
    """What fails, or takes two ways, with nothing broken: one finding a cause."""
    groups: dict[tuple[str, str, str], list[Broken]] = {}
    for site in proof.sites.values():
        for one in site.broken:
            bad = one.exchange
            exact = bad.where is not None and (bad.where.line is not None or proof.network.live is not None)  # what runs has no lines
            groups.setdefault((bad.code, str(bad.where), "" if exact else bad.reason), []).append(one)
    for group in groups.values():
        first = group[0]
        shown, always = counterexample(proof, proof.forwarding, first)
        works = all(one.exchange.works for one in group)
        severity = Severity.WARNING if works else Severity.ERROR
        message = f"{_subject(proof, group, 'reach' if works else _CANT[always])}: {shown.reason}."
        yield Finding(first.exchange.code, severity, message, shown.where or first.exchange.where, shown.remedy, _trace(shown))


def tell_failing(proof: Proof) -> Iterator[Finding]:
    """What fails once something single is broken: one finding a failure."""
    for site in proof.sites.values():
        for failure, broken in site.failing:
            group = [one for one in broken if not one.exchange.works]
            if group:
                yield _failing(proof, failure, group)


def _failing(proof: Proof, failure: Failure, group: list[Broken]) -> Finding:
    routing = proof.routing.without(failure.tunnels, failure.gateways)
    shown, always = counterexample(proof, Forwarding(routing, proof.forwarding.places), group[0])
    message = f"When {failure.name}, {_subject(proof, group, _CANT[always])}: {shown.reason}."
    return Finding("single-point-of-failure", Severity.ERROR, message, shown.where or group[0].exchange.where, shown.remedy, _trace(shown))


def counterexample(proof: Proof, forwarding: Forwarding, broken: Broken) -> tuple[Exchange, bool]:
    """One packet that shows what is broken, on its whole way; where the other end hides it, the way at this site.

    And whether it fares so on each way that is open to it.
    """
    bad = broken.exchange
    source, destination = (broken.end, broken.remote) if broken.side == "from" else (broken.remote, broken.end)
    asked = one_of(source, bad.request.source.moved(-bad.request.source_by), proof.addresses)
    wanted = one_of(destination, bad.request.destination.moved(-bad.request.destination_by), proof.addresses)
    every = list(exchange(forwarding, asked, wanted, broken.service))
    ways = [way for way in every if not way.works or way.code]
    shown = next((way for way in ways if (way.code, way.where) == (bad.code, bad.where)), next(iter(ways), bad))
    return shown, not any(way.works for way in every)


def one_of(end: Endpoint, part: Span, addresses: dict[str, int]) -> Endpoint:
    """One host of an end: the probe's, if it is in a part of its addresses (as it, or everyone else, knows them), else the first there."""
    for base in (end.local, end.known):
        inside, _ = part.cut(base)
        if inside is not None:
            probe = addresses.get(end.name, -1) + (base.first - end.local.first)
            at = probe if inside.first <= probe <= inside.last else inside.first
            offset = at - base.first
            return end._replace(
                local=Span(end.local.first + offset, end.local.first + offset),
                known=Span(end.known.first + offset, end.known.first + offset),
            )
    return end


def _subject(proof: Proof, group: Iterable[Broken], verb: str) -> str:
    pairs: set[tuple[str, str]] = set()
    more = 0
    services: set[Service] = set()
    for one in group:
        services.add(one.service)
        for at in one.cell.indices():
            other = proof.remotes.all[at].name
            if len(pairs) > 100_000:
                more += 1
            else:
                pairs.add((one.end.name, other) if one.side == "from" else (other, one.end.name))
    sources = _named({source for source, _ in pairs})
    destinations = _named({destination for _, destination in pairs})
    about = "" if len(services) > 1 or {service.protocol for service in services} == {"icmp"} else f", {services.pop()}"
    count = len(pairs) + more
    return f"{sources} {verb} {destinations} ({count} pair{'s' if count > 1 else ''} of subnets{about})"


def _named(names: set[str]) -> str:
    ordered = sorted(names)
    if len(ordered) <= NAMED:
        return ", ".join(ordered)
    return f"{', '.join(ordered[: NAMED - 1])} and {len(ordered) - NAMED + 1} more"


def _trace(shown: Exchange) -> tuple[str, ...]:
    way = shown.way()
    lines = [str(hop) for hop in way.there]
    if way.back:
        lines += ["the answer:", *(str(hop) for hop in way.back)]
    return (*lines, f"there it ends: {shown.reason}")
