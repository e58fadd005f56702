"""The firewall: chains of rules, and where they are bound."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Literal, cast

from landbridge.vyos.dialect import Dialect
from landbridge.vyos.placeholder import PLACEHOLDER
from landbridge.vyos.reading.statement import Statement, network_around
from landbridge.vyos.router import FirewallBinding, FirewallChain, FirewallRule

Action = Literal["accept", "drop", "reject"]
Direction = Literal["local", "in", "out"]

_ACTIONS = ("accept", "drop", "reject")
_STATES = ("established", "related", "new", "invalid")
_DIRECTIONS: tuple[Direction, ...] = ("local", "in", "out")


def read_firewall(root: Statement, dialect: Dialect) -> tuple[tuple[FirewallChain, ...], tuple[FirewallBinding, ...]]:
    """The named chains, and for which packets each is asked. A rule that matches by something that isn't built is left unread whole."""
    groups = _groups(root)
    names = root.below("firewall", "ipv4") if dialect.firewall_base_chains else root.below("firewall")
    chains = tuple(_chain(name, dialect, groups) for name in names.each("name")) if names is not None else ()
    known = {chain.name for chain in chains}
    return chains, (_jumps(names, known) if dialect.firewall_base_chains else _bindings(root, known))


def _groups(root: Statement) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Address and network groups, by kind and name: the prefixes of each, spelt out."""
    groups: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind, leaf in (("address-group", "address"), ("network-group", "network")):
        groups[kind] = {}
        for group in root.each("firewall", "group", kind):
            group.ignore("description")
            groups[kind][group.word] = tuple(value.word for value in group.each(leaf) if _is_address(value))
    return groups


def _is_address(value: Statement) -> bool:
    """Whether a value is an address, prefix or range, or a placeholder for one; notes it where it isn't."""
    word = value.word.removeprefix("!")
    if PLACEHOLDER.fullmatch(word):
        return True
    if any(network_around(part) is None for part in word.split("-", 1)):
        value.wrong("an address, a prefix or a range")
        return False
    return True


def _chain(statement: Statement, dialect: Dialect, groups: Mapping[str, Mapping[str, tuple[str, ...]]]) -> FirewallChain:
    for word in ("description", "enable-default-log", "default-log"):
        statement.ignore(word)
    action = statement.choice("default-action", among=_ACTIONS)
    rules = [rule for each in statement.each("rule") if (rule := _rule(each, dialect, groups)) is not None]
    return FirewallChain(
        statement.word, cast("Action", action or "drop"), tuple(sorted(rules, key=lambda rule: rule.number)), statement.line
    )


def _rule(statement: Statement, dialect: Dialect, groups: Mapping[str, Mapping[str, tuple[str, ...]]]) -> FirewallRule | None:
    if statement.has("disable"):
        statement.ignore()
        return None
    for word in ("description", "log"):
        statement.ignore(word)
    number = statement.as_number(1, dialect.highest_firewall_rule)
    action = statement.value("action", required=True)
    protocol = statement.text("protocol") or "all"
    ports = _ports(statement, protocol)
    sources = _side(statement, "source", groups)
    destinations = _side(statement, "destination", groups)
    states = tuple(_states(statement))
    icmp = statement.text("icmp", "type-name")
    if not statement.complete() or (action is not None and action.word not in _ACTIONS) or protocol.startswith("!"):
        statement.leave()
        return None
    if number is None or action is None:
        return None
    return FirewallRule(number, cast("Action", action.word), protocol, sources, destinations, ports, states, icmp, statement.line)


def _states(statement: Statement) -> list[str]:
    """The states of a rule: `state established enable` up to 1.3, `state established` from 1.4."""
    states = []
    for state in statement.each("state"):
        values = list(state.each())
        if state.word not in _STATES:
            state.wrong(f"one of {', '.join(_STATES)}")
        elif not values or values[-1].word == "enable":
            states.append(state.word)
    return states


def _ports(statement: Statement, protocol: str) -> tuple[tuple[int, int], ...]:
    value = statement.value("destination", "port") if statement.has("destination", "port") else None
    if value is None:
        return ()
    if protocol not in ("tcp", "udp", "tcp_udp"):
        value.fail("ports need a protocol that has them.", "Set protocol tcp, udp or tcp_udp.")
    ports = []
    for part in value.word.split(","):
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        if match is None:
            value.leave()  # a service's name, or all ports but some
            return ()
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= 65535:
            value.wrong("a list of ports from 1 to 65535")
            return ()
        ports.append((first, last))
    return tuple(ports)


def _side(statement: Statement, side: str, groups: Mapping[str, Mapping[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """The prefixes that a rule matches on one side: those of its address, or of its group."""
    value = statement.value(side, "address") if statement.has(side, "address") else None
    if value is not None:
        return (value.word,) if _is_address(value) else ()
    for kind, known in groups.items():
        name = statement.value(side, "group", kind) if statement.has(side, "group", kind) else None
        if name is None:
            continue
        if name.word.startswith("!"):
            name.leave()  # all but the group's
        elif name.word not in known:
            name.unknown(kind)
        elif not known[name.word]:
            name.leave()  # an empty group matches nothing, an empty tuple everything
        else:
            return known[name.word]
    return ()


def _bindings(root: Statement, chains: Collection[str]) -> tuple[FirewallBinding, ...]:
    """Up to 1.3: a chain is bound at an interface."""
    bindings = []
    for kind in ("ethernet", "vti"):
        for interface in root.each("interfaces", kind):
            for direction in _DIRECTIONS:
                name = interface.value("firewall", direction, "name") if interface.has("firewall", direction, "name") else None
                if name is not None and name.word not in chains:
                    name.unknown("firewall name")
                elif name is not None:
                    bindings.append(FirewallBinding(name.word, direction, interface.word))
    return tuple(bindings)


def _jumps(ipv4: Statement | None, chains: Collection[str]) -> tuple[FirewallBinding, ...]:
    """From 1.4: the base chains' rules jump to a chain. Other rules there, and jumps on more than an interface, are left unread."""
    if ipv4 is None:
        return ()
    bindings: list[tuple[int, FirewallBinding]] = []
    for base, ways in (("input", {"inbound-interface": "local"}), ("forward", {"inbound-interface": "in", "outbound-interface": "out"})):
        if ipv4.tree.value(base, "filter", "default-action") == "accept":
            ipv4.ignore(base, "filter", "default-action")
        for rule in ipv4.each(base, "filter", "rule"):
            if rule.has("disable"):
                rule.ignore()
                continue
            rule.ignore("description")
            number = rule.as_number(1, 999999)
            action = rule.text("action", required=True)
            target = rule.value("jump-target", required=action == "jump")
            if action == "jump" and target is not None and target.word not in chains:
                target.unknown("firewall ipv4 name")
            at = [
                (way, name.word) for leaf, way in ways.items() if rule.has(leaf, "name") and (name := rule.value(leaf, "name")) is not None
            ]
            if not at and base == "input":
                at = [("local", "")]
            if action != "jump" or target is None or len(at) != 1 or at[0][1].startswith("!") or not rule.complete():
                rule.leave()
            elif number is not None:
                bindings.append((number, FirewallBinding(target.word, cast("Direction", at[0][0]), at[0][1] or None)))
    return tuple(binding for _, binding in sorted(bindings, key=lambda each: each[0]))
