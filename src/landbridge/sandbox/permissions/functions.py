"""Lambda's functions."""

from __future__ import annotations

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place, keys_of, listed
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign


def function(_: Call, name: str, place: Place) -> Resource:
    """A function by its name, `ACCOUNT:function:NAME` or ARN, each with or without a qualifier."""
    from moto.awslambda.models import lambda_backends

    words = name.split(":")
    there = place.of(name)
    if len(words) > 2 and words[1] == "function":
        there, words = Place(place.partition, words[0], place.region), words[2:]
    elif there is not place:
        words = words[6:]
    arn = there.arn("lambda", f"function:{':'.join(words)}")
    try:
        backend: Foreign = lambda_backends[there.account][there.region]
        found = backend.get_function(words[0])
    except Exception:
        return Resource(arn, there.account)
    policy = read({"Version": "2012-10-17", "Statement": found.policy.statements})
    return Resource(arn, there.account, policy, known=keys_of("lambda", listed(found.tags)))
