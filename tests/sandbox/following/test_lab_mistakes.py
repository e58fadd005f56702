"""The mistakes of the hand-made way: packets feel each, exactly those that it should, until it is mended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.following.followed import Followed, until
from tests.sandbox.following.mistakes import MISTAKES

pytestmark = pytest.mark.lab

FELT_S, TOLD_S, MENDED_S = 20, 5, 45  # BGP's hold time is the longest that either waits for


@pytest.fixture(scope="module")
def unhealed(followed: Followed) -> Iterator[Followed]:
    """Nobody heals by the clock meanwhile: it would mend half of the mistakes."""

    def each(region: str) -> tuple[Foreign, list[str]]:
        events = followed.client("events", region)
        return events, [one["Name"] for one in events.list_rules()["Rules"] if one.get("ScheduleExpression")]

    regions = sorted({site.region for site in followed.planned.sites})
    for events, names in map(each, regions):
        assert names
        for name in names:
            events.disable_rule(Name=name)
    yield followed
    for events, names in map(each, regions):
        for name in names:
            events.enable_rule(Name=name)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_cuts_off_exactly_those_that_it_should_until_it_is_mended(unhealed: Followed, mistake: str) -> None:
    network = unhealed
    expected = MISTAKES[mistake].cut_off(network)
    assert expected
    with MISTAKES[mistake].make(network):
        assert network.bad_becomes(expected, FELT_S) == expected
        for gateway in MISTAKES[mistake].down:
            assert until(lambda name=gateway: network.telemetry(name) == ["DOWN", "DOWN"], TOLD_S)  # type: ignore[misc]
    assert network.bad_becomes(set(), MENDED_S) == set()
