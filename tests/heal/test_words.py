"""Which words are believed, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.heal.observation import Word
from landbridge.heal.observe import WORDS
from landbridge.heal.words import SKEW, believed
from landbridge.vyos.roles import words_table
from tests.heal.cloud import NETWORK

NOW = 1_700_000_000
SITES = {"lima-a": "lima", "lima-b": "lima", "quito-a": "quito"}


def item(name: str, word: str) -> dict[str, Any]:
    return {"name": {"S": name}, "word": {"S": word}, "at": {"N": "1"}}


def line(claim: str = "lima-a", by: str = "lima-a", at: int = NOW - 5, expires: int = NOW + 55) -> str:
    return f"claim={claim} by={by} prepends=0 at={at} expires={expires}"


def test_the_table_is_the_one_that_the_stack_makes() -> None:
    assert WORDS.format(network=NETWORK) == words_table(NETWORK)


def test_a_word_is_read_as_the_gateway_said_it() -> None:
    assert believed([item("lima-a", line(claim="lima-b"))], SITES, NOW) == ((Word("lima-b", "lima-a", NOW - 5, NOW + 55),), ())


def test_a_word_that_is_over_is_read_too_and_is_no_trouble() -> None:
    words, troubles = believed([item("lima-a", line(at=NOW - 90, expires=NOW - 30))], SITES, NOW)
    assert (len(words), troubles) == (1, ())


@pytest.mark.parametrize(
    ("word", "says"),
    [
        pytest.param("", "it is ''", id="empty"),
        pytest.param("claim=lima-a", "it is 'claim=lima-a'", id="cut short"),
        pytest.param("\x00\xff{}" * 100, "it is '", id="garbage"),
        pytest.param(line().replace("at=", "at=-"), "it is 'claim", id="a time before there was any"),
        pytest.param(line().replace("at=", "at=9999"), "it is 'claim", id="a time of many digits"),
        pytest.param(line(by="lima-b"), "it is said by 'lima-b'", id="another's"),
        pytest.param(line(claim="quito-a"), "it claims lima for 'quito-a'", id="for another site's gateway"),
        pytest.param(line(claim="nobody"), "it claims lima for 'nobody'", id="for nobody"),
        pytest.param(line(at=NOW + SKEW + 1, expires=NOW + SKEW + 61), "its clock is ahead by 61 s", id="of the future"),
        pytest.param(line(expires=NOW + 6000), "its clock is ahead by 5940 s", id="for ever"),
        pytest.param(line(at=NOW, expires=NOW), "it was over 0 s before it was said", id="over at once"),
    ],
)
def test_a_word_that_cant_be_believed_is_told_and_doesnt_count(word: str, says: str) -> None:
    words, troubles = believed([item("lima-a", word), item("lima-b", line(by="lima-b"))], SITES, NOW)
    assert [one.by for one in words] == ["lima-b"]
    assert len(troubles) == 1
    assert troubles[0].startswith(f"lima-a's word is ignored: {says}")
    assert len(troubles[0]) < 700


def test_orders_and_what_somebody_gone_has_said_are_passed_over() -> None:
    assert believed([item("order/lima", "yield=lima-a at=1 expires=2"), item("oslo-a", "anything")], SITES, NOW) == ((), ())


def test_a_caller_whose_word_is_over_already_has_a_clock_that_is_behind() -> None:
    late = [item("lima-a", line(at=NOW - 200, expires=NOW - 140))]
    assert believed(late, SITES, NOW, "lima-a")[1] == ("lima-a called with a word that was over 140 s ago: is its clock behind?",)
    assert believed(late, SITES, NOW, "lima-b")[1] == ()


@given(st.lists(st.tuples(st.sampled_from([*SITES, "order/lima", ""]), st.text() | st.just(line()))))
def test_whatever_is_in_the_table_can_be_read(items: list[tuple[str, str]]) -> None:
    words, _ = believed(
        [*(item(*one) for one in items), {}, {"name": {"N": "1"}}, {"name": {"S": "lima-a"}, "word": {"B": b""}}], SITES, NOW
    )
    assert all(SITES[word.by] == SITES[word.gateway] for word in words)
