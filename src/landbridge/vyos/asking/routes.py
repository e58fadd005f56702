"""`show ip route bgp`: the routes that a gateway has learned, as text or as FRR's JSON."""

from __future__ import annotations

import re
from ipaddress import IPv4Network

from landbridge.vyos.asking.answer import json_of, lines_of, not_understood, span
from landbridge.vyos.asking.model import LearnedRoute

COMMAND = "show ip route bgp"
JSON_COMMAND = "vtysh -c 'show ip route bgp json'"
_FIRST = re.compile(r"B[>* a-z]{0,4} +(\d[0-9./]{6,17}) +\[\d{1,3}/\d{1,10}\] +(.{1,200})")
_MORE = re.compile(r" +([>*a-z ]{0,4}) *((?:via|is directly connected|unreachable) ?.{0,200})")
_VIA = re.compile(r"via ([0-9.]{7,15})(?: \([a-z ]{1,30}\))?(?:, ([\w.-]{1,15}))?(?:,.*)?")


def bgp_routes(text: str) -> tuple[LearnedRoute, ...]:
    """The routes of an answer, one a next hop. Raises LandbridgeError for what is no such answer."""
    found: list[LearnedRoute] = []
    legend = True
    for line in lines_of(text, COMMAND):
        if not line or line.startswith("% "):
            continue
        if first := _FIRST.fullmatch(line):
            legend = False
            prefix = _prefix(first[1], line)
            found.append(_route(prefix, "*" in line[:4], first[2]))
        elif found and (more := _MORE.fullmatch(line)):
            found.append(_route(found[-1].prefix, "*" in more[1], more[2]))
        elif not legend or not line.startswith(("Codes:", " ", ">", "\t", "VRF", "IPv4")):
            raise not_understood(COMMAND, "a line isn't that of a route", line)
    return tuple(found)


def _prefix(word: str, line: str) -> str:
    try:
        return str(IPv4Network(word))
    except ValueError:
        raise not_understood(COMMAND, "a route's prefix isn't one", line) from None


def _route(prefix: str, used: bool, rest: str) -> LearnedRoute:
    via = _VIA.fullmatch(rest)
    uptime = span(rest.rsplit(", ", 1)[-1])
    interface = via[2] if via and via[2] not in (None, "weight") and span(via[2]) is None else None
    return LearnedRoute(prefix, via[1] if via else None, interface, used, uptime)


def bgp_routes_json(text: str) -> tuple[LearnedRoute, ...]:
    """The routes of FRR's JSON. Raises LandbridgeError for what is no such answer."""
    value = json_of(text, JSON_COMMAND)
    if not isinstance(value, dict):
        raise not_understood(JSON_COMMAND, "it is no mapping of prefixes")
    found: list[LearnedRoute] = []
    for prefix, routes in value.items():
        for route in routes if isinstance(routes, list) else [None]:
            hops = route.get("nexthops", []) if isinstance(route, dict) else None
            if not isinstance(route, dict) or not isinstance(hops, list) or not all(isinstance(hop, dict) for hop in hops):
                raise not_understood(JSON_COMMAND, "a route isn't one", prefix)
            uptime = span(str(route.get("uptime", "")))
            for hop in hops:
                address, interface = hop.get("ip"), hop.get("interfaceName")
                found.append(
                    LearnedRoute(
                        _prefix(prefix, prefix),
                        address if isinstance(address, str) else None,
                        interface if isinstance(interface, str) else None,
                        hop.get("fib") is True,
                        uptime,
                    )
                )
    return tuple(found)
