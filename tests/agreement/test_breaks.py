"""Random networks and breaks: the same again from the same seed, of every kind, and nothing that a router would refuse."""

from __future__ import annotations

import difflib
from random import Random

import pytest

from landbridge.artifacts import Artifacts
from landbridge.artifacts.encoding import manifest_text
from landbridge.vyos import parse
from tests.agreement.breaks import KINDS, broken_by, chosen
from tests.agreement.networks import random_network

SEEDS = range(12)


def texts(made: Artifacts) -> dict[str, str]:
    return {f"routers/{name}.set": text for name, text in made.routers.items()} | {"manifest.yaml": manifest_text(made.manifest)}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_is_always_the_same_network_with_the_same_breaks(seed: int) -> None:
    one, other = (random_network(Random(seed)) for _ in range(2))
    assert one == other
    assert [chosen(seed, number, one.made) for number in range(6)] == [chosen(seed, number, other.made) for number in range(6)]


def test_networks_are_of_every_size_and_release_single_and_pair_with_overlaps_pins_and_private_subnets() -> None:
    networks = [random_network(Random(seed)) for seed in range(120)]
    assert {len({gateway.vpc for gateway in network.made.manifest.gateways}) for network in networks} == {2, 3, 4, 5, 6}
    gateways = [gateway for network in networks for gateway in network.made.manifest.gateways]
    assert {gateway.release for gateway in gateways} == {"1.1", "1.2", "1.3", "1.4", "1.5"}
    assert {gateway.role for gateway in gateways} == {"active", "standby"}
    subnets = [subnet for network in networks for vpc in network.made.manifest.vpcs for subnet in vpc.subnets]
    assert {subnet.host is None for subnet in subnets} == {True, False}
    assert {subnet.global_ == subnet.cidr for subnet in subnets if subnet.host} == {True, False}
    assert sum("translate:" in network.text for network in networks) > 10
    assert {any(vpc.kind == "hub" for vpc in network.made.manifest.vpcs) for network in networks} == {True, False}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_break_changes_one_file_and_says_which_lines_are_to_blame(kind: str) -> None:
    found = 0
    for seed in SEEDS:
        made = random_network(Random(seed)).made
        broken = broken_by(kind, Random(f"{kind} {seed}"), made)
        if broken is None:
            continue
        found += 1
        assert broken.kind == kind
        before, after = texts(made), texts(broken.artifacts)
        assert [file for file in after if after[file] != before[file]] == [broken.spots[0].file]
        lines = after[broken.spots[0].file].splitlines()
        assert broken.spots[0].lines
        assert all(1 <= number <= len(lines) for spot in broken.spots for number in spot.lines if spot.file == broken.spots[0].file)
        new = {line[2:] for line in difflib.ndiff(before[broken.spots[0].file].splitlines(), lines) if line.startswith("+ ")}
        assert {lines[number - 1] for number in broken.spots[0].lines} >= new
        for name, text in broken.artifacts.routers.items():
            parse(text, name)
    assert found, "no seed's network has anything to break so"


def test_the_breaks_of_six_networks_in_a_row_are_of_every_kind_that_there_is() -> None:
    kinds = set()
    for seed in range(40):
        made = random_network(Random(seed)).made
        kinds |= {chosen(seed, number, made).kind for number in range(6)}
    assert kinds == set(KINDS)
