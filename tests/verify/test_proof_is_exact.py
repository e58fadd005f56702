"""The proof by classes, against following every pair of subnets: the same are broken, also under each failure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from random import Random

import pytest

from landbridge.verify import Network, Proof, network_of
from landbridge.verify.exchanges import Endpoint, exchange
from landbridge.verify.failing import failures_of
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.packets import PING, TCP, UDP, Service
from landbridge.verify.sites import Broken, services_of
from landbridge.verify.span import Span
from tests.agreement.breaks import KINDS, broken_by
from tests.agreement.networks import random_network

Pairs = set[tuple[str, str]]
ALL = (PING, TCP, UDP)
SEEDS = int(os.environ.get("LANDBRIDGE_SEEDS", "1"))  # more for who has the time: three take four minutes on one core


def exactly(proof: Proof, forwarding: Forwarding, lost: Iterable[Span] = (), site: str = "", services: Sequence[Service] = ALL) -> Pairs:
    """The ordered pairs of subnets of which some packet, on some way, gets no answer."""
    ends = proof.remotes.all
    return {
        (source.name, destination.name)
        for source in ends
        for destination in ends
        if source.vpc != destination.vpc
        and not _lost(source, lost, site)
        and not _lost(destination, lost, site)
        and not all(way.works for service in services for way in exchange(forwarding, source, destination, service))
    }


def _lost(end: Endpoint, lost: Iterable[Span], site: str) -> bool:
    return end.vpc == site and end.subnet in lost


def _services(network: Network) -> tuple[Service, ...]:
    """Those that anything in a network tells apart."""
    return max(
        (services_of(network, vpc, [one for one in network.manifest.gateways if one.vpc == vpc.name]) for vpc in network.manifest.vpcs),
        key=len,
    )


def by_classes(proof: Proof, broken: Iterable[Broken]) -> Pairs:
    found = set()
    for one in broken:
        if one.exchange.works:
            continue
        for at in one.cell.indices():
            other = proof.remotes.all[at].name
            found.add((one.end.name, other) if one.side == "from" else (other, one.end.name))
    return found


def check(network: Network) -> None:
    proof, services = Proof(network), _services(network)
    base = by_classes(proof, (one for site in proof.sites.values() for one in site.broken))
    assert base == exactly(proof, proof.forwarding)
    for name, site in proof.sites.items():
        vpc = network.manifest.vpc(name)
        found = {failure: by_classes(proof, broken) for failure, broken in site.failing}
        for failure in failures_of(network.manifest, vpc, proof.routing.of_site.get(name, [])):
            forwarding = Forwarding(proof.routing.without(failure.tunnels, failure.gateways), proof.forwarding.places)
            wrong = exactly(proof, forwarding, failure.lost, name, services)
            assert found.get(failure, set()) <= wrong, failure.name
            assert wrong <= base | found.get(failure, set()), failure.name


@pytest.mark.parametrize("kind", KINDS)
def test_a_break_breaks_the_same_pairs_in_the_proof_and_pair_by_pair(kind: str) -> None:
    for seed in range(SEEDS):
        random = Random(f"{kind} {seed}")
        broken = broken_by(kind, random, random_network(random).made)
        if broken is not None:
            check(network_of(broken.artifacts))


@pytest.mark.parametrize("seed", range(4))
def test_a_right_network_is_whole_with_anything_single_broken(seed: int) -> None:
    proof = Proof(network_of(random_network(Random(seed)).made))
    assert all(site.whole for site in proof.sites.values())
    check(proof.network)


@pytest.mark.parametrize("seed", range(12))
def test_two_tunnels_of_different_sites_may_be_down_at_once(seed: int) -> None:
    """They aren't tried by the proof: neither's loss changes anything at the other's site."""
    random = Random(f"two {seed}")
    network = network_of(random_network(random).made)
    proof = Proof(network)
    first, second = random.sample(list(proof.routing.of_site.values()), 2)
    down = [random.choice(random.choice(gateways).tunnels).name for gateways in (first, second)]
    assert all(site.whole for site in proof.sites.values())
    assert not exactly(proof, Forwarding(proof.routing.without(down), proof.forwarding.places))
