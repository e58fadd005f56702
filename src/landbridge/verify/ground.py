"""What every site's proof stands on: how the network is routed, which remote subnets there are, and how they can be told apart."""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.artifacts.manifest import Gateway
from landbridge.verify.exchanges import Endpoint
from landbridge.verify.forwarding import Forwarding, Places
from landbridge.verify.network import Network
from landbridge.verify.remotes import Cell, Remotes, Standings
from landbridge.verify.routing import Routing
from landbridge.verify.span import Span
from landbridge.verify.tunnels import TunnelState, tunnel_state, tunnel_states


class Ground:
    """A network with nothing broken."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.routing = Routing(network, tunnel_states(network))
        self.forwarding = Forwarding(self.routing, Places(network.manifest.vpcs))
        self.remotes = Remotes(network.manifest.vpcs)
        self.standings = Standings(self.routing, self.remotes)
        for gateway in network.manifest.gateways:
            self.standings.of(self.routing, gateway.name)  # all of them: `Step` must see whether a change makes a new class anywhere

    def ends(self, vpc: str) -> tuple[Endpoint, ...]:
        """A VPC's subnets that take part."""
        return tuple(self.remotes.all[at] for at in self.remotes.of_vpc.get(vpc, ()))

    def facing(
        self, routing: Routing, vpc: str, gateways: Sequence[Gateway], told_apart: frozenset[Span]
    ) -> list[tuple[Endpoint, Sequence[Cell]]]:
        """Each of a VPC's subnets with the classes of remote ones that it is to be tried against, as the network is routed now."""
        standings = [self.standings.of(routing, gateway.name) for gateway in gateways]
        apart: set[int] = set()
        for gateway in gateways:
            apart |= self.standings.apart(routing, gateway.name)
        unrouted = self.standings.unrouted
        cells = self.remotes.cells(vpc, told_apart, standings, apart, unrouted)
        beyond = self.remotes.beyond(vpc, unrouted) if unrouted else []
        return [(self.remotes.all[at], [*cells, *beyond] if at in unrouted else cells) for at in self.remotes.of_vpc.get(vpc, ())]


class Step:
    """From one ground to the next: what of it a change of some sites leaves standing. The hub and its VPC must be the same.

    `elsewhere`: things stand in other lines than before.
    """

    def __init__(self, before: Ground, network: Network) -> None:
        old, new = before.network, network
        facts = {gateway.name: gateway for gateway in old.manifest.gateways}
        vpcs = {vpc.name: vpc for vpc in old.manifest.vpcs}
        self.gateways = {
            gateway.name
            for gateway in new.manifest.gateways
            if not _same(gateway, facts.get(gateway.name)) or not _same(new.routers[gateway.name], old.routers.get(gateway.name))
        }
        self.vpcs = {vpc.name for vpc in new.manifest.vpcs if not _same(vpc, vpcs.get(vpc.name))}
        self.gone = vpcs.keys() - {vpc.name for vpc in new.manifest.vpcs}
        self.ground = made = object.__new__(Ground)
        made.network = network
        self.elsewhere = old.places != new.places
        known = before.routing.states
        states = {
            tunnel.name: known[tunnel.name]
            if gateway.name not in self.gateways and not (self.elsewhere and _says(known[tunnel.name]))
            else tunnel_state(network, gateway, network.routers[gateway.name], tunnel)
            for gateway in new.manifest.gateways
            for tunnel in gateway.tunnels
        }
        made.routing, self.moved = before.routing.revised(network, states, self.gateways)
        if self.vpcs or self.gone:
            made.forwarding = Forwarding(made.routing, Places(network.manifest.vpcs))
            made.remotes = Remotes(network.manifest.vpcs)
        else:
            made.forwarding = Forwarding(made.routing, before.forwarding.places)
            made.remotes = before.remotes
        made.standings = before.standings.revised(made.routing, made.remotes, self.moved)
        for name in self.gateways:
            made.standings.of(made.routing, name)

    def touched(self) -> list[Span]:
        """The global prefixes of which somebody may have to think again."""
        return [*self.moved, *(end.known for vpc in self.vpcs for end in self.ground.ends(vpc))]

    def alike(self) -> bool:
        """Whether what is touched stands, at every gateway, as others do."""
        return self.ground.standings.like_others({at for span in self.touched() for at in range(*self.ground.remotes.run(span))})


def _same(one: object, other: object) -> bool:
    return one is other or one == other


def _says(state: TunnelState) -> bool:
    """Whether there is anything to say of a tunnel."""
    return not state.session or bool(state.cautions)
