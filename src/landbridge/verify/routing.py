"""Routing to a fixpoint: who announces what to the hub, what the hub chooses, and what each gateway makes of it.

The hub is a star's middle: it hears each gateway's own prefixes, never one learned from itself (its ASN is in the path), so that one
round of announcements is the fixpoint; what it announces back changes no gateway's own announcements. Sources: RFC 4271, 9.1;
https://docs.frrouting.org/en/stable-8.4/bgp.html (route selection);
https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html (route evaluation order).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Set
from typing import Literal, NamedTuple, TypeVar

from landbridge.artifacts.manifest import Gateway
from landbridge.verify.network import Network
from landbridge.verify.policy import Policed, police
from landbridge.verify.prefixes import Found, PrefixTable, pieces
from landbridge.verify.rib import BGP_DISTANCE, Entry, Exit, best, own_routes
from landbridge.verify.roles import Role, roles
from landbridge.verify.span import Span, span_of, span_of_address
from landbridge.verify.tunnels import TunnelState
from landbridge.vyos.router import Announcement, Router


class Offer(NamedTuple):
    """An announcement that the hub takes: over which tunnel, with what AS path and MED."""

    tunnel: str
    path: tuple[int, ...]
    metric: int


class Kept(NamedTuple):
    """A `network` statement that doesn't reach the hub over a tunnel, and why."""

    gateway: str
    tunnel: str
    prefix: Span
    code: Literal["not-announced", "asn-loop"]
    reason: str
    line: int


class HubRoute(NamedTuple):
    """What the hub does with a prefix: into its VPC, or into any of some tunnels.

    `path` is the AS path that it announces after its own ASN.
    """

    kind: Literal["vpc", "vpn"]
    tunnels: tuple[str, ...]
    path: tuple[int, ...]


class Lookup(NamedTuple):
    """What a gateway has for a piece of addresses: the entry (None: no route) and the prefix that it came from."""

    piece: Span
    entry: Entry | None


