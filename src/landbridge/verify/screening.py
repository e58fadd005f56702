"""What a router's firewall says of a packet: the chains that are bound where it passes, rule by rule, split where a rule splits it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from landbridge.verify.span import Span, span_of
from landbridge.vyos.router import FirewallChain, FirewallRule, Router

Side = Span | str  # addresses, or the placeholder of one that only a cloud knows
_NUMBERS = {"esp": "50", "ah": "51", "icmp": "1", "tcp": "6", "udp": "17", "vrrp": "112"}
_BOTH = {"tcp_udp": ("tcp", "udp")}


class Screened(NamedTuple):
    """A packet as a firewall sees it. `state` is conntrack's; `port` the destination port (0: none)."""

    protocol: str
    port: int
    state: str
    icmp_type: str
    source: Side
    destination: Side


class Judged(NamedTuple):
    """What becomes of a part of the packets. `line` is that of the rule, or chain, that decided (0: nothing did)."""

    passes: bool
    line: int
    chain: str
    source: Side
    destination: Side


def screen(router: Router, directions: Iterable[tuple[str, str]], packet: Screened) -> list[Judged]:
    """The verdicts on the parts of a packet that passes the hooks `directions`, pairs of direction (`local`, `in`, `out`) and interface.

    A chain's verdict is final, whichever way it goes.
    """
    at = set(directions)
    chains = {chain.name: chain for chain in router.chains}
    for binding in router.bindings:
        if any(binding.direction == direction and binding.interface in (None, interface) for direction, interface in at):
            return list(_through(chains[binding.chain], packet))
    return [Judged(True, 0, "", packet.source, packet.destination)]


def accepts(router: Router, direction: str, interface: str, packet: Screened) -> Judged | None:
    """What refuses a packet, or None where it passes whole."""
    return next((part for part in screen(router, [(direction, interface)], packet) if not part.passes), None)


def _through(chain: FirewallChain, packet: Screened) -> Iterator[Judged]:
    waiting = [(packet.source, packet.destination)]
    for rule in chain.rules:
        if not waiting:
            return
        if not _concerns(rule, packet):
            continue
        left: list[tuple[Side, Side]] = []
        for source, destination in waiting:
            hits, misses = _match(rule, source, destination)
            for hit in hits:
                yield Judged(rule.action == "accept", rule.line, chain.name, *hit)
            left += misses
        waiting = left
    for source, destination in waiting:
        yield Judged(chain.default_action == "accept", chain.line, chain.name, source, destination)


def _concerns(rule: FirewallRule, packet: Screened) -> bool:
    """Whether a rule asks for what a packet is, apart from its addresses."""
    protocol = rule.protocol
    if protocol == "all" and rule.icmp_type:
        protocol = "icmp"
    if protocol != "all":
        wanted = {_NUMBERS.get(one, one) for one in _BOTH.get(protocol, (protocol,))}
        if _NUMBERS.get(packet.protocol, packet.protocol) not in wanted:
            return False
    if rule.ports and not any(first <= packet.port <= last for first, last in rule.ports):
        return False
    if rule.states and packet.state not in rule.states:
        return False
    return not rule.icmp_type or rule.icmp_type in ("any", packet.icmp_type)


def _match(rule: FirewallRule, source: Side, destination: Side) -> tuple[list[tuple[Side, Side]], list[tuple[Side, Side]]]:
    inside, beside = side_match(rule.sources, source)
    hits: list[tuple[Side, Side]] = []
    misses: list[tuple[Side, Side]] = [(part, destination) for part in beside]
    for part in inside:
        within, without = side_match(rule.destinations, destination)
        hits += [(part, other) for other in within]
        misses += [(part, other) for other in without]
    return hits, misses


def side_match(words: tuple[str, ...], side: Side) -> tuple[list[Side], list[Side]]:
    """The parts of one side of a packet that any of a rule's words matches, and the others. No word matches everything."""
    if not words:
        return [side], []
    hits: list[Side] = []
    waiting: list[Side] = [side]
    for word in words:
        left: list[Side] = []
        for part in waiting:
            within, without = _word_match(word, part)
            hits += within
            left += without
        waiting = left
    return hits, waiting


def _word_match(word: str, side: Side) -> tuple[list[Side], list[Side]]:
    negated = word.startswith("!")
    bare = word.removeprefix("!")
    span = word_span(bare)
    within: list[Side]
    without: list[Side]
    if isinstance(side, str) or span is None:
        whole = span is not None and span.first == 0 and span.last == 0xFFFFFFFF
        within, without = ([side], []) if whole or side == bare else ([], [side])
    else:
        inside, beside = side.cut(span)
        within, without = ([] if inside is None else [inside]), list(beside)
    return (without, within) if negated else (within, without)


@lru_cache(maxsize=65536)
def word_span(word: str) -> Span | None:
    """The addresses that a word stands for; None for a placeholder."""
    if word.startswith("${"):
        return None
    if "-" in word:
        first, last = word.split("-", 1)
        return Span(int(IPv4Address(first)), int(IPv4Address(last)))
    return span_of(IPv4Network(word, strict=False))
