"""Routing policy: prefix lists and route maps, each by rule number."""

from __future__ import annotations

from collections.abc import Collection

from landbridge.vyos.dialect import Dialect
from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import PrefixList, PrefixListRule, RouteMap, RouteMapRule

HIGHEST_RULE = 65535


def read_prefix_lists(root: Statement) -> tuple[PrefixList, ...]:
    found = []
    for statement in root.each("policy", "prefix-list"):
        statement.ignore("description")
        rules = [rule for each in statement.each("rule") if (rule := _prefix_list_rule(each)) is not None]
        found.append(PrefixList(statement.word, tuple(sorted(rules, key=lambda rule: rule.number)), statement.line))
    return tuple(found)


def _prefix_list_rule(statement: Statement) -> PrefixListRule | None:
    statement.ignore("description")
    number = statement.as_number(1, HIGHEST_RULE)
    action = statement.choice("action", among=("permit", "deny"), required=True)
    prefix = statement.prefix("prefix", required=True)
    ge = statement.number("ge", least=0, most=32)
    le = statement.number("le", least=0, most=32)
    if number is None or action is None or prefix is None:
        return None
    return PrefixListRule(number, action == "permit", prefix, ge, le, statement.line)


def read_route_maps(root: Statement, dialect: Dialect, prefix_lists: Collection[str]) -> tuple[RouteMap, ...]:
    """Route maps. A rule that matches by something that isn't built is left unread whole: without its match it would match everything."""
    found = []
    for statement in root.each("policy", "route-map"):
        statement.ignore("description")
        rules = [rule for each in statement.each("rule") if (rule := _route_map_rule(each, dialect, prefix_lists)) is not None]
        found.append(RouteMap(statement.word, tuple(sorted(rules, key=lambda rule: rule.number)), statement.line))
    return tuple(found)


def _route_map_rule(statement: Statement, dialect: Dialect, prefix_lists: Collection[str]) -> RouteMapRule | None:
    statement.ignore("description")
    number = statement.as_number(1, HIGHEST_RULE)
    action = statement.choice("action", among=("permit", "deny"), required=True)
    name = statement.value("match", "ip", "address", "prefix-list")
    if name is not None and name.word not in prefix_lists:
        name.unknown("prefix-list")
    match = statement.below("match")
    if match is not None and not match.complete():
        statement.leave()
        return None
    prepend = _prepend(statement.value(*(("set", "as-path-prepend") if dialect.bgp_asn_in_path else ("set", "as-path", "prepend"))))
    preference = statement.number("set", "local-preference", least=0, most=4294967295)
    metric = statement.value("set", "metric")
    if metric is not None and metric.word[:1] in "+-r":
        metric.leave()  # relative to what the route had
        metric = None
    med = metric.as_number(0, 4294967295) if metric is not None else None
    if number is None or action is None:
        return None
    listed = name.word if name is not None else None
    return RouteMapRule(number, action == "permit", listed, prepend, preference, med, statement.line)


def _prepend(value: Statement | None) -> tuple[int, ...]:
    if value is None:
        return ()
    words = value.word.split()
    if not words or not all(word.isascii() and word.isdigit() and 1 <= int(word[:11]) <= 4294967295 for word in words):
        value.wrong("a list of ASNs, such as '65400 65400'")
        return ()
    return tuple(int(word) for word in words)
