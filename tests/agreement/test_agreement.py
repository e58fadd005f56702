"""Packets judge what is proved: networks as they are, and broken ones, a kind each."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from landbridge.findings import LandbridgeError
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot, guest_root
from landbridge.verify import judge, network_of
from tests.agreement.breaks import chosen
from tests.agreement.networks import random_network
from tests.agreement.trial import Named, Trial, tried

# A seed and the number of a break (None: the network as it is); together they are of every family of kinds, and small.
TRIED: list[tuple[int, int | None]] = []
JOBS = 2


@pytest.fixture(scope="module")
def root() -> GuestRoot:
    try:
        launching.allowed()
        return guest_root()
    except LandbridgeError as problem:
        pytest.skip(f"no lab here: {problem}")


@pytest.mark.parametrize("seed", range(30))
def test_a_network_as_it_was_rendered_is_proved_right(seed: int) -> None:
    verdicts = judge(network_of(random_network(Random(seed)).made))
    assert {pair: verdict for pair, verdict in verdicts.items() if verdict != "always"} == {}


def test_what_was_broken_is_named_by_a_finding() -> None:
    trials = [tried(seed, number, None) for seed in range(2000, 2034) for number in range(6)]
    missed = [str(trial.broken) for trial in trials if trial.named is Named.MISSED]
    assert missed == []
    score = Counter(trial.named for trial in trials)
    assert score[Named.LINE] >= 0.95 * len(trials), [str(trial.broken) for trial in trials if trial.named is Named.NEAR]


@pytest.mark.lab
def test_packets_do_what_is_proved_whatever_is_broken(root: GuestRoot) -> None:
    with ThreadPoolExecutor(JOBS) as pool:
        trials: list[Trial] = list(pool.map(lambda one: tried(one[0], one[1], root), TRIED))
    disagreeing = [f"{trial.seed}.{trial.number}: {trial.broken}: {trial.disagreements[0]}" for trial in trials if trial.disagreements]
    assert disagreeing == []


def test_what_is_tried_in_the_lab_is_of_many_kinds() -> None:
    kinds = {chosen(seed, number, random_network(Random(seed)).made).kind for seed, number in TRIED if number is not None}
    assert len(kinds) == sum(number is not None for _, number in TRIED) >= 12
