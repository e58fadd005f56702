"""Whose credentials a call is made with, as far as they are judged: sessions of roles that are there."""

from __future__ import annotations

from types import SimpleNamespace

from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.judging import Principal, Resource, judge
from landbridge.sandbox.permissions.places import listed
from landbridge.sandbox.permissions.policy import Policy, read
from landbridge.sandbox.server.foreign import Foreign


def principal_of(key: str) -> Principal | None:
    """The role behind an access key, or None: the key is an account's own, or of a role that isn't there. The caller holds the lock."""
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    for account, partitions in list(iam_backends.items()):
        for partition in partitions:
            held: Foreign = partitions[partition].access_keys.get(key)
            arn = getattr(held, "role_arn", None)
            if arn is None:
                continue
            sessions = (one.get_assumed_role_from_access_key(key) for one in sts_backends[account].values())
            session: Foreign = next((one for one in sessions if one is not None), None)
            return None if session is None else _principal(partitions, account, arn, session)
    return None


def service_may(role: str, session: str, action: str, resource: Resource, known: Known) -> bool:
    """Whether one of AWS' services, which takes a role on, is allowed an action by it; not, where there is no such role. The caller holds
    the lock."""
    from moto.iam.models import iam_backends

    words = role.split(":")
    if len(words) <= 5:
        return False
    who = _principal(iam_backends[words[4]], words[4], role, SimpleNamespace(session_name=session, policy=None))
    return who is not None and judge(who, action, [resource], known) is None


def _principal(partitions: Foreign, account: str, arn: str, session: Foreign) -> Principal | None:
    name = arn.split(":role/", 1)[-1]
    for backend in list(partitions.values()):
        role: Foreign = next((one for one in backend.roles.values() if one.arn.split(":role/", 1)[-1] == name), None)
        if role is None:
            continue
        boundary = role.permissions_boundary_arn
        return Principal(
            partition=arn.split(":")[1],
            account=account,
            role=name,
            session=session.session_name,
            policies=(
                *(read(document) for document in role.policies.values()),
                *(_managed(one) for one in role.managed_policies.values()),
            ),
            boundary=_managed(backend.managed_policies[boundary]) if boundary in backend.managed_policies else () if boundary else None,
            narrowed=read(session.policy) if session.policy else None,
            tags=tuple(listed(role.tags).items()),
            number=role.id,
        )
    return None


def _managed(policy: Foreign) -> Policy:
    """A managed policy, as its default version has it."""
    return read(next(one.document for one in policy.versions if one.is_default))
