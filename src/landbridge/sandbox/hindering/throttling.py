"""Calls refused because there are too many, whoever made the others: an account's rate is one for all that is in it."""

from __future__ import annotations

from typing import Any

from landbridge.sandbox.admitting.refusing import Refused, answered, cbor, kind_of
from landbridge.sandbox.server.foreign import Props
from landbridge.sandbox.server.request import Asked

Answer = tuple[int, dict[str, str], bytes]
_WORDS = {
    "ec2": Refused("RequestLimitExceeded", "Request limit exceeded.", 503),
    "autoscaling": Refused("Throttling", "Rate exceeded"),
    "lambda": Refused("TooManyRequestsException", "Rate exceeded", 429),
    "s3": Refused("SlowDown", "Please reduce your request rate.", 503),
}
_OTHERS = Refused("ThrottlingException", "Rate exceeded")
_every: dict[str, int] = {}
_made: dict[str, int] = {}


def throttled(who: str, asked: Asked, environ: dict[str, Any]) -> Answer | None:
    """The refusal of a call by this caller, or None where it isn't its turn."""
    if who not in _every:
        return None
    _made[who] = _made.get(who, 0) + 1
    if _made[who] % _every[who]:
        return None
    refused = _WORDS.get(asked.service, _OTHERS)
    if environ.get("HTTP_SMITHY_PROTOCOL", "") == "rpc-v2-cbor":
        return refused.status, *cbor(refused)
    return refused.status, *answered(refused, kind_of(asked, environ))


def told(said: Props) -> Props:
    """POST /sandbox/throttle: from now on each `every`th call of `who` is refused; 0: none. Raises ValueError."""
    who, every = str(said["who"]), int(said["every"])
    if every < 0:
        raise ValueError(every)
    _made.pop(who, None)
    _every.pop(who, None)
    if every:
        _every[who] = every
    return {"who": who, "every": every}
