"""Buckets, and what is in them."""

from __future__ import annotations

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign


def bucket(_: Call, name: str, place: Place) -> Resource:
    """A bucket, or an object in it: `BUCKET/KEY`."""
    arn = f"arn:{place.partition}:s3:::{name}"
    account, held = _found(name.partition("/")[0])
    if held is None:
        return Resource(arn, place.account)
    policy = held.policy.decode() if isinstance(held.policy, bytes) else held.policy
    return Resource(arn, account, read(policy) if policy else None)


def holds(name: str) -> bool:
    """Whether an object is there."""
    _, held = _found(name.partition("/")[0])
    return held is not None and name.partition("/")[2] in held.keys


def _found(name: str) -> tuple[str, Foreign]:
    from moto.s3.models import s3_backends

    for account, partitions in list(s3_backends.items()):
        for backend in list(partitions.values()):
            if name in backend.buckets:
                return str(account), backend.buckets[name]
    return "", None
