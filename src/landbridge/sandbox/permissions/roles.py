"""Roles: those that a call is about, and those that it hands over to a service."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place, keys_of, listed
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign


def role(call: Call, name: str, place: Place) -> Resource:
    """A role by its name or ARN. Who may take it on is for its own policy to say."""
    from moto.iam.models import iam_backends

    account = place.of(name).account
    bare = name.split(":role/", 1)[-1]
    arn = name if name.startswith("arn:") else f"arn:{place.partition}:iam::{account}:role/{name}"
    roles = (one for backend in iam_backends[account].values() for one in backend.roles.values())
    found: Foreign = next((one for one in roles if bare in (one.name, one.arn.split(":role/", 1)[-1])), None)
    assumed = call.action == "sts:AssumeRole"
    if found is None:
        return Resource(arn, account, () if assumed else None, ruled=assumed)
    policy = read(found.assume_role_policy_document) if assumed else None
    return Resource(place.within(found.arn), account, policy, ruled=assumed, known=keys_of("iam", listed(found.tags)))


def passed(call: Call, parameter: str, place: Place) -> Iterator[Resource]:
    """The roles that a call hands over: named, or behind an instance profile."""
    from moto.iam.models import iam_backends

    given = [value for path, values in call.params.items() if path == parameter or path.startswith(f"{parameter}.") for value in values]
    for name in given:
        if parameter != "IamInstanceProfile":
            yield role(call, name, place)
            continue
        profiles = [one for backend in iam_backends[place.account].values() for one in backend.instance_profiles.values()]
        roles = [each.name for one in profiles if name in (one.name, one.arn) for each in one.roles]
        yield from (role(call, one, place) for one in roles or ["*"])
