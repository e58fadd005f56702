"""The proof of a whole network: every site against the classes of all others, with nothing broken and with anything single broken.

The work grows with the number of sites, not with its square: a site tells only a few classes of remote subnets apart. What is known of
one site stays true for as long as neither its own artifacts nor the classes change: `changed` proves again only what a change touches.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property

from landbridge.artifacts import uncollected
from landbridge.verify.exchanges import Endpoint
from landbridge.verify.failing import considered
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.ground import Ground, Step
from landbridge.verify.network import Network
from landbridge.verify.proving import SiteProof, Tell, prove_all, silent
from landbridge.verify.remotes import Remotes
from landbridge.verify.routing import Kept, Routing
from landbridge.verify.span import Span

MANY = 30  # prefixes that a change moves: beyond, looking for who is touched takes as long as proving all again


class Proof:
    """A network, proved. Making one does all the work; `tell` hears of it: a stage's name, how much is done, of how much."""

    def __init__(self, network: Network, *, failures: bool = True, tell: Tell = silent) -> None:
        with uncollected():
            self._ground = Ground(network)
        self._with_failures = failures
        self.sites: dict[str, SiteProof] = prove_all(self._ground, network.manifest.vpcs, failures, tell)
        self.proved = len(self.sites)

    def changed(self, network: Network) -> Proof:
        """The proof of the network after a change. `proved` says at how many sites it had to be done again."""
        if _hub(self.network) != _hub(network):
            return Proof(network, failures=self._with_failures)
        with uncollected():
            step = Step(self._ground, network)
        made = object.__new__(Proof)
        made._ground, made._with_failures = step.ground, self._with_failures
        again = self._again(step)
        vpcs = [vpc for vpc in network.manifest.vpcs if again is None or vpc.name in again]
        fresh = prove_all(step.ground, vpcs, self._with_failures, silent)
        made.sites = {vpc.name: fresh[vpc.name] if vpc.name in fresh else self.sites[vpc.name] for vpc in network.manifest.vpcs}
        made.proved = len(fresh)
        return made

    def _again(self, step: Step) -> set[str] | None:
        """The sites whose proof a change may touch; None for all of them."""
        after = step.ground.network.manifest
        spans = step.touched()
        if len(spans) > MANY or not step.alike():
            return None
        again = {step.ground.routing.gateways[name].vpc for name in step.gateways} | step.vpcs
        if spans or step.gone or step.elsewhere:
            # Who is in a class of what is broken may have changed, or its number; or what is to blame stands in another line.
            again |= {name for name, site in self.sites.items() if not site.whole}
        if step.vpcs or step.gone:
            spans += [end.known for vpc in step.vpcs | step.gone for end in self._ground.ends(vpc)]
        asns: set[int] = set()
        for span in spans:
            for at in range(*step.ground.remotes.run(span)):
                again.add(step.ground.remotes.all[at].vpc)
                asns |= step.ground.standings.seeing(at)
        again |= {gateway.vpc for gateway in after.gateways if gateway.asn in asns} | self._drawn(step, again)
        again |= {name for name, site in self.sites.items() if any(one.meets(span) for span in spans for one in site.interests)}
        return again

    def _drawn(self, step: Step, sites: set[str]) -> set[str]:
        """The sites whose packets some sites' gateways draw to themselves, by announcing what isn't theirs, before the change or now."""
        found = set()
        for ground in (self._ground, step.ground):
            for name in sites:
                for gateway in ground.routing.of_site.get(name, ()):
                    for prefix in ground.routing.offers.get(gateway.name, ()):
                        found |= {step.ground.remotes.all[at].vpc for at in range(*step.ground.remotes.run(prefix))}
        return found

    @property
    def network(self) -> Network:
        return self._ground.network

    @property
    def routing(self) -> Routing:
        return self._ground.routing

    @property
    def forwarding(self) -> Forwarding:
        return self._ground.forwarding

    @property
    def remotes(self) -> Remotes:
        return self._ground.remotes

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

    @cached_property
    def addresses(self) -> dict[str, int]:
        """The probe hosts' own addresses."""
        hosts = (subnet for vpc in self.network.manifest.vpcs for subnet in vpc.subnets)
        return {subnet.host: int(subnet.address) for subnet in hosts if subnet.host and subnet.address}

    def ends(self, vpc: str) -> tuple[Endpoint, ...]:
        """A VPC's subnets that take part."""
        return self._ground.ends(vpc)

    def known(self, span: Span) -> bool:
        """Whether a prefix is some subnet's global one."""
        return self.forwarding.places.known(span)

    def meeting(self, span: Span) -> list[Endpoint]:
        """The subnets whose global prefixes meet a span."""
        first, after = self.remotes.run(span)
        return self.remotes.all[first:after]

    def kept(self, gateway: str) -> Iterator[Kept]:
        """What a gateway doesn't get announced."""
        return (kept for kept in self.routing.kept if kept.gateway == gateway)

    def refusals(self, gateway: str) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Remote subnets that a gateway doesn't learn over each session, one for all that fare alike: index, sessions that let it in."""
        sessions = sum(self.routing.session(tunnel.name) for tunnel in self.routing.gateways[gateway].tunnels)
        own = set(self.remotes.of_vpc.get(self.routing.gateways[gateway].vpc, []))
        standings = self._ground.standings.of(self.routing, gateway)
        for first, after in itertools.pairwise([0, *standings.changes, len(standings)]):
            standing = standings[first] if first < after else None
            taken = standing[1] if standing else ()
            if len(taken) < sessions:
                yield from ((at, taken) for at in itertools.islice((at for at in range(first, after) if at not in own), 1))
        yield from ((at, ()) for at in sorted(self._ground.standings.apart(self.routing, gateway) - own))


def _hub(network: Network) -> tuple[object, ...]:
    """What all sites stand on."""
    return (network.manifest.hub, *(vpc for vpc in network.manifest.vpcs if vpc.kind == "hub"))
