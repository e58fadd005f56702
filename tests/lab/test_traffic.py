"""Gaps in pings, and what an end of a connection hears: told without a lab."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from landbridge.lab.conversation import Ear
from landbridge.lab.traffic import Gap, gaps

PINGS = st.lists(st.tuples(st.integers(0, 60).map(float), st.booleans()), unique_by=lambda ping: ping[0], max_size=40)


def test_a_gap_is_from_the_first_lost_ping_to_the_next_that_arrives() -> None:
    assert gaps([(1, True), (2, False), (3, False), (4, True), (5, False), (6, True)]) == (Gap(2, 4, 2), Gap(5, 6, 1))


def test_a_gap_that_has_not_ended_has_no_end() -> None:
    assert gaps([(1, True), (2, False), (3, False)]) == (Gap(2, None, 2),)
    assert gaps([]) == ()


@given(PINGS.flatmap(lambda pings: st.tuples(st.just(pings), st.permutations(pings))))
def test_the_order_in_which_it_is_known_what_became_of_pings_does_not_matter(
    both: tuple[list[tuple[float, bool]], list[tuple[float, bool]]],
) -> None:
    one, other = both
    assert gaps(one) == gaps(other)


@given(PINGS)
def test_every_lost_ping_is_in_one_gap_and_no_other_is_in_any(pings: list[tuple[float, bool]]) -> None:
    found = gaps(pings)
    assert sum(gap.lost for gap in found) == sum(not good for _, good in pings)
    for when, good in pings:
        holding = [gap for gap in found if gap.begin <= when and (gap.end is None or when < gap.end)]
        assert len(holding) == (not good)
    assert all(one.end is not None and one.end < other.begin for one, other in itertools.pairwise(found))


def test_an_end_remembers_its_longest_silence_and_knows_that_of_now() -> None:
    ear = Ear(last=10.0)
    ear.hears(5, 11.0)
    ear.hears(5, 14.0)
    ear.hears(5, 14.5)
    assert (ear.received, ear.longest) == (15, 3.0)
    assert ear.silence(15.0) == 3.0
    assert ear.silence(20.0) == 5.5
