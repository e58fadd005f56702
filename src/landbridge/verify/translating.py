"""What a gateway's NAT rules do with packets, in the kernel's order: the first rule that matches decides, for the part that matches.

A translation of a prefix keeps the host part (iptables' NETMAP, nftables' prefix maps).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from landbridge.verify.packets import Packets
from landbridge.verify.span import Span, span_of
from landbridge.vyos.router import Match, NatRule, Router

MOST_BLOCKS = 16  # of a prefix that is longer than what it is translated to: more would be no 1:1 in any sense


class Translated(NamedTuple):
    """A part of the packets, how far the rule moves its address (0 for none), and the rule. `many` is set where many become one."""

    packets: Packets
    by: int
    rule: NatRule | None
    many: bool = False


def translate(rules: Iterable[NatRule], kind: Literal["source", "destination"], interface: str, packets: Packets) -> list[Translated]:
    """What becomes of packets that come in at (`destination`) or go out through (`source`) an interface."""
    waiting = [packets]
    found: list[Translated] = []
    for rule in rules:
        if rule.kind != kind or rule.interface not in (None, interface) or not _asks_for(rule, packets.service.protocol):
            continue
        left: list[Packets] = []
        for part in waiting:
            hit, misses = _match(rule, part)
            left += misses
            for each in hit:
                found += _moved(rule, kind, each)
        waiting = left
        if not waiting:
            break
    return found + [Translated(part, 0, None) for part in waiting]


def _asks_for(rule: NatRule, protocol: str) -> bool:
    return rule.protocol in ("all", protocol) or (rule.protocol == "tcp_udp" and protocol in ("tcp", "udp"))


def _match(rule: NatRule, packets: Packets) -> tuple[list[Packets], list[Packets]]:
    hits, misses = [], []
    inside, outside = _cut(rule.source, packets.source)
    misses += [packets._replace(source=part) for part in outside]
    for source in inside:
        within, without = _cut(rule.destination, packets.destination)
        hits += [packets.narrowed(source, part) for part in within]
        misses += [packets.narrowed(source, part) for part in without]
    return hits, misses


def _cut(match: Match | None, span: Span) -> tuple[list[Span], list[Span]]:
    if match is None:
        return [span], []
    inside, beside = span.cut(span_of(match.prefix))
    within = [] if inside is None else [inside]
    return (list(beside), within) if match.negated else (within, list(beside))


def _moved(rule: NatRule, kind: str, packets: Packets) -> Iterator[Translated]:
    if rule.exclude:
        yield Translated(packets, 0, rule)
        return
    own = packets.source if kind == "source" else packets.destination
    if rule.translation is None:
        yield Translated(packets, 0, rule, many=True)
        return
    target = span_of(rule.translation)
    block = own.first - own.first % target.size
    if (own.last - block) // target.size >= MOST_BLOCKS:
        yield Translated(packets, 0, rule, many=True)
        return
    while block <= own.last:
        part = Span(max(block, own.first), min(block + target.size - 1, own.last))
        if kind == "source":
            yield Translated(packets._replace(source=part), target.first - block, rule)
        else:
            yield Translated(packets._replace(destination=part), target.first - block, rule)
        block += target.size


def likely_rule(
    router: Router, kind: Literal["source", "destination"], interface: str, address: Span, own: Callable[[Span], bool]
) -> NatRule | None:
    """The rule that was meant to translate an address at an interface; `own` says of a prefix whether a rule may well name it.

    First one that does name the address there (but asks for something else too), then one there whose prefix is nobody's, then one that
    names the address elsewhere, then any there.
    """

    def likeness(rule: NatRule) -> int:
        match = rule.source if kind == "source" else rule.destination
        here = rule.interface in (None, interface)
        names = match is None or span_of(match.prefix).meets(address)
        if here:
            return 4 if names else 3 if match is not None and not own(span_of(match.prefix)) else 1
        return 2 if names else 0

    best = max((rule for rule in router.nat if rule.kind == kind), key=likeness, default=None)
    return best if best is not None and likeness(best) else None
