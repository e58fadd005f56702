"""Conditions of statements: IAM's operators, over what is known of a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from landbridge.sandbox.permissions.keys import UNTOLD, told
from landbridge.sandbox.permissions.patterns import arn_like, filled, glob

Known = Mapping[str, tuple[str, ...]]  # a request's keys, in small letters, and their values
Test = Callable[[str, str], bool]  # of a value of the request, and one of the policy


class UnknownError(Exception):
    """An operator, a key or a value that can't be judged."""


def _number(one: str) -> float:
    return float(one)


def _date(one: str) -> float:
    """Seconds since 1970, of a date in ISO 8601 or of just these seconds."""
    try:
        return float(one)
    except ValueError:
        when = datetime.fromisoformat(one.replace("Z", "+00:00"))
        return (when if when.tzinfo is not None else when.replace(tzinfo=UTC)).timestamp()


def _within(value: str, wanted: str) -> bool:
    return ip_address(value) in ip_network(wanted, strict=False)


def _ordered(prefix: str, read: Callable[[str], float]) -> dict[str, Test]:
    return {
        f"{prefix}Equals": lambda value, wanted: read(value) == read(wanted),
        f"{prefix}LessThan": lambda value, wanted: read(value) < read(wanted),
        f"{prefix}LessThanEquals": lambda value, wanted: read(value) <= read(wanted),
        f"{prefix}GreaterThan": lambda value, wanted: read(value) > read(wanted),
        f"{prefix}GreaterThanEquals": lambda value, wanted: read(value) >= read(wanted),
    }


_TESTS: dict[str, Test] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringEqualsIgnoreCase": lambda value, wanted: value.lower() == wanted.lower(),
    "StringLike": glob,
    "Bool": lambda value, wanted: value.lower() == wanted.lower(),
    "BinaryEquals": lambda value, wanted: value == wanted,
    "IpAddress": _within,
    "ArnEquals": arn_like,
    "ArnLike": arn_like,
    **_ordered("Numeric", _number),
    **_ordered("Date", _date),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}
_PLAIN = {"StringEquals", "StringEqualsIgnoreCase"}  # whose `*` in a policy's value is a star
_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?")


def holds(condition: Mapping[str, Mapping[str, object]], known: Known, variables: bool = True) -> bool:
    """Whether every operator holds for every of its keys. Raises UnknownError."""
    return all(
        _one(operator, _values(key.lower(), known), _listed(wanted), known, variables)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _values(key: str, known: Known) -> tuple[str, ...]:
    """Those of the request; none where it doesn't have the key."""
    values = known.get(key, ())
    if values is UNTOLD or (not values and not told(key)):
        raise UnknownError(f"what {key} is isn't known")
    return values


def _listed(value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in values]


def _one(operator: str, values: Sequence[str], wanted: list[str], known: Known, variables: bool) -> bool:
    match = _OPERATOR.fullmatch(operator)
    if match is None:
        raise UnknownError(f"there is no operator {operator}")
    quantity, name, if_exists = match.groups()
    if name == "Null":
        return any((not values) == (one.lower() == "true") for one in wanted)
    plain = _NEGATED.get(name, name)
    negated = plain != name
    test = _TESTS.get(plain)
    if test is None:
        raise UnknownError(f"there is no operator {operator}")
    if not values or (quantity == "ForAllValues" and not any(values)):  # texts without a letter are none either
        return quantity == "ForAllValues" or bool(if_exists) or (negated and quantity is None)
    patterns = [filled(each, known, literal=plain in _PLAIN, on=variables) for each in wanted]
    if negated and None in patterns:  # what isn't known might be what it must not be
        raise UnknownError("a variable has no value")

    def matches(value: str) -> bool:
        return any(one is not None and _tested(test, value, one) for one in patterns) != negated

    return all(map(matches, values)) if quantity == "ForAllValues" or (negated and quantity is None) else any(map(matches, values))


def _tested(test: Test, value: str, wanted: str) -> bool:
    try:
        return test(value, wanted)
    except ValueError:  # no number, date or address: it matches nothing
        return False