class Routing:
    """Every router's routes, with some tunnels and gateways broken. Gateways' own tables are made when they are asked for."""

    def __init__(self, network: Network, states: Mapping[str, TunnelState]) -> None:
        self.network = network
        self.states = states
        self.down: frozenset[str] = frozenset()
        self.dead: frozenset[str] = frozenset()
        self.gateways = {gateway.name: gateway for gateway in network.manifest.gateways}
        self.of_site: dict[str, list[Gateway]] = {}
        for gateway in network.manifest.gateways:
            self.of_site.setdefault(gateway.vpc, []).append(gateway)
        self.kept: list[Kept] = []
        self.screened = {name for name, router in network.routers.items() if _screens(router)}
        self._forget()
        self.roles: MutableMapping[str, Role] = {}
        for site in self.of_site:
            self.roles.update(self._site_roles(site))
        self.offers: MutableMapping[str, dict[Span, list[Offer]]] = {}
        self.hub: PrefixTable[HubRoute] = PrefixTable()
        self._announcers: dict[Span, set[str]] = {}
        self._overlay: dict[tuple[int, int], HubRoute | None] = {}
        self._announce()
        self._forget()  # now that the hub knows something, next hops may be reached by what is learned

    def _forget(self) -> None:
        self._own: dict[str, PrefixTable[Entry]] = {}
        self._networks: dict[str, dict[Span, Announcement]] = {}
        self._learned: dict[tuple[str, Span], tuple[Exit, ...]] = {}

    def without(self, tunnels: Iterable[str] = (), gateways: Iterable[str] = ()) -> Routing:
        """The same network with tunnels cut and gateways dead. Sites of which nothing is broken share what is known of them."""
        made = object.__new__(Routing)
        made.network, made.states, made.hub = self.network, self.states, self.hub
        made.gateways, made.of_site, made.screened = self.gateways, self.of_site, self.screened
        made.dead = self.dead | frozenset(gateways)
        made.down = self.down | frozenset(tunnels) | {tunnel.name for name in made.dead for tunnel in self.gateways[name].tunnels}
        made.kept = []
        made._forget()
        made.offers, made._announcers = self.offers, self._announcers
        made._overlay = dict(self._overlay)
        hurt = {self.states[tunnel].gateway for tunnel in made.down} | made.dead
        sites = {self.gateways[name].vpc for name in hurt}
        made.roles = ChainMap({name: role for site in sites for name, role in made._site_roles(site).items()}, *_maps(self.roles))
        made._announce_again({gateway.name for site in sites for gateway in self.of_site[site]})
        return made

    def revised(self, network: Network, states: Mapping[str, TunnelState], changed: Set[str]) -> tuple[Routing, frozenset[Span]]:
        """The routing of a network of which only some gateways' texts or facts have changed; and the prefixes that the hub routes anew."""
        made = object.__new__(Routing)
        made.network, made.states, made.down, made.dead = network, states, frozenset(), frozenset()
        made.gateways = {gateway.name: gateway for gateway in network.manifest.gateways}
        made.of_site = {}
        for gateway in network.manifest.gateways:
            made.of_site.setdefault(gateway.vpc, []).append(gateway)
        touched = set(changed | (self.gateways.keys() ^ made.gateways.keys()))
        for site in {made.gateways[name].vpc for name in touched & made.gateways.keys()}:
            touched |= {gateway.name for gateway in made.of_site[site]}  # roles are a pair's, and what each announces follows them
        made.kept = [kept for kept in self.kept if kept.gateway not in touched]
        made.screened = {name for name in made.gateways if (_screens(network.routers[name]) if name in touched else name in self.screened)}
        made._forget()
        made.roles = dict(self.roles)
        for site in {made.gateways[name].vpc for name in touched if name in made.gateways}:
            made.roles.update(made._site_roles(site))
        made.offers, made._announcers, made._overlay = dict(self.offers), dict(self._announcers), {}
        before = {name: made.offers.pop(name, {}) for name in touched}
        for name in touched & made.gateways.keys():
            made.offers[name] = made._offered(made.gateways[name])
        made.hub, moved = self.hub, set()
        for prefix in {prefix for name in touched for prefix in (*before[name], *made.offers.get(name, ()))}:
            announcers = {name for name in (*self._announcers.get(prefix, ()), *touched) if prefix in made.offers.get(name, ())}
            made._announcers[prefix] = announcers
            known = self.hub.exactly(prefix)
            if known is not None and known.kind == "vpc":
                continue
            some = [offer for name in sorted(announcers) for offer in made.offers[name][prefix]]
            chosen = made._chosen(some) if some else None
            if chosen != known:
                if made.hub is self.hub:
                    made.hub = self.hub.copy()
                if chosen is None:
                    made.hub.remove(prefix)
                else:
                    made.hub.add(prefix, chosen)
                moved.add(prefix)
        made._own = {name: table for name, table in self._own.items() if name in made.gateways and name not in touched}
        made._networks = {name: networks for name, networks in self._networks.items() if name in made._own}
        if not moved:
            made._learned = {key: exits for key, exits in self._learned.items() if key[0] not in touched}
        return made, frozenset(moved)

    # Roles and what is up

    def session(self, tunnel: str) -> bool:
        """Whether BGP runs over a tunnel."""
        return tunnel not in self.down and self.states[tunnel].session

    def session_up(self, gateway: str) -> bool:
        """Whether any of a gateway's sessions is."""
        return any(self.session(tunnel.name) for tunnel in self.gateways[gateway].tunnels)

    def up(self, gateway: str) -> dict[str, str]:
        """The tunnels of a gateway that are up, by the name of their interface."""
        return {
            self.states[tunnel.name].vti: tunnel.name
            for tunnel in self.gateways[gateway].tunnels
            if tunnel.name not in self.down and self.states[tunnel.name].up
        }

    def _site_roles(self, site: str) -> dict[str, Role]:
        pair = self.of_site[site]
        fit = {
            gateway.name: gateway.name not in self.dead and any(self.session(tunnel.name) for tunnel in gateway.tunnels) for gateway in pair
        }
        return roles(self.network, pair, fit, self.dead)

    def targets(self, site: str) -> list[tuple[str, str]]:
        """A VPC's routes, as destination and target; those of a pair lead to its active gateway once they have had to move."""
        routes = self.network.manifest.vpc(site).routes
        if self.network.live is not None:  # they are where they are
            return [(route.destination, route.target) for route in routes]
        pair = [gateway.name for gateway in self.of_site.get(site, ()) if self.roles[gateway.name].speaks]
        active = next((name for name in pair if self.roles[name].active), None)
        if active is None or not routes or routes[0].target == active:
            return [(route.destination, route.target) for route in routes]
        return [(route.destination, active if route.target in pair else route.target) for route in routes]

    # Announcements

    def _announce(self) -> None:
        for gateway in self.network.manifest.gateways:
            self.offers[gateway.name] = self._offered(gateway)
        heard: dict[Span, list[Offer]] = {}
        for name, offers in self.offers.items():
            for prefix, some in offers.items():
                heard.setdefault(prefix, []).extend(some)
                self._announcers.setdefault(prefix, set()).add(name)
        for prefix, some in heard.items():
            self.hub.add(prefix, self._chosen(some))
        for vpc in self.network.manifest.vpcs:
            if vpc.kind == "hub":
                for cidr in vpc.cidrs:
                    self.hub.add(span_of(cidr), HubRoute("vpc", (), ()))

    def _announce_again(self, hurt: set[str]) -> None:
        """The hub's choices among what the hurt gateways announced or now announce."""
        before = {name: self.offers[name] for name in hurt}
        self.offers = ChainMap({name: self._offered(self.gateways[name]) for name in hurt}, *_maps(self.offers))
        touched = {prefix for name in hurt for prefix in (*before[name], *self.offers[name])}
        for prefix in touched:
            known = self.hub.exactly(prefix)
            if known is None or known.kind == "vpc":
                continue  # a failure announces nothing new; what the VPC has stands
            some = [offer for name in sorted(self._announcers[prefix]) for offer in self.offers[name].get(prefix, ())]
            self._overlay[prefix.first, 33 - prefix.size.bit_length()] = self._chosen(some) if some else None

    def _offered(self, gateway: Gateway) -> dict[Span, list[Offer]]:
        """What a gateway offers the hub over its tunnels; what it keeps goes to `kept`."""
        router = self.network.routers[gateway.name]
        offers: dict[Span, list[Offer]] = {}
        if router.bgp is None or gateway.name in self.dead:
            return offers
        for network in router.bgp.networks:
            prefix = span_of(network.prefix)
            valid = not router.bgp.import_check or self.own(gateway.name).exactly(prefix) is not None
            for tunnel in gateway.tunnels:
                if not self.session(tunnel.name):
                    continue
                if not valid:
                    why = f"release {router.release} announces only what is in its routing table, and no route leads to {prefix}"
                    self.kept.append(Kept(gateway.name, tunnel.name, prefix, "not-announced", why, network.line))
                    continue
                policed = self._policed(gateway, tunnel.name, prefix)
                path = (router.bgp.asn, *policed.prepend)
                if not policed.permitted:
                    why = f"{policed.by} keeps {prefix} from the hub"
                    self.kept.append(Kept(gateway.name, tunnel.name, prefix, "not-announced", why, policed.line))
                elif self.network.manifest.hub.asn in path:
                    why = f"the hub refuses {prefix}: its own ASN is in the path {' '.join(map(str, path))}"
                    self.kept.append(Kept(gateway.name, tunnel.name, prefix, "asn-loop", why, network.line))
                else:
                    offers.setdefault(prefix, []).append(Offer(tunnel.name, path, policed.metric))
        return offers

    def _policed(self, gateway: Gateway, tunnel: str, prefix: Span) -> Policed:
        neighbor = self.states[tunnel].neighbor
        if neighbor is None:
            return Policed(False)
        router = self.network.routers[gateway.name]
        return police(router, neighbor.prefix_list_out, neighbor.route_map_out, prefix, self.roles[gateway.name].prepend)

    def _chosen(self, offers: list[Offer]) -> HubRoute:
        """The shortest AS path; among those from one neighboring AS the least MED; then all that are left, at once or one of them."""
        shortest = min(len(offer.path) for offer in offers)
        left = [offer for offer in offers if len(offer.path) == shortest]
        least: dict[int, int] = {}
        for offer in left:
            least[offer.path[0]] = min(least.get(offer.path[0], offer.metric), offer.metric)
        left = sorted(offer for offer in left if offer.metric == least[offer.path[0]])
        return HubRoute("vpn", tuple(offer.tunnel for offer in left), left[0].path)

    # Lookups

    @property
    def lacks(self) -> bool:
        """Whether a failure has taken a prefix from the hub altogether."""
        return any(route is None for route in self._overlay.values())

    def hub_lookup(self, destination: Span) -> Iterator[tuple[Span, HubRoute | None]]:
        """The hub's route for each piece of some addresses."""
        for piece in pieces(destination, self.hub.inside(destination)):
            yield piece, next((route for _, route in self.hub_covering(piece)), None)

    def hub_covering(self, piece: Span) -> Iterator[tuple[Found[HubRoute], HubRoute]]:
        """The hub's routes to all of some addresses, the longest prefix first."""
        for found in self.hub.covering(piece):
            key = (found.span.first, found.length)
            route = self._overlay.get(key, found.value) if self._overlay else found.value
            if route is not None:
                yield found, route

    def own(self, gateway: str) -> PrefixTable[Entry]:
        """A gateway's own routes in use."""
        if gateway not in self._own:
            table, unresolved = own_routes(self.network, self.gateways[gateway], self.up(gateway))
            self._own[gateway] = table
            router = self.network.routers[gateway]
            self._networks[gateway] = {
                span_of(network.prefix): network
                for network in (router.bgp.networks if router.bgp else ())
                if not (router.bgp and router.bgp.import_check) or table.exactly(span_of(network.prefix)) is not None
            }
            for route in unresolved:
                if route.next_hop is None or not len(self.hub):
                    continue
                (_, over), *_ = self.lookup(gateway, span_of_address(route.next_hop))
                if over is not None and over.exits and over.line >= 0 and not _is_default(table, over):
                    exits = tuple(exit_._replace(line=route.line) for exit_ in over.exits)
                    known = table.exactly(span_of(route.prefix))
                    entry = Entry(route.distance, exits, route.line)
                    table.add(span_of(route.prefix), entry if known is None else best([known, entry]))
        return self._own[gateway]

    def lookup(self, gateway: str, destination: Span) -> list[Lookup]:
        """A gateway's route for each piece of some addresses: the longest prefix, then the least distance."""
        table = self.own(gateway)
        found = []
        for piece in pieces(destination, table.inside(destination), self.hub.inside(destination)):
            own = next(table.covering(piece), None)
            entry = None if own is None else own.value
            for prefix, route in self.hub_covering(piece):
                if own is not None and (prefix.length < own.length or (prefix.length == own.length and own.value.distance <= BGP_DISTANCE)):
                    break
                exits = self.learned(gateway, prefix.span, route)
                if exits:
                    entry = Entry(BGP_DISTANCE, exits, 0)
                    break
            found.append(Lookup(piece, entry))
        return found

    def learned(self, gateway: str, prefix: Span, route: HubRoute) -> tuple[Exit, ...]:
        """The tunnels over which a gateway sends what it has learned from the hub; none where it refuses the route."""
        known = self._learned.get((gateway, prefix))
        if known is None:
            known = self._learned[gateway, prefix] = self._learn(gateway, prefix, route)
        return known

    def _learn(self, gateway: str, prefix: Span, route: HubRoute) -> tuple[Exit, ...]:
        router = self.network.routers[gateway]
        self.own(gateway)
        if router.bgp is None or router.bgp.asn in route.path or prefix in self._networks[gateway]:
            return ()
        options = []
        for tunnel in self.gateways[gateway].tunnels:
            policed = self.lets_in(gateway, tunnel.name, prefix) if self.session(tunnel.name) else None
            if policed is not None:
                options.append(((-policed.local_preference, len(policed.prepend), policed.metric), tunnel.name))
        if not options:
            return ()
        first = min(rank for rank, _ in options)
        return tuple(Exit("tunnel", self.states[name].vti, name, 0) for rank, name in options if rank == first)

    def lets_in(self, gateway: str, tunnel: str, prefix: Span) -> Policed | None:
        """What a gateway makes of the hub's announcement of a prefix over a tunnel; None where it refuses it."""
        neighbor = self.states[tunnel].neighbor
        if neighbor is None:
            return None
        policed = police(self.network.routers[gateway], neighbor.prefix_list_in, neighbor.route_map_in, prefix, None)
        return policed if policed.permitted else None

    def refusal(self, gateway: str, destination: Span) -> Kept | None:
        """Why a gateway has no use for what the hub announces of some addresses."""
        self.own(gateway)
        router = self.network.routers[gateway]
        for prefix, route in self.hub_covering(destination):
            if router.bgp is None:
                return None
            if router.bgp.asn in route.path:
                why = f"{gateway} refuses {prefix.span}: its own ASN is in the path {' '.join(map(str, route.path))}"
                return Kept(gateway, "", prefix.span, "asn-loop", why, router.bgp.line)
            if (own := self._networks[gateway].get(prefix.span)) is not None:
                return Kept(gateway, "", prefix.span, "not-announced", f"{gateway} says that it has {prefix.span} itself", own.line)
            for tunnel in self.gateways[gateway].tunnels:
                neighbor = self.states[tunnel.name].neighbor
                if neighbor is not None and self.session(tunnel.name):
                    policed = police(router, neighbor.prefix_list_in, neighbor.route_map_in, prefix.span, None)
                    if not policed.permitted:
                        why = f"{policed.by} of {gateway} refuses {prefix.span}"
                        return Kept(gateway, tunnel.name, prefix.span, "not-announced", why, policed.line)
        return None


def _screens(router: Router) -> bool:
    """Whether a firewall rules what passes a router."""
    return any(binding.direction != "local" for binding in router.bindings)


def _is_default(table: PrefixTable[Entry], entry: Entry) -> bool:
    """A next hop isn't looked up in a default route (FRR's `ip nht resolve-via-default` is off)."""
    return any(found.value is entry for found in table if found.length == 0)


_Value = TypeVar("_Value")


def _maps(mapping: MutableMapping[str, _Value]) -> list[MutableMapping[str, _Value]]:
    """The maps of a chain, or the one that there is."""
    return mapping.maps if isinstance(mapping, ChainMap) else [mapping]
