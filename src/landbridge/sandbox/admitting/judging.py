"""Whether a caller is let in. What AWS says otherwise differs from service to service: one table has it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from landbridge.sandbox.admitting.refusing import Kind, Refused
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.request import Asked
from landbridge.sandbox.server.world import WORLD

Reason = Literal["expired", "unknown", "skewed"]
SKEW = {"s3": timedelta(minutes=15)}  # how far a caller's clock may be off; 5 minutes elsewhere
_INVALID = "The security token included in the request is invalid."
_WORDS: dict[tuple[Reason, Kind], Refused] = {
    ("expired", "ec2"): Refused("RequestExpired", "Request has expired."),
    ("expired", "s3"): Refused("ExpiredToken", "The provided token has expired."),
    ("expired", "query"): Refused("ExpiredToken", "The security token included in the request is expired", 403),
    ("expired", "json"): Refused("ExpiredTokenException", "The security token included in the request is expired"),
    ("unknown", "ec2"): Refused("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    ("unknown", "s3"): Refused("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403),
    ("unknown", "query"): Refused("InvalidClientTokenId", _INVALID, 403),
    ("unknown", "json"): Refused("UnrecognizedClientException", _INVALID),
    ("skewed", "ec2"): Refused("RequestExpired", "Request has expired."),
    ("skewed", "s3"): Refused("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403),
    ("skewed", "query"): Refused("SignatureDoesNotMatch", "", 403),
    ("skewed", "json"): Refused("InvalidSignatureException", ""),
}


def judged(asked: Asked, environ: dict[str, Any], kind: Kind) -> Refused | None:
    """None where the caller is let in. The caller holds the lock."""
    if asked.internal or not asked.key:
        return None
    at = _time(environ)
    off = datetime.now(UTC) - at if at is not None else timedelta()
    allowed = SKEW.get(kind, timedelta(minutes=5))
    if abs(off) > allowed:
        told = _WORDS["skewed", kind]
        return told if told.message else Refused(told.code, _skewed(at or datetime.now(UTC), off, allowed), told.status)
    if asked.region not in _regions() or (_account(asked), asked.region) in WORLD.kept.disabled:
        return _WORDS["unknown", kind]
    state = _state(asked.key)
    return _WORDS[state, kind] if state is not None else None


def _skewed(at: datetime, off: timedelta, allowed: timedelta) -> str:
    now, minutes = datetime.now(UTC), int(allowed.total_seconds() // 60)
    end = now - allowed if off > timedelta() else now + allowed
    how, sign = ("expired", "-") if off > timedelta() else ("not yet current", "+")
    relation = "now earlier" if off > timedelta() else "still later"
    return f"Signature {how}: {at:%Y%m%dT%H%M%SZ} is {relation} than {end:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} {sign} {minutes} min.)"


def _time(environ: dict[str, Any]) -> datetime | None:
    found = re.fullmatch(r"(\d{8}T\d{6})Z", environ.get("HTTP_X_AMZ_DATE", ""))
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None


def _state(key: str) -> Literal["expired", "unknown"] | None:
    told = WORLD.kept.keys.get(key)
    if told is not None:
        told["after"] -= 1
        if told["after"] < 0:
            state: Literal["expired", "unknown"] = told["state"]
            return state
    return "expired" if key.startswith("ASIA") and _is_over(key) else None


def ended(asked: Asked, kind: Kind) -> Refused | None:
    """The refusal of a role's session that has ended; it comes before anything that its role may. The caller holds the lock."""
    return _WORDS["expired", kind] if asked.key.startswith("ASIA") and _is_over(asked.key) else None


def _is_over(key: str) -> bool:
    """Whether a role's session has ended."""
    from moto.sts.models import sts_backends

    backends: list[Foreign] = list(sts_backends.iter_backends())
    ends = (role.expiration for _, _, backend in backends for role in backend.assumed_roles if role.access_key_id == key)
    now = datetime.now(UTC)
    return any((end if end.tzinfo else end.replace(tzinfo=UTC)) < now for end in ends)


def _account(asked: Asked) -> str:
    from moto.iam.models import get_account_id_from

    return str(get_account_id_from(asked.key))


@cache
def _regions() -> frozenset[str]:
    import boto3  # type: ignore[import-untyped]

    session = boto3.session.Session()
    names = {name for partition in session.get_available_partitions() for name in session.get_available_regions("ec2", partition)}
    return frozenset({*names, "aws-global", "aws-cn-global"})


def told_key(said: Props) -> Props:
    """What the outside says of an access key: `good`, `expired` or `unknown`, from the call on that comes `after` as many."""
    if said["state"] not in ("good", "expired", "unknown"):
        raise ValueError(said["state"])
    if said["state"] == "good":
        WORLD.kept.keys.pop(said["key"], None)
    else:
        WORLD.kept.keys[said["key"]] = {"state": said["state"], "after": int(said.get("after", 0))}
    return {}


def told_region(said: Props) -> Props:
    """Whether a Region is enabled for an account."""
    place = (str(said["account"]), str(said["region"]))
    (WORLD.kept.disabled.discard if said["enabled"] else WORLD.kept.disabled.add)(place)
    return {}
