"""Secrets, and the keys that they are encrypted with."""

from __future__ import annotations

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place, keys_of, listed
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign

_WORDS = 7  # of a secret's ARN


def secret(_: Call, name: str, place: Place) -> Resource:
    """A secret by its name or ARN."""
    more = {"secretsmanager:secretid": (name,)}
    there = _there(name, place)
    found = _found(name, there)
    if found is None:
        arn = name if there is not place or name.startswith("arn:") else place.arn("secretsmanager", f"secret:{name}")
        return Resource(arn, there.account, known=more)
    policy = getattr(found, "policy", None)
    known = {**keys_of("secretsmanager", listed(getattr(found, "tags", None))), **more}
    return Resource(place.within(found.arn), there.account, read(policy) if policy else None, known=known)


def key_of_secret(name: str, place: Place) -> str:
    """The ARN of the key that a secret is encrypted with, where it is one of somebody's own."""
    there = _there(name, place)
    key = str(getattr(_found(name, there), "kms_key_id", None) or "")
    if not key or key.startswith("alias/aws/"):
        return ""
    return key if key.startswith("arn:") else there.arn("kms", key if "/" in key else f"key/{key}")


def key(_: Call, name: str, place: Place) -> Resource:
    """A KMS key: its policy rules alone, unless it leaves that to its account's."""
    from moto.kms.models import kms_backends

    there = place.of(name)
    backend: Foreign = kms_backends[there.account][there.region]
    try:
        found = backend.describe_key(name)
    except Exception:
        arn = name if name.startswith("arn:") else place.arn("kms", f"key/{name}")
        return Resource(arn, there.account, (), ruled=True)
    tags = backend.tagger.get_tag_dict_for_resource(found.id)
    return Resource(there.arn("kms", f"key/{found.id}"), there.account, read(found.policy), ruled=True, known=keys_of("kms", tags))


def _there(name: str, place: Place) -> Place:
    return place.of(name) if len(name.split(":")) >= _WORDS else place


def _found(name: str, place: Place) -> Foreign:
    from moto.secretsmanager.models import secretsmanager_backends

    return secretsmanager_backends[place.account][place.region].secrets.get(name)
