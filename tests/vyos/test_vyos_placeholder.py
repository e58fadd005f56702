"""Placeholders: found, filled, and never a way to bring in more than a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.findings import LandbridgeError
from landbridge.vyos import fill, parse, placeholders

_TEXT = "set a '${outside:x-a-1}'\nset b ${psk:x-a-1}\nset c ${psk:x-a-1}\n"


def test_placeholders_are_named_without_their_braces() -> None:
    assert placeholders(_TEXT) == {"outside:x-a-1", "psk:x-a-1"}


def test_every_placeholder_is_filled() -> None:
    assert (
        fill(_TEXT, {"outside:x-a-1": "192.0.2.1", "psk:x-a-1": "k_1.x", "eip:x-a": "unused"})
        == "set a '192.0.2.1'\nset b k_1.x\nset c k_1.x\n"
    )


def test_an_unknown_placeholder_is_named_on_each_of_its_lines() -> None:
    with pytest.raises(LandbridgeError) as refused:
        fill(_TEXT, {"outside:x-a-1": "192.0.2.1"}, "routers/x-a.set")
    assert [str(finding.where) for finding in refused.value.findings] == ["routers/x-a.set:2", "routers/x-a.set:3"]
    assert "${psk:x-a-1}" in str(refused.value)


@pytest.mark.parametrize("value", ["", "a b", "a'b", 'a"b', "a\nset system", "a\\b", "$(reboot)", "`x`", "#x", "käse", "a\x00"])
def test_a_value_that_could_be_more_than_a_word_is_refused_and_kept_secret(value: str) -> None:
    with pytest.raises(LandbridgeError) as refused:
        fill("set a ${psk:x-a-1}\n", {"psk:x-a-1": value})
    assert not value or value not in str(refused.value)


def test_a_placeholder_without_quotes_takes_only_what_needs_none() -> None:
    assert fill("set a ${outside:x-a-1} b 'c'\n", {"outside:x-a-1": "192.0.2.1"}) == "set a 192.0.2.1 b 'c'\n"
    assert fill("set a '${psk:x-a-1}'\n", {"psk:x-a-1": "a;b*"}) == "set a 'a;b*'\n"
    with pytest.raises(LandbridgeError):
        fill("set a ${outside:x-a-1} b 'c'\n", {"outside:x-a-1": "a;b*"})


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_a_filled_text_has_the_same_paths_with_the_value_in_place(value: str) -> None:
    try:
        text = fill(_TEXT, {"outside:x-a-1": "192.0.2.1", "psk:x-a-1": value})
    except LandbridgeError:
        return
    assert list(parse(text, "router.set").paths()) == [("a", "192.0.2.1"), ("b", value), ("c", value)]
