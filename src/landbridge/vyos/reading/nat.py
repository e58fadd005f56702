"""NAT: the rules of `nat source` and `nat destination`, in the order that the router tries them."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Literal

from landbridge.vyos.dialect import Dialect
from landbridge.vyos.reading.statement import Statement, network_around
from landbridge.vyos.router import Match, NatRule


def read_nat(root: Statement, dialect: Dialect) -> tuple[NatRule, ...]:
    """Source rules, then destination rules, each by number. A rule with a match or translation that isn't built is left unread whole."""
    return (*_rules(root, "source", dialect), *_rules(root, "destination", dialect))


def _rules(root: Statement, kind: Literal["source", "destination"], dialect: Dialect) -> tuple[NatRule, ...]:
    rules = [rule for statement in root.each("nat", kind, "rule") if (rule := _rule(statement, kind, dialect)) is not None]
    return tuple(sorted(rules, key=lambda rule: rule.number))


def _rule(statement: Statement, kind: Literal["source", "destination"], dialect: Dialect) -> NatRule | None:
    if statement.has("disable"):
        statement.ignore()
        return None
    for word in ("description", "log"):
        statement.ignore(word)
    number = statement.as_number(1, dialect.highest_nat_rule)
    direction = "outbound-interface" if kind == "source" else "inbound-interface"
    interface = statement.text(direction, *(("name",) if dialect.nat_interface_name else ()))
    if interface is None and not dialect.nat_interface_name:
        statement.fail(f"the rule has no {direction}.", f"Add `set {statement.shown} {direction} …`.")
    if interface == "any":
        interface = None
    source = _match(statement, "source")
    destination = _match(statement, "destination")
    protocol = statement.text("protocol") or "all"
    exclude = statement.flag("exclude")
    value = None
    translation = None
    if not exclude:
        value = statement.value("translation", "address", required=not _translates_otherwise(statement))
        if value is not None and not (kind == "source" and value.word == "masquerade"):
            translation = _network(value)
            if translation is None and "-" not in value.word:
                value.wrong("an address, a prefix or masquerade")
    if not statement.complete() or (value is not None and "-" in value.word) or (interface or "").startswith("!"):
        statement.leave()
        return None
    if value is not None and "/" in value.word and translation is not None:
        _one_to_one(statement, source if kind == "source" else destination, translation, kind, dialect)
    if number is None:
        return None
    return NatRule(kind, number, interface, protocol, source, destination, translation, exclude, statement.line)


def _translates_otherwise(statement: Statement) -> bool:
    """Whether only ports are translated, or a load is balanced: valid, but not built."""
    return statement.has("translation", "port") or statement.has("translation", "redirect") or statement.has("load-balance", "backend")


def _match(statement: Statement, side: str) -> Match | None:
    """The address that a rule matches on one side. What isn't one prefix is left unread, and the rule with it."""
    value = statement.value(side, "address") if statement.has(side, "address") else None
    if value is None:
        return None
    network = _network(value, negatable=True)
    if network is None:
        if "-" in value.word:
            value.leave()
        else:
            value.wrong("an address or prefix, or ! and one")
        return None
    return Match(network, value.word.startswith("!"))


def _network(value: Statement, negatable: bool = False) -> IPv4Network | None:
    return network_around(value.word.removeprefix("!") if negatable else value.word)


def _one_to_one(statement: Statement, matched: Match | None, translation: IPv4Network, kind: str, dialect: Dialect) -> None:
    """What a translation of whole prefixes must hold to be committed: the matched prefix is there, and isn't negated."""
    if matched is not None and matched.negated:
        statement.fail(
            f"a translation to a prefix can't have a negated {kind} address.", f"Write the prefix that is translated as the {kind} address."
        )
    elif not dialect.nat_interface_name and (matched is None or matched.prefix.prefixlen != translation.prefixlen):
        statement.fail(f"the {kind} address must be a prefix as long as the translation's.", f"Write a /{translation.prefixlen}.")
