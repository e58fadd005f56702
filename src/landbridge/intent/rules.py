"""The rules of one part of the file that need what another part says by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from landbridge.findings import Finding, Where, error
from landbridge.intent.model import Availability, Network, tunnels_refused


def check(network: Network, where: Callable[..., Where]) -> list[Finding]:
    """What is wrong with a network of which every part is right."""
    return [*_tunnels(network, where), *_accepted(network, where)]


def _tunnels(network: Network, where: Callable[..., Where]) -> Iterator[Finding]:
    """Inside ranges are counted against the availability that holds for the site, its own or the default."""
    if network.defaults.gateway.tunnels:
        place = where("defaults", "gateway", "tunnels")
        yield error("inside-conflict", "inside addresses can't be a default: each site needs its own.", place, "Move them to a site.")
    default = network.defaults.gateway.availability or Availability.PAIR
    for name, site in network.sites.items():
        count, availability = len(site.gateway.tunnels), site.gateway.availability or default
        if count and count != (2 if availability is Availability.SINGLE else 4):
            refused = tunnels_refused(count, availability)
            yield error("schema", f"{refused.problem}.", where("sites", name, "gateway", "tunnels"), refused.remedy)


def _accepted(network: Network, where: Callable[..., Where]) -> Iterator[Finding]:
    """What is accepted somewhere is accepted at a site or hub that there is."""
    for number, accepted in enumerate(network.accept):
        if accepted.where is not None and accepted.where not in network.sites and accepted.where not in network.hubs:
            known = ", ".join([*network.hubs, *network.sites][:12])
            yield error("name", f"{accepted.where} isn't a site or hub.", where("accept", number, "where"), f"Known: {known}.")
