"""The proof of a whole network: every site against the classes of all others, with nothing broken and with anything single broken.

The work grows with the number of sites, not with its square: a site tells only a few classes of remote subnets apart. What is known of
one site stays true for as long as neither its own artifacts nor the classes change: `changed` proves again only what a change touches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.verify.exchanges import Endpoint
from landbridge.verify.failing import Failure, considered, failures_of
from landbridge.verify.forwarding import Forwarding, Places
from landbridge.verify.network import Network
from landbridge.verify.packets import Service
from landbridge.verify.remotes import Cell, Remotes, Standings, interests
from landbridge.verify.routing import Kept, Routing
from landbridge.verify.sites import Broken, prove_site, services_of
from landbridge.verify.span import Span
from landbridge.verify.tunnels import tunnel_states

Tell = Callable[[str, int, int], None]


def silent(stage: str, done: int, of: int) -> None:
    """Nobody is told how far the proof is."""


@dataclass(frozen=True, slots=True)
class SiteProof:
    """What is known of one site. `failing` has what a failure breaks that was whole before it."""

    vpc: Vpc
    ends: tuple[Endpoint, ...]
    services: tuple[Service, ...]
    interests: frozenset[Span]
    broken: tuple[Broken, ...]
    failing: tuple[tuple[Failure, tuple[Broken, ...]], ...]
    trials: int


class Proof:
    """A network, proved. Making one does all the work; `tell` hears of it."""

    def __init__(self, network: Network, *, failures: bool = True, tell: Tell = silent) -> None:
        self.network = network
        self._with_failures = failures
        self.routing = Routing(network, tunnel_states(network))
        self.forwarding = Forwarding(self.routing, Places(network.manifest.vpcs))
        self.remotes = Remotes(network.manifest.vpcs)
        self._standings = Standings(self.routing, self.remotes)
        self.addresses = {
            subnet.host: int(subnet.address) for vpc in network.manifest.vpcs for subnet in vpc.subnets if subnet.host and subnet.address
        }
        self._kept: dict[str, list[Kept]] = {}
        for kept in self.routing.kept:
            self._kept.setdefault(kept.gateway, []).append(kept)
        self.sites: dict[str, SiteProof] = {}
        total = len(network.manifest.vpcs)
        for done, vpc in enumerate(network.manifest.vpcs, 1):
            self.sites[vpc.name] = self._prove(vpc)
            tell("proving", done, total)

    @property
    def pairs(self) -> int:
        """How many ordered pairs of subnets of different VPCs there are."""
        every = len(self.remotes.all)
        return every * every - sum(len(own) * len(own) for own in self.remotes.of_vpc.values())

    @property
    def failures(self) -> int:
        """How many failures were considered."""
        if not self._with_failures:
            return 0
        return considered(self.network.manifest.gateways, sum(site.trials for site in self.sites.values()))

    def ends(self, vpc: str) -> list[Endpoint]:
        """A VPC's subnets that take part."""
        return [self.remotes.all[at] for at in self.remotes.of_vpc.get(vpc, [])]

    def meeting(self, span: Span) -> list[Endpoint]:
        """The subnets whose global prefixes meet a span."""
        first, after = self.remotes.run(span)
        return self.remotes.all[first:after]

    def kept(self, gateway: str) -> list[Kept]:
        """What a gateway doesn't get announced."""
        return self._kept.get(gateway, [])

    def refusals(self, gateway: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Remote subnets that a gateway doesn't learn over each session, one for all that fare alike: index, sessions that let it in."""
        sessions = sum(self.routing.session(tunnel.name) for tunnel in self.routing.gateways[gateway].tunnels)
        own = set(self.remotes.of_vpc.get(self.routing.gateways[gateway].vpc, []))
        standings = self._standings.of(self.routing, gateway)
        for first, after in itertools.pairwise([0, *standings.changes, len(standings)]):
            standing = standings[first] if first < after else None
            taken = standing[1] if standing else ()
            if len(taken) < sessions:
                yield from ((at, taken) for at in itertools.islice((at for at in range(first, after) if at not in own), 1))
        yield from ((at, ()) for at in sorted(self._standings.apart(self.routing, gateway) - own))

    def _prove(self, vpc: Vpc) -> SiteProof:
        gateways = self.routing.of_site.get(vpc.name, [])
        ends = tuple(self.remotes.all[at] for at in self.remotes.of_vpc.get(vpc.name, []))
        services = services_of(self.network, vpc, gateways)
        told_apart = frozenset(interests(self.network, vpc, gateways))
        cells = self._cells(self.routing, vpc, gateways, told_apart)
        broken = tuple(prove_site(self.forwarding, self.remotes, ends, cells, services))
        hurt = {(one.end, one.side, one.remote, one.service) for one in broken}
        failing = []
        trials = 0
        for failure in failures_of(self.network.manifest, vpc, gateways) if self._with_failures else ():
            trials += 1
            routing = self.routing.without(failure.tunnels, failure.gateways)
            left = [end for end in ends if end.subnet not in failure.lost]
            found = prove_site(
                Forwarding(routing, self.forwarding.places),
                self.remotes,
                left,
                self._cells(routing, vpc, gateways, told_apart),
                services,
            )
            fresh = tuple(one for one in found if (one.end, one.side, one.remote, one.service) not in hurt)
            if fresh:
                failing.append((failure, fresh))
        return SiteProof(vpc, ends, services, told_apart, broken, tuple(failing), trials)

    def _cells(self, routing: Routing, vpc: Vpc, gateways: Sequence[Gateway], told_apart: frozenset[Span]) -> list[Cell]:
        standings = [self._standings.of(routing, gateway.name) for gateway in gateways]
        apart: set[int] = set()
        for gateway in gateways:
            apart |= self._standings.apart(routing, gateway.name)
        return self.remotes.cells(vpc.name, told_apart, standings, apart)
