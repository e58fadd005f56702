"""A proof after a change, against one from nothing: the same is broken, and the same is said of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from random import Random

import pytest
from benchmarks.networks import landbridge_network

from landbridge.artifacts import Artifacts, render
from landbridge.artifacts.encoding import manifest_lines
from landbridge.design import design
from landbridge.findings import Finding
from landbridge.intent.document import loads
from landbridge.verify import Network, Places, Proof, network_of, report_of
from tests.agreement.breaks import KINDS, broken_by
from tests.agreement.networks import random_network
from tests.verify.checks.broken import edited, line_of, vpc_changed
from tests.verify.test_proof_is_exact import by_classes

SEEDS = int(os.environ.get("LANDBRIDGE_SEEDS", "2"))  # more for who has the time


def network(made: Artifacts) -> Network:
    return network_of(made, Places(lines=manifest_lines(made.manifest)))


def said(proof: Proof) -> Counter[Finding]:
    return Counter(report_of(proof).findings)


def check(before: Proof, made: Artifacts) -> Proof:
    """The proof after a change, once it is seen to be what a fresh one is."""
    after, fresh = before.changed(network(made)), Proof(network(made))
    assert after.sites.keys() == fresh.sites.keys()
    for name, site in fresh.sites.items():
        assert by_classes(after, after.sites[name].broken) == by_classes(fresh, site.broken), name
        found, wanted = ({failure: by_classes(proof, broken) for failure, broken in proof.sites[name].failing} for proof in (after, fresh))
        assert found == wanted, name
    assert (after.pairs, after.failures) == (fresh.pairs, fresh.failures)
    assert said(after) == said(fresh)
    return after


def changes(random: Random, made: Artifacts) -> Iterator[Artifacts]:
    """What may become of a right network: broken, broken in another way, in two ways, with sites less and more, and right again."""
    kinds = random.sample(list(KINDS), 4)
    for kind in kinds:
        broken = broken_by(kind, random, made)
        if broken is None:
            continue
        yield broken.artifacts
        twice = broken_by(random.choice(kinds), random, broken.artifacts)
        if twice is not None:
            yield twice.artifacts
            yield without(twice.artifacts, random.choice([vpc.name for vpc in made.manifest.vpcs]))
    yield made
    for name in [vpc.name for vpc in made.manifest.vpcs]:
        yield without(made, name)
        yield made
        yield remembered(random, made, name)


def without(made: Artifacts, vpc: str) -> Artifacts:
    manifest = made.manifest
    kept = tuple(gateway for gateway in manifest.gateways if gateway.vpc != vpc)
    left = replace(manifest, vpcs=tuple(one for one in manifest.vpcs if one.name != vpc), gateways=kept)
    return replace(made, manifest=left, routers={gateway.name: made.routers[gateway.name] for gateway in kept})


def remembered(random: Random, made: Artifacts, name: str) -> Artifacts:
    """With another record of a VPC: a subnet less, a subnet that is private now, or one that is known by another prefix."""
    vpc = made.manifest.vpc(name)
    at = random.randrange(len(vpc.subnets))
    chosen = vpc.subnets[at]
    others = vpc.subnets[:at] + vpc.subnets[at + 1 :]
    match random.randrange(3):
        case 0:
            subnets = others
        case 1:
            subnets = (*others, replace(chosen, host=None, address=None, global_=None))
        case _:
            known = None if chosen.global_ is None else IPv4Network(("10.99.0.0", chosen.cidr.prefixlen))
            subnets = (*others, replace(chosen, global_=known))
    return vpc_changed(made, name, lambda one: replace(one, subnets=subnets))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_random_changes_the_same_is_said_as_of_a_network_seen_for_the_first_time(seed: int) -> None:
    random = Random(f"changes {seed}")
    made = random_network(random).made
    right = Proof(network(made))
    last = right
    for after in changes(random, made):
        check(right, after)
        last = check(last, after)


def generated(sites: int) -> Artifacts:
    return render(design(loads(landbridge_network(sites), "network.yaml")))


def test_a_change_in_one_text_of_many_is_proved_again_at_few_sites() -> None:
    made = generated(100)
    proof = Proof(network(made))
    assert proof.proved == 101  # the hub's VPC too
    command = "set nat source rule 32 translation address"
    at = line_of(made, "site-0012-a", "set nat source rule 32")
    broken = edited(made, "site-0012-a", command, f"{command} '10.96.0.0/24'")
    changed = check(proof, broken)
    assert changed.proved == 1
    (finding,) = [one for one in report_of(changed).findings if one.severity == "error"]
    assert finding.where is not None
    assert (finding.where.file, finding.where.line) == ("routers/site-0012-a.set", at)
    again = check(changed, made)
    assert again.proved <= 2

    silenced = edited(made, "site-0099-a", "set protocols bgp address-family ipv4-unicast network", "")
    assert check(proof, silenced).proved <= 2
