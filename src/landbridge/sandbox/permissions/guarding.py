"""The guard before the emulator: a call that a role makes is judged, and what isn't allowed is refused as its service refuses."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime
from typing import Any

from landbridge.sandbox.admitting.judging import ended
from landbridge.sandbox.admitting.refusing import Refused, answered, cbor, kind_of
from landbridge.sandbox.permissions.actions import FREE, PASSING
from landbridge.sandbox.permissions.buckets import holds
from landbridge.sandbox.permissions.calls import Call, call_of
from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.judging import Principal, Refusal, Resource, judge
from landbridge.sandbox.permissions.places import Place
from landbridge.sandbox.permissions.principals import principal_of
from landbridge.sandbox.permissions.resources import made, resources_of
from landbridge.sandbox.permissions.roles import passed
from landbridge.sandbox.permissions.secrets import key, key_of_secret
from landbridge.sandbox.server.request import Asked

Answer = tuple[int, dict[str, str], bytes]
_TEMPORARY = "ASIA"  # how the keys of sessions begin


def guarded(asked: Asked, environ: dict[str, Any]) -> Answer | None:
    """The refusal to answer with, or None. The caller holds the lock."""
    if not asked.key.startswith(_TEMPORARY) or asked.internal:
        return None
    who = principal_of(asked.key)
    if who is None:
        return None
    body = environ["wsgi.input"].read() if int(environ.get("CONTENT_LENGTH") or 0) else b""
    environ["wsgi.input"] = io.BytesIO(body)
    copied = bool(environ.get("HTTP_X_AMZ_COPY_SOURCE"))
    call = call_of(
        asked, environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", ""), environ.get("CONTENT_TYPE", ""), body, copied=copied
    )
    place = Place(who.partition, who.account, asked.region)
    over = ended(asked, kind_of(asked, environ))
    if over is not None:
        return _answer(over, asked, environ)
    refusal = judged(who, call, place, _known(environ, place))
    return None if refusal is None else _answer(_said(refusal, asked, environ), asked, environ)


def judged(who: Principal, call: Call, place: Place, known: Known) -> Refusal | None:
    """The call itself, and what it asks besides: tags of what it makes, a role that it hands over, the key of a secret, and leave to
    know that an object isn't there."""
    if call.action in FREE:
        return None
    known = {**known, **call.known}
    resources = resources_of(call, place)
    refusal = judge(who, call.action, resources, known)
    if refusal is None and call.tagged:
        making = {**known, "ec2:createaction": (call.operation,)}
        refusal = judge(who, "ec2:CreateTags", [made(kind, "ec2", place) for kind in call.tagged], making)
    if refusal is None and call.action in PASSING:
        service, parameter = PASSING[call.action]
        to = {**known, "iam:passedtoservice": (_service(service, place),)}
        refusal = judge(who, "iam:PassRole", passed(call, parameter, place), to)
    if refusal is None and call.action == "secretsmanager:GetSecretValue":
        refusal = _opened(who, call, resources, place, known)
    if refusal is None and call.action == "s3:GetObject" and not holds(call.first("Key")):
        refusal = judge(who, "s3:ListBucket", resources_of(Call("s3", "ListBucket", call.params), place), known)
    return refusal


def _service(name: str, place: Place) -> str:
    """The principal of a service; those of EC2 have the partition's own ending."""
    return f"{name}.amazonaws.com.cn" if (name, place.partition) == ("ec2", "aws-cn") else f"{name}.amazonaws.com"


def _opened(who: Principal, call: Call, secrets: list[Resource], place: Place, known: Known) -> Refusal | None:
    """A secret under a key of somebody's own is opened in the reader's name. AWS' own key opens for nobody in another account."""
    for secret in secrets:
        name = key_of_secret(secret.arn, place)
        if not name and secret.account != who.account:
            why = "because no resource-based policy allows the kms:Decrypt action"
            return Refusal(who.arn, "kms:Decrypt", "alias/aws/secretsmanager", why)
        suffix = "amazonaws.com.cn" if place.partition == "aws-cn" else "amazonaws.com"
        via = {"kms:viaservice": (f"secretsmanager.{place.region}.{suffix}",), "kms:encryptioncontext:secretarn": (secret.arn,)}
        refusal = judge(who, "kms:Decrypt", [key(call, name, place)], {**known, **via}) if name else None
        if refusal is not None:
            return refusal
    return None


def _known(environ: dict[str, Any], place: Place) -> Known:
    """What every request has. Loopback stands for TLS: without it no policy that asks for TLS could be met."""
    return {
        "aws:requestedregion": (place.region,),
        "ec2:region": (place.region,),
        "aws:securetransport": ("true",),
        "aws:sourceip": (str(environ.get("REMOTE_ADDR") or "127.0.0.1"),),
        "aws:useragent": (str(environ.get("HTTP_USER_AGENT", "")),),
        "aws:viaawsservice": ("false",),
        "aws:currenttime": (datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),),
        "aws:epochtime": (str(int(time.time())),),
    }


def _said(refusal: Refusal, asked: Asked, environ: dict[str, Any]) -> Refused:
    """In the service's words."""
    kind, text = kind_of(asked, environ), str(refusal)
    if kind == "ec2":
        return Refused("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
    if kind != "json":
        return Refused("AccessDenied", text, 403)
    return Refused("AccessDeniedException", text, 400 if asked.action else 403)  # services that speak REST have the latter


def _answer(refused: Refused, asked: Asked, environ: dict[str, Any]) -> Answer:
    """As the service's protocol has it."""
    rpc = environ.get("HTTP_SMITHY_PROTOCOL", "") == "rpc-v2-cbor"
    headers, body = cbor(refused) if rpc else answered(refused, kind_of(asked, environ))
    return refused.status, headers, b"" if asked.method == "HEAD" else body
