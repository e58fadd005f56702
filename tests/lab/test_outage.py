"""How long an outage was, told from pings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from landbridge.lab.outage import Stream
from landbridge.lab.probing import pairs
from tests.lab import networks

PAIR = pairs(networks.lab().fabric.hosts)[0]
PINGS = st.lists(st.tuples(st.integers(0, 50).map(float), st.booleans()), unique_by=lambda ping: ping[0], max_size=30)


def _stream(*pings: tuple[float, bool]) -> Stream:
    return Stream(PAIR, list(pings))


def _by_brute_force(pings: list[tuple[float, bool]]) -> float:
    """From each lost ping to the first good one after it, or to the last of all."""
    longest = 0.0
    for lost in (when for when, good in pings if not good):
        after = [when for when, good in pings if good and when > lost]
        longest = max(longest, min(after, default=max(when for when, _ in pings)) - lost)
    return longest


@given(PINGS)
def test_the_longest_outage_is_the_one_that_counting_by_hand_finds(pings: list[tuple[float, bool]]) -> None:
    assert _stream(*pings).longest() == _by_brute_force(pings)


@given(PINGS.flatmap(lambda pings: st.tuples(st.just(pings), st.permutations(pings))))
def test_the_order_in_which_answers_come_does_not_matter(both: tuple[list[tuple[float, bool]], list[tuple[float, bool]]]) -> None:
    one, other = both
    assert _stream(*one).longest() == _stream(*other).longest()


@given(PINGS)
def test_it_is_calm_since_the_last_lost_ping(pings: list[tuple[float, bool]]) -> None:
    assert _stream(*pings).calm_since() == max((when for when, good in pings if not good), default=0.0)


def test_an_outage_that_has_not_ended_lasts_to_the_last_ping() -> None:
    assert _stream((1, True), (2, False), (3, False), (9, False)).longest() == 7


def test_of_two_outages_the_longer_counts() -> None:
    assert _stream((1, False), (2, True), (3, False), (4, False), (6, True), (7, True)).longest() == 3
