"""Firewalls on sets of packets, against one packet at a time."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from landbridge.verify.screening import Screened, accepts, screen
from landbridge.verify.span import Span, span_of
from landbridge.vyos.router import Conntrack, FirewallBinding, FirewallChain, FirewallRule, Router

BASE = int(IPv4Address("10.0.0.0"))
SIZE = 16
OUTSIDE = "${outside:tokyo-a-1}"
NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "50": "esp"}


def words() -> st.SearchStrategy[tuple[str, ...]]:
    """Addresses as rules have them: prefixes, ranges, all others than those, everything, a placeholder."""
    ends = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
    ranges = ends.map(lambda two: f"{IPv4Address(BASE + min(two))}-{IPv4Address(BASE + max(two))}")
    prefixes = st.builds(
        lambda at, length: str(IPv4Network((BASE + at, length), strict=False)), st.integers(0, SIZE - 1), st.integers(28, 32)
    )
    plain = st.one_of(prefixes, ranges, st.sampled_from(("0.0.0.0/0", OUTSIDE)))
    return st.lists(st.one_of(plain, plain.map(lambda word: f"!{word}")), max_size=2).map(tuple)


def rules() -> st.SearchStrategy[FirewallRule]:
    return st.builds(
        FirewallRule,
        number=st.just(1),
        action=st.sampled_from(("accept", "drop", "reject")),
        protocol=st.sampled_from(("all", "tcp", "udp", "icmp", "tcp_udp", "6", "50", "esp")),
        sources=words(),
        destinations=words(),
        ports=st.sampled_from(((), ((7, 7),), ((1, 6), (8, 9)), ((500, 500), (4500, 4500)))),
        states=st.sampled_from(((), ("new",), ("established", "related"), ("invalid",))),
        icmp_type=st.sampled_from((None, None, "echo-request", "any")),
        line=st.integers(1, 99),
    ).filter(lambda rule: rule.icmp_type is None or rule.protocol in ("all", "icmp"))  # VyOS commits no other


def chains() -> st.SearchStrategy[FirewallChain]:
    return st.builds(
        FirewallChain, st.just("C"), st.sampled_from(("accept", "drop")), st.lists(rules(), max_size=5).map(tuple), st.just(100)
    )


def spans() -> st.SearchStrategy[Span]:
    ends = st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))
    return ends.map(lambda two: Span(BASE + min(two), BASE + max(two)))


def packets() -> st.SearchStrategy[Screened]:
    kinds = st.sampled_from((("tcp", 7, ""), ("udp", 500, ""), ("icmp", 0, "echo-request"), ("icmp", 0, "echo-reply"), ("esp", 0, "")))
    sides = st.one_of(spans(), st.just(OUTSIDE))
    states = st.sampled_from(("new", "established", "invalid"))
    return st.builds(lambda kind, state, source, to: Screened(kind[0], kind[1], state, kind[2], source, to), kinds, states, sides, spans())


def router(*chains: FirewallChain, bindings: tuple[FirewallBinding, ...]) -> Router:
    empty = ((), (), (), (), ())
    return Router("1.4", "r", *empty, None, (), (), chains, bindings, (), Conntrack(1, 1), (), ())


def one_packet(chain: FirewallChain, packet: Screened, source: int | str, destination: int) -> tuple[bool, int]:
    """The verdict on one packet, and the line that it came from: the first rule that matches, or the chain's default."""
    for rule in chain.rules:
        wanted = {"all": None, "tcp_udp": {"tcp", "udp"}}.get(rule.protocol, {NUMBERS.get(rule.protocol, rule.protocol)})
        if wanted is not None and packet.protocol not in wanted:
            continue
        if rule.icmp_type is not None and (packet.protocol != "icmp" or rule.icmp_type not in ("any", packet.icmp_type)):
            continue
        if rule.ports and not any(first <= packet.port <= last for first, last in rule.ports):
            continue
        if rule.states and packet.state not in rule.states:
            continue
        if _fits(rule.sources, source) and _fits(rule.destinations, destination):
            return rule.action == "accept", rule.line
    return chain.default_action == "accept", chain.line


def _fits(words: tuple[str, ...], address: int | str) -> bool:
    return not words or any(_means(word.removeprefix("!"), address) is not word.startswith("!") for word in words)


def _means(word: str, address: int | str) -> bool:
    if word == "0.0.0.0/0" or word == address:
        return True
    if isinstance(address, str) or word.startswith("$"):
        return False
    first, _, last = word.partition("-")
    if last:
        return int(IPv4Address(first)) <= address <= int(IPv4Address(last))
    return IPv4Address(address) in IPv4Network(word)


@given(chains(), packets())
def test_a_set_of_packets_fares_as_each_of_its_packets(chain: FirewallChain, packet: Screened) -> None:
    found: dict[tuple[int | str, int], tuple[bool, int]] = {}
    for judged in screen(router(chain, bindings=(FirewallBinding("C", "in", None),)), [("in", "vti0")], packet):
        assert isinstance(judged.destination, Span)
        sources = [judged.source] if isinstance(judged.source, str) else range(judged.source.first, judged.source.last + 1)
        for source in sources:
            for destination in range(judged.destination.first, judged.destination.last + 1):
                assert (source, destination) not in found
                found[source, destination] = (judged.passes, judged.line)
    assert isinstance(packet.destination, Span)
    every = [packet.source] if isinstance(packet.source, str) else range(packet.source.first, packet.source.last + 1)
    assert found == {
        (source, destination): one_packet(chain, packet, source, destination)
        for source in every
        for destination in range(packet.destination.first, packet.destination.last + 1)
    }


PACKET = Screened("tcp", 7, "new", "", span_of(IPv4Network("10.0.0.0/24")), span_of(IPv4Network("10.0.1.0/24")))
DROPS = FirewallChain("D", "drop", (), 9)
ACCEPTS = FirewallChain("A", "accept", (), 8)


def test_no_chain_where_a_packet_passes_lets_it_through() -> None:
    guarded = router(DROPS, bindings=(FirewallBinding("D", "local", "eth0"), FirewallBinding("D", "in", "vti1")))
    assert accepts(guarded, "in", "vti0", PACKET) is None
    assert accepts(guarded, "out", "vti1", PACKET) is None
    refused = accepts(guarded, "in", "vti1", PACKET)
    assert refused is not None
    assert (refused.chain, refused.line, refused.passes) == ("D", 9, False)


def test_a_chain_that_is_bound_everywhere_rules_every_interface() -> None:
    guarded = router(DROPS, bindings=(FirewallBinding("D", "local", None),))
    assert accepts(guarded, "local", "vti7", PACKET) is not None
    assert accepts(guarded, "in", "vti7", PACKET) is None
