"""Patterns: laws of `*` and `?`, ARNs part by part, and variables that are never patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.sandbox.permissions.patterns import arn_like, filled, glob, resource_like

TEXT = st.text("ab:/*?.$", max_size=8)
PATTERN = st.text("ab:*?", max_size=6)
ARN = st.lists(st.text("ab/", max_size=3), min_size=6, max_size=7).map(":".join)
ARN_PATTERN = st.lists(st.text("ab/*?", max_size=3), min_size=6, max_size=7).map(":".join)


def slowly(value: str, pattern: str) -> bool:
    """What `*` and `?` mean, said once more."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return slowly(value, pattern[1:]) or (bool(value) and slowly(value[1:], pattern))
    return bool(value) and pattern[0] in ("?", value[0]) and slowly(value[1:], pattern[1:])


@given(TEXT, PATTERN)
def test_a_star_is_any_text_and_a_question_mark_any_one_character(value: str, pattern: str) -> None:
    assert glob(value, pattern) == slowly(value, pattern)


@given(TEXT)
def test_a_star_alone_matches_everything(value: str) -> None:
    assert glob(value, "*")
    assert resource_like(value, "*")


@given(st.text("ab:/.", max_size=8), st.text("ab:/.", max_size=8))
def test_a_text_without_stars_matches_itself_alone(value: str, other: str) -> None:
    assert glob(value, value)
    assert glob(other, value) == (other == value)


@given(TEXT, PATTERN, TEXT, PATTERN)
def test_what_matches_in_two_halves_matches_whole(one: str, its: str, other: str, others: str) -> None:
    if glob(one, its) and glob(other, others):
        assert glob(one + other, its + others)


@given(ARN, ARN_PATTERN)
def test_an_arn_that_matches_part_by_part_matches_as_a_resource_and_that_as_a_text(arn: str, pattern: str) -> None:
    assert not arn_like(arn, pattern) or resource_like(arn, pattern)
    assert not resource_like(arn, pattern) or glob(arn, pattern)


@given(TEXT, TEXT)
def test_a_variables_value_is_no_pattern(value: str, held: str) -> None:
    pattern = filled("${aws:username}", {"aws:username": (held,)})
    assert pattern is not None
    assert glob(value, pattern) == (value == held)


EC2 = "arn:aws:ec2:us-west-2:111122223333:route-table/rtb-1"


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        (EC2, True),
        ("arn:aws:ec2:*:*:route-table/*", True),
        ("arn:aws:ec2:us-west-2:111122223333:route-table/*", True),
        ("arn:aws:ec2:*:route-table/*", True),  # a `*` that ends its part reaches beyond it
        ("arn:aws:ec2:*", True),
        ("arn:aws:ec2:us-*-2:111122223333:*", True),
        ("arn:aws:ec2:us*3:route-table/*", False),  # one inside its part doesn't
        ("arn:aws:ec2:us-????-2:111122223333:*", True),
        ("arn:aws:ec2:us-west-2?111122223333:*", False),
        ("arn:aws-cn:ec2:*:*:route-table/*", False),
        ("arn:aws:ec2:us-east-1:*:route-table/*", False),
        ("arn:aws:ec2:us-west-2:*:instance/*", False),
        ("ARN:aws:ec2:us-west-2:111122223333:route-table/rtb-1", False),
    ],
)
def test_resources_are_matched_as_a_statement_names_them(pattern: str, matches: bool) -> None:
    assert resource_like(EC2, pattern) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("arn:aws:ec2:*:*:route-table/*", True),
        ("arn:aws:ec2:*:route-table/*", False),  # six parts, each for itself
        ("arn:aws:ec2:*", False),
        ("*", True),
    ],
)
def test_arns_of_conditions_are_matched_part_by_part(pattern: str, matches: bool) -> None:
    assert arn_like(EC2, pattern) is matches


@pytest.mark.parametrize(
    ("text", "literal", "value"),
    [
        ("plain", False, "plain"),
        ("home/${aws:PrincipalTag/team}/*", False, "home/net/*"),
        ("${aws:principaltag/TEAM}", False, "net"),  # keys know no capitals
        ("${aws:nothing, 'nobody'}", False, "nobody"),
        ("${ aws:PrincipalTag/team , 'nobody' }", False, "net"),
        ("${aws:nothing}", False, None),
        ("${aws:TagKeys}", False, None),  # of several values none is meant
        ("100${*}", True, "100*"),
        ("${$}{x}", True, "${x}"),
    ],
)
def test_variables_are_filled_in(text: str, literal: bool, value: str | None) -> None:
    known = {"aws:principaltag/team": ("net",), "aws:tagkeys": ("a", "b")}
    assert filled(text, known, literal=literal) == value


def test_a_policy_of_the_first_version_has_no_variables() -> None:
    assert filled("${aws:PrincipalTag/team}", {"aws:principaltag/team": ("net",)}, on=False) == "${aws:PrincipalTag/team}"
