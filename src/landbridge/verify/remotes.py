"""The classes of remote subnets that a site cannot tell apart: one of each class is followed, and stands for all.

What a site does with a packet of a remote subnet depends on that subnet's global prefix in two ways only: which of the prefixes that the
site's own texts and rules name (its interests) hold it, and what the hub's announcements of it are worth there. Subnets that agree in both
fare alike. A subnet that an interest cuts in two is a class of its own; following it whole splits it where it must be.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from ipaddress import IPv4Network
from typing import NamedTuple

from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.verify.exchanges import Endpoint, endpoints
from landbridge.verify.network import Network, subnet_of
from landbridge.verify.policy import police
from landbridge.verify.rib import interest
from landbridge.verify.routing import Routing
from landbridge.verify.screening import word_span
from landbridge.verify.span import EVERYTHING, Span, span_of
from landbridge.vyos.router import Neighbor, Router

Standing = tuple[int, tuple[int, ...]] | None  # of a remote subnet at a gateway: the learned prefix' length, and the sessions it came by
_Policy = tuple[object, ...]


class Cell(NamedTuple):
    """A class: runs of indices in `Remotes.all`, the first and the one after the last of each."""

    runs: tuple[tuple[int, int], ...]

    def indices(self) -> Iterator[int]:
        for first, after in self.runs:
            yield from range(first, after)

    def spans(self) -> Iterator[Span]:
        return (Span(first, after - 1) for first, after in self.runs)


class Remotes:
    """All subnets that take part, by their global prefixes."""

    def __init__(self, vpcs: Iterable[Vpc]) -> None:
        self.all: list[Endpoint] = sorted((end for vpc in vpcs for end in endpoints(vpc)), key=lambda end: end.known)
        self._firsts = [end.known.first for end in self.all]
        self._lasts = [end.known.last for end in self.all]
        self.of_vpc: dict[str, list[int]] = {}
        for at, end in enumerate(self.all):
            self.of_vpc.setdefault(end.vpc, []).append(at)

    def run(self, span: Span) -> tuple[int, int]:
        """The indices of what meets a span. (Known prefixes don't overlap, but for mistakes, which only widen the run.)"""
        return bisect_left(self._lasts, span.first), bisect_right(self._firsts, span.last)

    def cells(self, own: str, interests: Set[Span], standings: Sequence[Runs], apart: Iterable[int], unrouted: Set[int]) -> list[Cell]:
        """The classes of what isn't a VPC's own; `standings` at each of its gateways, `apart` the indices that are classes of their own.

        What the hub has no route to, `unrouted`, is in none: its own site's proof says so. (`beyond` is for those that have none either.)
        """
        edges = {0, len(self.all)}
        runs: list[tuple[int, int, Span]] = []
        lonely = set(apart)
        for span in interests:
            first, after = self.run(span)
            if first >= after:
                continue
            for at in (first, after - 1):
                if not span.holds(self.all[at].known):
                    lonely.add(at)
            runs.append((first, after, span))
            edges |= {first, after}
        mine = self.of_vpc.get(own, [])
        for at in (*mine, *lonely, *unrouted):
            edges |= {at, at + 1}
        for each in standings:
            edges.update(each.changes)
        skipped = {*unrouted, *mine}
        found: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        for first, after in itertools.pairwise(sorted(edges)):
            if first in skipped:
                continue
            held = frozenset(span for start, end, span in runs if start <= first < end)
            # Where no interest holds it, any learned prefix is longer than what the gateway has itself; else the length decides.
            for at, to in [(first, after)] if not held else [(at, at + 1) for at in range(first, after)]:
                worth = tuple(_worth(each[at], bool(held)) for each in standings)
                key = (held, worth, at if at in lonely else -1)
                found.setdefault(key, []).append((at, to))
        return [Cell(tuple(runs)) for runs in found.values()]

    def beyond(self, own: str, unrouted: Set[int]) -> list[Cell]:
        """What isn't a VPC's own and has no route at the hub, as one class: whatever the hub hasn't fares alike."""
        mine = set(self.of_vpc.get(own, ()))
        runs = tuple((at, at + 1) for at in sorted(unrouted) if at not in mine)
        return [Cell(runs)] if runs else []


class Runs(list[Standing]):
    """A standing a remote subnet, and the indices where the sessions that it came by change."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        super().__init__(standings)
        sessions = [_sessions(one) for one in self]
        self.changes = [at for at in range(1, len(sessions)) if sessions[at] != sessions[at - 1]]


class Standings:
    """What the hub's announcements of each remote subnet are worth to a gateway: worked out once for all that have the same policies."""

    def __init__(self, routing: Routing, remotes: Remotes) -> None:
        self._routing = routing
        self._remotes = remotes
        self._known: dict[_Policy, tuple[Runs, _Listener]] = {}
        self._by_asn: dict[int, frozenset[int]] = {}
        self._paths: list[frozenset[int]] = [frozenset()] * len(remotes.all)  # the ASNs in the paths to each
        self._cut: set[int] = set()
        self.unrouted: set[int] = set()
        by_asn: dict[int, set[int]] = {}
        for at in range(len(remotes.all)):
            for asn in self._route(at):
                by_asn.setdefault(asn, set()).add(at)
        self._by_asn = {asn: frozenset(indices) for asn, indices in by_asn.items()}

    def _route(self, at: int) -> frozenset[int]:
        """Note how the hub routes a remote subnet now; the ASNs in the paths to it."""
        known = self._remotes.all[at].known
        covering = list(self._routing.hub_covering(known))
        self._cut.discard(at)
        self.unrouted.discard(at)
        if self._routing.hub.inside(known):
            self._cut.add(at)
        elif not covering:
            self.unrouted.add(at)
        self._paths[at] = frozenset(asn for _, route in covering for asn in route.path)
        return self._paths[at]

    def revised(self, routing: Routing, remotes: Remotes, moved: Set[Span]) -> Standings:
        """The same after the hub's routes to some prefixes have moved, or the subnets have changed: only what is new is worked out."""
        if remotes is not self._remotes:
            return self._anew(routing, remotes, moved)
        made = object.__new__(Standings)
        made._routing, made._remotes = routing, remotes
        if not moved:
            made._known, made._by_asn, made._paths = self._known, self._by_asn, self._paths
            made._cut, made.unrouted = self._cut, self.unrouted
            return made
        made._known, made._by_asn, made._paths = {}, dict(self._by_asn), list(self._paths)
        made._cut, made.unrouted = set(self._cut), set(self.unrouted)
        touched = {at for span in moved for at in range(*remotes.run(span))}
        for at in touched:
            for asn in made._paths[at]:
                made._by_asn[asn] -= {at}
            for asn in made._route(at):
                made._by_asn[asn] = made._by_asn.get(asn, frozenset()) | {at}
        for key, (known, listener) in self._known.items():
            fresh = list(known)
            for at in touched:
                fresh[at] = _standing(routing, listener, remotes.all[at])
            made._known[key] = Runs(fresh), listener
        return made

    def _anew(self, routing: Routing, remotes: Remotes, moved: Set[Span]) -> Standings:
        """With other remote subnets: those that stay stand as they did, unless their routes have moved."""
        made = Standings(routing, remotes)
        touched = {at for span in moved for at in range(*remotes.run(span))}
        for key, (known, listener) in self._known.items():
            of = {end.known: standing for end, standing in zip(self._remotes.all, known, strict=True)}
            fresh = Runs(
                of[end.known] if at not in touched and end.known in of else _standing(routing, listener, end)
                for at, end in enumerate(remotes.all)
            )
            made._known[key] = fresh, listener
        return made

    def of(self, routing: Routing, gateway: str) -> Runs:
        """One standing a remote subnet, for a gateway as it is routed now."""
        listener = _listener(routing, gateway)
        if routing.lacks:  # a failure has taken prefixes from the hub: what is known otherwise doesn't hold
            return Runs(_standing(routing, listener, end) for end in self._remotes.all)
        key = listener.policy()
        if key not in self._known:
            self._known[key] = Runs(_standing(routing, listener, end) for end in self._remotes.all), listener
        return self._known[key][0]

    def like_others(self, new: Set[int]) -> bool:
        """Whether some remote subnets stand, at every gateway, as another one does: then they make no new class."""
        if new & self._cut:
            return False
        new = new - self.unrouted
        for known, _ in self._known.values():
            sessions = [_sessions(standing) for standing in known]
            old = {one for at, one in enumerate(sessions) if at not in new}
            if any(sessions[at] not in old for at in new):
                return False
        return True

    def seeing(self, at: int) -> Set[int]:
        """The ASNs in the paths to a remote subnet."""
        return self._paths[at]

    def apart(self, routing: Routing, gateway: str) -> set[int]:
        """The indices that no standing speaks for: those of which a gateway sees its own ASN in the path, and those cut in two."""
        bgp = routing.network.routers[gateway].bgp
        return self._cut | (self._by_asn.get(bgp.asn, frozenset()) if bgp is not None else set())


def _sessions(standing: Standing) -> tuple[int, ...] | None:
    return None if standing is None else standing[1]


def _worth(standing: Standing, exactly: bool) -> Standing:
    return standing if exactly or standing is None else (0, standing[1])


class _Listener(NamedTuple):
    """A gateway as it hears the hub: its text, and the neighbors over whose sessions it does."""

    router: Router
    neighbors: tuple[Neighbor, ...]

    def policy(self) -> _Policy:
        """What it lets in, apart from names and lines: over each session, its lists and maps."""
        router = self.router
        return tuple((_listed(router, one.prefix_list_in), _mapped(router, one.route_map_in)) for one in self.neighbors)


def _listener(routing: Routing, gateway: str) -> _Listener:
    up = (routing.states[tunnel.name].neighbor for tunnel in routing.gateways[gateway].tunnels if routing.session(tunnel.name))
    return _Listener(routing.network.routers[gateway], tuple(neighbor for neighbor in up if neighbor is not None))


def _standing(routing: Routing, listener: _Listener, end: Endpoint) -> Standing:
    for found, _ in routing.hub_covering(end.known):
        lets_in: dict[tuple[str | None, str | None], bool] = {}  # mostly all sessions have the same policy
        for one in listener.neighbors:
            names = (one.prefix_list_in, one.route_map_in)
            if names not in lets_in:
                lets_in[names] = police(listener.router, *names, found.span, None).permitted
        accepted = tuple(at for at, one in enumerate(listener.neighbors) if lets_in[one.prefix_list_in, one.route_map_in])
        if accepted:
            return found.length, accepted
    return None


def _listed(router: Router, name: str | None) -> _Policy | None:
    found = next((one for one in router.prefix_lists if one.name == name), None)
    return None if found is None else tuple((rule.permit, rule.prefix, rule.ge, rule.le) for rule in found.rules)


def _mapped(router: Router, name: str | None) -> _Policy | None:
    found = next((one for one in router.route_maps if one.name == name), None)
    if found is None:
        return None
    return tuple((rule.permit, _listed(router, rule.prefix_list), rule.prepend, rule.local_preference, rule.metric) for rule in found.rules)


def interests(network: Network, vpc: Vpc, gateways: Iterable[Gateway]) -> Set[Span]:
    """Every prefix that a VPC, its security groups and its gateways tell apart; that of everything tells nothing apart."""
    found = {span_of(cidr) for cidr in vpc.cidrs} | {span_of(subnet.cidr) for subnet in vpc.subnets}
    apart = network.live.tables.get(vpc.name, ()) if network.live is not None else ()
    routes = [*vpc.routes, *(route for _, some in apart for route in some)]
    words = [route.destination for route in routes if route.destination != "remote"]
    for gateway in gateways:
        found |= gateway_interests(network, gateway.name)
        found.add(span_of(subnet_of(network.manifest, gateway)))
        words += [rule.source for rule in gateway.rules or ()]
    for word in words:
        if not word.startswith("$"):
            found.add(span_of(IPv4Network(word)))
    return found - {EVERYTHING}


def gateway_interests(network: Network, name: str) -> Set[Span]:
    """Every prefix that a gateway's own text tells apart."""
    router = network.routers[name]
    found = set(interest(router))
    for chain in router.chains:
        for rule in chain.rules:
            for word in (*rule.sources, *rule.destinations):
                span = word_span(word.removeprefix("!"))
                if span is not None:
                    found.add(span)
    return found
