"""A gateway's own routes: connected and static ones, resolved and chosen by distance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Literal, NamedTuple

from landbridge.artifacts.manifest import Gateway
from landbridge.verify.network import Network, router_address, subnet_of
from landbridge.verify.prefixes import PrefixTable
from landbridge.verify.span import EVERYTHING, Span, span_of
from landbridge.vyos.router import Router, StaticRoute

BGP_DISTANCE = 20


class Exit(NamedTuple):
    """Where a gateway sends a packet: to its VPC's router, to a neighbor in its own subnet, into a tunnel, to an address that nobody
    answers for, or nowhere (a blackhole). `name` is the tunnel's; `line` the route's."""

    kind: Literal["vpc", "subnet", "tunnel", "nobody", "blackhole"]
    interface: str
    name: str
    line: int


class Entry(NamedTuple):
    """A route that is in use: of all its exits one is taken, by a packet's ports and addresses."""

    distance: int
    exits: tuple[Exit, ...]
    line: int


class OwnRoutes(NamedTuple):
    """`unresolved` are static routes whose next hops are reached by no connected route: they wait for what is learned."""

    table: PrefixTable[Entry]
    unresolved: tuple[StaticRoute, ...]


def own_routes(network: Network, gateway: Gateway, up: Mapping[str, str]) -> OwnRoutes:
    """What a gateway knows by itself. `up` has the tunnels that are up, by the name of their VTI: the others' interfaces are down."""
    router = network.routers[gateway.name]
    connected = dict(_connected(network, gateway, router, up))
    candidates: dict[Span, list[Entry]] = {}
    for span, direct in connected.items():
        candidates.setdefault(span, []).append(Entry(0, (direct,), direct.line))
    if any(interface.dhcp for interface in router.interfaces):
        candidates.setdefault(EVERYTHING, []).append(Entry(0, (Exit("vpc", "eth0", "", 0),), 0))
    unresolved: list[StaticRoute] = []
    for route in router.routes:
        exit_ = _exit(network, gateway, router, route, connected, up)
        if exit_ is not None:
            candidates.setdefault(span_of(route.prefix), []).append(Entry(route.distance, (exit_,), route.line))
        elif route.next_hop is not None and not _own(router, route):
            unresolved.append(route)
    table: PrefixTable[Entry] = PrefixTable()
    for span, entries in candidates.items():
        table.add(span, best(entries))
    return OwnRoutes(table, tuple(unresolved))


def best(entries: list[Entry]) -> Entry:
    """The entries of least distance, as one."""
    least = min(entry.distance for entry in entries)
    chosen = [entry for entry in entries if entry.distance == least]
    return Entry(least, tuple(dict.fromkeys(exit_ for entry in chosen for exit_ in entry.exits)), chosen[0].line)


def _connected(network: Network, gateway: Gateway, router: Router, up: Mapping[str, str]) -> Iterator[tuple[Span, Exit]]:
    for interface in router.interfaces:
        if interface.name.startswith("vti"):
            if interface.name in up and interface.addresses:
                span = span_of(interface.addresses[0].network)
                yield span, Exit("tunnel", interface.name, up[interface.name], interface.line)
        elif interface.name.startswith("eth"):
            if interface.dhcp:
                yield span_of(subnet_of(network.manifest, gateway)), Exit("subnet", interface.name, "", interface.line)
            for address in interface.addresses:
                yield span_of(address.network), Exit("subnet", interface.name, "", interface.line)


def _own(router: Router, route: StaticRoute) -> bool:
    return any(address.ip == route.next_hop for interface in router.interfaces for address in interface.addresses)


def _exit(
    network: Network, gateway: Gateway, router: Router, route: StaticRoute, connected: Mapping[Span, Exit], up: Mapping[str, str]
) -> Exit | None:
    """Where a static route leads; None where its interface is down or nothing leads to its next hop."""
    if route.next_hop is None:
        if route.interface is None:
            return Exit("blackhole", "", "", route.line)
        return _through(route.interface, router, route.line, up)
    if _own(router, route):
        # Only Quagga, and so 1.1, takes a router's own address: it is the way through that address's interface.
        if router.release != "1.1":
            return None
        holder = next(interface.name for interface in router.interfaces for address in interface.addresses if address.ip == route.next_hop)
        return _through(holder, router, route.line, up)
    hop = int(route.next_hop)
    over = next((exit_ for span, exit_ in connected.items() if span.first <= hop <= span.last), None)
    if over is None:
        return None
    if over.kind == "tunnel":
        return over._replace(line=route.line)
    answered = route.next_hop == router_address(network.manifest, gateway)
    return Exit("vpc" if answered else "nobody", over.interface, "", route.line)


def _through(interface: str, router: Router, line: int, up: Mapping[str, str]) -> Exit | None:
    if interface in up:
        return Exit("tunnel", interface, up[interface], line)
    if interface.startswith("eth") and any(one.name == interface for one in router.interfaces):
        return Exit("nobody", interface, "", line)
    return None


def interest(router: Router) -> Set[Span]:
    """Every prefix that a router's rules and routes tell apart."""
    found = {span_of(route.prefix) for route in router.routes}
    found |= {span_of(address.network) for interface in router.interfaces for address in interface.addresses}
    for rule in router.nat:
        found |= {span_of(match.prefix) for match in (rule.source, rule.destination) if match is not None}
        if rule.translation is not None:
            found.add(span_of(rule.translation))
    if router.bgp is not None:
        found |= {span_of(network.prefix) for network in router.bgp.networks}
    return found
