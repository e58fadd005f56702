"""Static routes: to a next hop, through an interface, or into nothing."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import StaticRoute


def read_static(root: Statement) -> tuple[StaticRoute, ...]:
    """Every static route of the main table, in order; a disabled one is none."""
    found: list[StaticRoute] = []
    system = root.below("system")
    gateway = system.address("gateway-address") if system is not None and system.has("gateway-address") else None
    if gateway is not None:
        found.append(StaticRoute(IPv4Network("0.0.0.0/0"), gateway, None, 1, root.tree.children["system"].children["gateway-address"].line))
    for route in root.each("protocols", "static", "route"):
        found += _route(route)
    for route in root.each("protocols", "static", "interface-route"):
        prefix = route.as_prefix()
        for hop in route.each("next-hop-interface"):
            found += _towards(hop, prefix, None, hop.word)
    return tuple(found)


def _route(route: Statement) -> list[StaticRoute]:
    route.ignore("description")
    prefix = route.as_prefix()
    found: list[StaticRoute] = []
    for hop in route.each("next-hop"):
        address = hop.as_address()
        if address is not None:
            found += _towards(hop, prefix, address, hop.text("interface"))
    for hop in route.each("interface"):
        found += _towards(hop, prefix, None, hop.word)
    for kind in ("blackhole", "reject"):  # what is refused gets no further than what is dropped
        nothing = route.below(kind)
        if nothing is not None:
            nothing.ignore("tag")
            found += _towards(nothing, prefix, None, None)
    if not found and not route.tree:
        route.fail("the route leads nowhere.", f"Add `set {route.shown} next-hop …`.")
    return found


def _towards(hop: Statement, prefix: IPv4Network | None, address: IPv4Address | None, interface: str | None) -> list[StaticRoute]:
    if hop.has("disable"):
        hop.ignore()
        return []
    distance = hop.number("distance", least=1, most=255)
    return [] if prefix is None else [StaticRoute(prefix, address, interface, distance or 1, hop.line)]
