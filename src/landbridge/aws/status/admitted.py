"""What gateways let in: the manifest's rules and a security group's, in one form, to be compared. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from landbridge.artifacts.manifest import Gateway as Record
from landbridge.artifacts.manifest import Rule
from landbridge.aws.facts import Gateway, LetIn
from landbridge.vyos.placeholder import fill, placeholders

_NUMBERS = {"esp": "50", "vrrp": "112", "all": "-1"}
_WORDS = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "50": "esp", "112": "vrrp"}
_LAST_PORT = 65535


def wanted(record: Record, values: Mapping[str, str]) -> set[LetIn]:
    """What a gateway should let in, with the addresses that are known; what names another is left out."""
    found = set()
    for rule in record.rules or ():
        if placeholders(rule.source) - values.keys():
            continue
        source = fill(rule.source, {name: values[name] for name in placeholders(rule.source)})
        protocol = _NUMBERS.get(rule.protocol, rule.protocol)
        for port in rule.ports or (None,):
            found.add(LetIn(protocol, port, port, source if "/" in source else f"{source}/32"))
    return found


def differing(record: Record, gateway: Gateway, values: Mapping[str, str]) -> tuple[list[LetIn], list[LetIn]]:
    """The rules that a gateway's security group lacks, and those that it has besides."""
    should, has = wanted(record, values), {_plain(one) for one in gateway.let_in or ()}
    return _sorted(should - has), _sorted(has - should)


def rules_of(record: Record, gateway: Gateway) -> tuple[Rule, ...]:
    """What a security group lets in, as the manifest says such things."""
    outside = {f"{tunnel.outside}/32": f"${{outside:{tunnel.name}}}" for tunnel in gateway.tunnels if tunnel.outside}
    purposes = {(rule.protocol, rule.source): rule.purpose for rule in record.rules or ()}
    return tuple(_rules(gateway.let_in or (), outside, purposes))


def said(one: LetIn) -> str:
    """A rule in words."""
    ports = "" if one.low is None else f" {one.low}" if one.low == one.high else f" {one.low} to {one.high}"
    return f"{_WORDS.get(one.protocol, one.protocol)}{ports} from {one.source}"


def _rules(found: Iterable[LetIn], outside: Mapping[str, str], purposes: Mapping[tuple[str, str], str]) -> Iterator[Rule]:
    for one in map(_plain, found):
        protocol = _WORDS.get(one.protocol, one.protocol)
        source = outside.get(one.source, one.source)
        if protocol not in (*_WORDS.values(), "all") or not (source.startswith("$") or _is_prefix(source)):
            continue  # a rule of another kind lets in nothing of the network
        ports = () if one.low is None or one.high is None else tuple(range(one.low, one.high + 1))
        yield Rule(protocol, ports, source, purposes.get((protocol, source), "as it is now"))


def _plain(one: LetIn) -> LetIn:
    """Without ports where all are meant, or none."""
    every = one.protocol not in ("tcp", "udp", "6", "17") or (one.low, one.high) in ((0, _LAST_PORT), (-1, -1))
    protocol = {"6": "tcp", "17": "udp", "1": "icmp"}.get(one.protocol, one.protocol)
    return LetIn(protocol, None, None, one.source) if every else LetIn(protocol, one.low, one.high, one.source)


def _is_prefix(text: str) -> bool:
    try:
        IPv4Network(text)
    except ValueError:
        return False
    return True


def _sorted(rules: Iterable[LetIn]) -> list[LetIn]:
    return sorted(rules, key=lambda one: (one.protocol, one.low or 0, one.source))
