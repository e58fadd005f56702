"""Packets judge what is proved: networks as they are, and broken ones, a kind each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from landbridge.lab.guestroot import GuestRoot
from landbridge.verify import judge, network_of
from tests.agreement.breaks import chosen
from tests.agreement.networks import random_network
from tests.agreement.trial import Named, Trial, tried

# A seed and the number of a break (None: the network as it is); together they are of every family of kinds, and small.
TRIED: list[tuple[int, int | None]] = [
    (1002, None),
    (1038, 0),
    (1009, 0),
    (1027, 0),
    (1027, 1),
    (1011, 0),
    (1007, 0),
    (1033, 0),
    (1015, 0),
    (1019, 0),
    (1040, 0),
    (1018, 0),
    (1029, 1),
]
JOBS = 3
# Of 204 breaks, a third of which do no harm
MOST_MISSED = 0
LEAST_BY_LINE = 0.97


@pytest.mark.parametrize("seed", range(30))
def test_a_network_as_it_was_rendered_is_proved_right(seed: int) -> None:
    verdicts = judge(network_of(random_network(Random(seed)).made))
    assert {pair: verdict for pair, verdict in verdicts.items() if verdict != "always"} == {}


def test_what_was_broken_is_named_by_a_finding() -> None:
    trials = [tried(seed, number, None) for seed in range(2034, 2068) for number in range(6)]
    by = {name: [str(trial.broken) for trial in trials if trial.named is name] for name in Named}
    assert len(by[Named.MISSED]) <= MOST_MISSED, by[Named.MISSED]
    harmful = len(trials) - len(by[Named.HARMLESS])
    assert len(by[Named.LINE]) >= LEAST_BY_LINE * harmful, by[Named.NEAR]


@pytest.mark.lab
def test_packets_do_what_is_proved_whatever_is_broken(root: GuestRoot) -> None:
    with ThreadPoolExecutor(JOBS) as pool:
        trials: list[Trial] = list(pool.map(lambda one: tried(one[0], one[1], root, 2), TRIED))
    disagreeing = [f"{trial.seed}.{trial.number}: {trial.broken}: {trial.disagreements[0]}" for trial in trials if trial.disagreements]
    assert disagreeing == []


def test_what_is_tried_in_the_lab_is_of_many_kinds() -> None:
    kinds = {chosen(seed, number, random_network(Random(seed)).made).kind for seed, number in TRIED if number is not None}
    assert len(kinds) == sum(number is not None for _, number in TRIED) >= 12
