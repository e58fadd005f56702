"""Accounts told apart: two names of one account would make everything of a Region twice, under the same names."""

from __future__ import annotations

from collections.abc import Iterable

from landbridge.aws.calling import Cloud, Place
from landbridge.findings import LandbridgeError, error


def tell_apart(cloud: Cloud, places: Iterable[Place]) -> None:
    """Raise LandbridgeError where two names that share a Region are the same account. AWS is asked only where some share one."""
    asked: dict[str, str] = {}
    first: dict[tuple[str, str], Place] = {}
    found = []
    given = tuple(dict.fromkeys(places))
    for place in given:
        if sum(one.region == place.region for one in given) == 1:
            continue
        alias = place.account.alias
        if alias not in asked:
            asked[alias] = str(cloud.call(place, "sts", "get_caller_identity")["Account"])
        other = first.setdefault((asked[alias], place.region), place)
        if other != place:
            message = f"{_named(other)} and {_named(place)} are the same account ({asked[alias]}), and both are used in {place.region}."
            found.append(error("schema", message, None, "Name one of them everywhere: see `account:` in the network file."))
    if found:
        raise LandbridgeError(*found)


def _named(place: Place) -> str:
    account = place.account
    if account.role:
        return f"the role {account.role}"
    return f"the profile {account.profile}" if account.profile else "the account that no `account:` names"
