"""NAT on sets of packets, against NAT of one packet at a time."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from landbridge.verify.packets import Packets, Service
from landbridge.verify.span import Span
from landbridge.verify.translating import translate
from landbridge.vyos.router import Match, NatRule

BASE = int(IPv4Network("10.0.0.0/26").network_address)  # 64 addresses
SIZE = 64
PROTOCOLS = ("all", "tcp", "udp", "icmp", "tcp_udp")
Kind = Literal["source", "destination"]


def prefixes() -> st.SearchStrategy[IPv4Network]:
    """Of 4 to 64 addresses, or a single one: 64 addresses translated to 4 are 16 blocks, the most that are told apart."""
    return st.builds(
        lambda at, length: IPv4Network((BASE + at, length), strict=False), st.integers(0, SIZE - 1), st.sampled_from((26, 27, 28, 29, 30))
    )


def matches() -> st.SearchStrategy[Match | None]:
    return st.one_of(st.none(), st.builds(Match, prefixes(), st.booleans()))


def rules() -> st.SearchStrategy[NatRule]:
    return st.builds(
        NatRule,
        kind=st.sampled_from(("source", "destination")),
        number=st.just(1),
        interface=st.sampled_from((None, "vti0", "vti1", "eth0")),
        protocol=st.sampled_from(PROTOCOLS),
        source=matches(),
        destination=matches(),
        translation=st.one_of(st.none(), prefixes()),
        exclude=st.booleans(),
        line=st.integers(1, 99),
    )


def spans() -> st.SearchStrategy[Span]:
    return st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).map(lambda ends: Span(BASE + min(ends), BASE + max(ends)))


def one_packet(some: list[NatRule], kind: Kind, interface: str, protocol: str, source: int, destination: int) -> tuple[int, NatRule | None]:
    """Where the address of one packet goes, and by which rule: the first that matches. -1: it becomes the interface's own."""
    for rule in some:
        if rule.kind != kind or (rule.interface is not None and rule.interface != interface):
            continue
        if protocol not in {"all": ("tcp", "udp", "icmp"), "tcp_udp": ("tcp", "udp")}.get(rule.protocol, (rule.protocol,)):
            continue
        if not (_fits(rule.source, source) and _fits(rule.destination, destination)):
            continue
        own = source if kind == "source" else destination
        if rule.exclude:
            return own, rule
        if rule.translation is None:
            return -1, rule
        hosts = rule.translation.num_addresses - 1  # the host part is kept, the rest is the translation's
        return int(rule.translation.network_address) | (own & hosts), rule
    return (source if kind == "source" else destination), None


def _fits(match: Match | None, address: int) -> bool:
    if match is None:
        return True
    inside = int(match.prefix.network_address) <= address <= int(match.prefix.broadcast_address)
    return inside is not match.negated


@given(
    st.lists(rules(), max_size=6),
    st.sampled_from(("source", "destination")),
    st.sampled_from(("vti0", "eth0")),
    st.sampled_from(("icmp", "tcp", "udp")),
    spans(),
    spans(),
)
def test_a_set_of_packets_fares_as_each_of_its_packets(
    some: list[NatRule], kind: Kind, interface: str, protocol: str, sources: Span, destinations: Span
) -> None:
    found = translate(some, kind, interface, Packets(sources, destinations, Service(protocol, 0 if protocol == "icmp" else 7)))
    seen = {}
    for part in found:
        for source in range(part.packets.source.first, part.packets.source.last + 1):
            for destination in range(part.packets.destination.first, part.packets.destination.last + 1):
                own = source if kind == "source" else destination
                assert (source, destination) not in seen  # no packet fares in two ways
                seen[source, destination] = (-1 if part.many else own + part.by, part.rule)
    assert seen == {
        (source, destination): one_packet(some, kind, interface, protocol, source, destination)
        for source in range(sources.first, sources.last + 1)
        for destination in range(destinations.first, destinations.last + 1)
    }


def test_a_prefix_that_is_far_longer_than_what_it_becomes_is_told_as_many_to_one() -> None:
    rule = NatRule("source", 1, None, "all", None, None, IPv4Network("10.9.0.0/30"), False, 5)
    subnet = Span(BASE, BASE + 255)
    (found,) = translate([rule], "source", "vti0", Packets(subnet, subnet, Service("icmp")))
    assert (found.many, found.rule) == (True, rule)
