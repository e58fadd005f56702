"""Conditions: each operator, with the key there and not, with one value and several."""

from __future__ import annotations

from typing import Any

import pytest

from landbridge.sandbox.permissions.conditions import UnknownError, holds
from landbridge.sandbox.permissions.keys import UNTOLD

KNOWN = {
    "aws:resourcetag/owner": ("tokyo",),
    "aws:resourcetag/empty": ("",),
    "aws:tagkeys": ("a", "b"),
    "aws:securetransport": ("true",),
    "aws:sourceip": ("10.0.0.7",),
    "aws:currenttime": ("2026-06-01T00:00:00Z",),
    "aws:epochtime": ("1780272000",),
    "aws:principalarn": ("arn:aws:iam::111122223333:role/app",),
    "aws:requesttag/size": ("7",),
    "aws:requesttag/word": ("seven",),
    "dynamodb:leadingkeys": ("tokyo-a", "tokyo-b"),
}
OWNER, KEYS, NOTHING, SIZE = "aws:ResourceTag/owner", "aws:TagKeys", "aws:ResourceTag/nothing", "aws:RequestTag/size"


@pytest.mark.parametrize(
    ("operator", "key", "wanted", "true"),
    [
        ("StringEquals", OWNER, "tokyo", True),
        ("StringEquals", OWNER, ["osaka", "tokyo"], True),
        ("StringEquals", OWNER, "Tokyo", False),
        ("StringEquals", OWNER, "tok*", False),
        ("StringEquals", "AWS:resourcetag/OWNER", "tokyo", True),
        ("StringEquals", "aws:ResourceTag/empty", "", True),
        ("StringEquals", NOTHING, "tokyo", False),
        ("StringEqualsIfExists", NOTHING, "tokyo", True),
        ("StringEqualsIfExists", OWNER, "osaka", False),
        ("StringNotEquals", OWNER, "osaka", True),
        ("StringNotEquals", OWNER, ["osaka", "tokyo"], False),
        ("StringNotEquals", NOTHING, "osaka", True),
        ("StringEqualsIgnoreCase", OWNER, "TOKYO", True),
        ("StringNotEqualsIgnoreCase", OWNER, "TOKYO", False),
        ("StringLike", OWNER, "t?k*", True),
        ("StringLike", OWNER, "o*", False),
        ("StringNotLike", OWNER, "o*", True),
        ("StringNotLike", NOTHING, "*", True),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("BoolIfExists", "aws:MultiFactorAuthAge", "true", True),
        ("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "10.0.0.0/8"], True),
        ("IpAddress", "aws:SourceIp", "10.0.0.7", True),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", False),
        ("IpAddress", "aws:SourceIp", "nowhere", False),
        ("NumericEquals", SIZE, "7.0", True),
        ("NumericNotEquals", SIZE, 7, False),
        ("NumericLessThan", SIZE, 7, False),
        ("NumericLessThanEquals", SIZE, 7, True),
        ("NumericGreaterThan", SIZE, "6", True),
        ("NumericEquals", "aws:RequestTag/word", "7", False),
        ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", False),
        ("DateEquals", "aws:EpochTime", "2026-06-01T00:00:00Z", True),
        ("DateNotEquals", "aws:EpochTime", "2026-06-01", False),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a?p", True),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/*", True),
        ("Null", NOTHING, "true", True),
        ("Null", NOTHING, "false", False),
        ("Null", OWNER, "false", True),
        ("Null", OWNER, True, False),
        ("ForAllValues:StringEquals", KEYS, ["a", "b", "c"], True),
        ("ForAllValues:StringEquals", KEYS, "a", False),
        ("ForAllValues:StringLike", KEYS, "?", True),
        ("ForAllValues:StringEquals", NOTHING, "a", True),  # true of nothing
        ("ForAllValues:StringEquals", "aws:ResourceTag/empty", "a", True),
        ("ForAllValues:StringNotEquals", KEYS, ["c", "d"], True),
        ("ForAllValues:StringNotEquals", KEYS, ["b", "c"], False),
        ("ForAnyValue:StringEquals", KEYS, ["b", "c"], True),
        ("ForAnyValue:StringEquals", KEYS, "c", False),
        ("ForAnyValue:StringEquals", NOTHING, "a", False),
        ("ForAnyValue:StringNotEquals", KEYS, "a", True),
        ("ForAnyValue:StringNotEquals", NOTHING, "a", False),
        ("StringNotEquals", KEYS, "a", False),  # of several values without either word: none may be it
        ("ForAnyValue:StringEqualsIfExists", NOTHING, "a", True),
        ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["tokyo-a", "tokyo-b", "order/tokyo"], True),
        ("ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["tokyo-a"], False),
        ("StringEquals", OWNER, "${aws:ResourceTag/owner}", True),
        ("StringEquals", OWNER, ["${aws:ResourceTag/nothing}", "tokyo"], True),
        ("StringEquals", OWNER, "${aws:ResourceTag/nothing}", False),
    ],
)
def test_operators(operator: str, key: str, wanted: Any, true: bool) -> None:  # noqa: ANN401
    assert holds({operator: {key: wanted}}, KNOWN) is true


def test_every_operator_and_every_key_of_it_must_hold() -> None:
    both = {OWNER: "tokyo", "aws:SourceIp": "10.0.0.7"}
    assert holds({"StringEquals": both, "Null": {NOTHING: "true"}}, KNOWN)
    assert not holds({"StringEquals": {**both, OWNER: "osaka"}, "Null": {NOTHING: "true"}}, KNOWN)
    assert not holds({"StringEquals": both, "Null": {NOTHING: "false"}}, KNOWN)
    assert holds({}, KNOWN)


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringSounds": {OWNER: "tokyo"}}, id="no such operator"),
        pytest.param({"string equals": {OWNER: "tokyo"}}, id="nothing like an operator"),
        pytest.param({"ForAllValues:StringEquals": {"dynamodb:Attributes": "name"}}, id="a key that isn't told"),
        pytest.param({"Null": {"aws:MultiFactorAuthPresent": "true"}}, id="a key that the request might have"),
        pytest.param({"StringNotEquals": {OWNER: "${aws:ResourceTag/nothing}"}}, id="other than what isn't known"),
    ],
)
def test_what_cant_be_judged_is_said(condition: dict[str, dict[str, str]]) -> None:
    with pytest.raises(UnknownError):
        holds(condition, KNOWN)


def test_a_key_whose_value_cant_be_read_is_neither_there_nor_not() -> None:
    for operator in ("ForAllValues:StringEquals", "StringNotEquals", "Null"):
        with pytest.raises(UnknownError):
            holds({operator: {"dynamodb:LeadingKeys": "true"}}, {"dynamodb:leadingkeys": UNTOLD})
