"""What the metadata service hands an instance: credentials of its profile's role, as a session with the instance's id as its name."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD
from landbridge.sandbox.showing.ground import role_of

LIFE = 6 * 3600  # seconds, as AWS' have
RENEWED = 3600  # seconds before their end
_held: dict[str, tuple[str, Props]] = {}


def credentials(asked: Props) -> bytes:
    """GET /sandbox/credentials?instance=ID. Raises KeyError: there is no such instance, or it has no role."""
    with WORLD.lock:
        return json.dumps(_of(asked["instance"], datetime.now(UTC))).encode()


def _of(number: str, now: datetime) -> Props:
    account, backend, instance = found(number)
    role = role_of(account, instance, "arn")
    if not role:
        raise KeyError(f"{number} has no role")
    known = _held.get(number)
    if known is not None and known[0] == role and datetime.fromisoformat(known[1]["Expiration"]) > now + timedelta(seconds=RENEWED):
        return known[1]
    made = _session(account, backend, role, number, now)
    _held[number] = role, made
    return made


def _session(account: str, backend: Foreign, role: str, name: str, now: datetime) -> Props:
    from moto.sts.models import sts_backends

    sessions: Foreign = sts_backends[account][role.split(":")[1]]
    ended = now.replace(tzinfo=None)
    sessions.assumed_roles = [one for one in sessions.assumed_roles if one.session_name != name or one.expiration > ended]
    given = {"role_session_name": name, "role_arn": role, "policy": "", "duration": LIFE, "external_id": ""}
    session = sessions.assume_role(region_name=backend.region_name, **given)
    WORLD.touch()
    return {
        "Code": "Success",
        "LastUpdated": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Type": "AWS-HMAC",
        "AccessKeyId": session.access_key_id,
        "SecretAccessKey": session.secret_access_key,
        "Token": session.session_token,
        "Expiration": (now + timedelta(seconds=LIFE)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def found(number: str) -> tuple[str, Foreign, Foreign]:
    """An instance, with its account and the service that has it. Raises KeyError."""
    from moto.ec2.models import ec2_backends

    for account, _, backend in ec2_backends.iter_backends():
        held: Foreign = backend
        for instance in held.all_instances():
            if instance.id == number:
                return account, held, instance
    raise KeyError(number)
