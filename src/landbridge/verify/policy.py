"""BGP policies: what prefix lists and route maps do with a route, and which rule did it."""

from __future__ import annotations

from typing import NamedTuple

from landbridge.verify.span import Span, span_of
from landbridge.vyos.router import PrefixList, RouteMap, Router

ROUTE_MAP, RULE = "AWS-OUT", 10  # what a pair's role scripts rewrite (vyos/roles): the prepends follow the role, not the text


class Policed(NamedTuple):
    """What a policy makes of a route. `line` is that of what refuses it."""

    permitted: bool
    line: int = 0
    by: str = ""
    prepend: tuple[int, ...] = ()
    local_preference: int = 100
    metric: int = 0


def police(router: Router, prefix_list: str | None, route_map: str | None, prefix: Span, role: tuple[int, ...] | None) -> Policed:
    """A route to a prefix through a neighbor's prefix list and route map (both must permit it).

    `role` is what the role scripts prepend (None: there are none).
    """
    if prefix_list is not None:
        found = next(one for one in router.prefix_lists if one.name == prefix_list)
        permitted, line = _listed(found, prefix)
        if not permitted:
            return Policed(False, line, f"prefix-list {found.name}")
    if route_map is None:
        return Policed(True)
    if role is not None and route_map == ROUTE_MAP:
        return Policed(True, prepend=role)
    return _mapped(router, next(one for one in router.route_maps if one.name == route_map), prefix)


def _listed(prefix_list: PrefixList, prefix: Span) -> tuple[bool, int]:
    """The first rule that matches; none is a denial. https://docs.frrouting.org/en/stable-8.4/filter.html"""
    length = 33 - prefix.size.bit_length()
    for rule in prefix_list.rules:
        own = rule.prefix.prefixlen
        if not span_of(rule.prefix).holds(prefix):
            continue
        if rule.ge is None and rule.le is None:
            matches = length == own
        else:
            matches = (rule.ge or own) <= length <= (rule.le if rule.le is not None else 32)
        if matches:
            return rule.permit, rule.line or prefix_list.line
    return False, prefix_list.line


def _mapped(router: Router, route_map: RouteMap, prefix: Span) -> Policed:
    lists = {one.name: one for one in router.prefix_lists}
    for rule in route_map.rules:
        if rule.prefix_list is not None and not _listed(lists[rule.prefix_list], prefix)[0]:
            continue
        if not rule.permit:
            return Policed(False, rule.line or route_map.line, f"route-map {route_map.name}")
        preference = 100 if rule.local_preference is None else rule.local_preference
        return Policed(True, prepend=rule.prepend, local_preference=preference, metric=rule.metric or 0)
    return Policed(False, route_map.line, f"route-map {route_map.name}")
