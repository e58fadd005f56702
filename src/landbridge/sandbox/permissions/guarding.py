"""The guard before the emulator: a call that a role makes is judged, and what isn't allowed is refused as its service refuses."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

from landbridge.sandbox.permissions.actions import FREE, PASSING
from landbridge.sandbox.permissions.calls import Call, call_of
from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.judging import Principal, Refusal, Resource, judge
from landbridge.sandbox.permissions.principals import principal_of
from landbridge.sandbox.permissions.resources import Place, key, key_of_secret, made, passed, resources_of
from landbridge.sandbox.server.request import Asked

Answer = tuple[int, dict[str, str], bytes]
_TEMPORARY = "ASIA"  # how the keys of sessions begin
_XML = "text/xml"


def guarded(asked: Asked, environ: dict[str, Any]) -> Answer | None:
    """The refusal to answer with, or None. The caller holds the lock."""
    if not asked.key.startswith(_TEMPORARY) or asked.internal:
        return None
    who = principal_of(asked.key)
    if who is None:
        return None
    body = environ["wsgi.input"].read() if int(environ.get("CONTENT_LENGTH") or 0) else b""
    environ["wsgi.input"] = io.BytesIO(body)
    content = environ.get("CONTENT_TYPE", "")
    call = call_of(asked, environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", ""), content, body)
    place = Place(who.partition, who.account, asked.region)
    refusal = _judged(who, call, place, _known(environ, place))
    if refusal is None:
        return None
    status, headers, said = _answer(refusal, asked, environ, content)
    return status, headers, b"" if asked.method == "HEAD" else said


def _judged(who: Principal, call: Call, place: Place, known: Known) -> Refusal | None:
    """The call itself, and what it asks besides: tags of what it makes, a role that it hands over, the key of a secret."""
    if call.action in FREE:
        return None
    known = {**known, **call.known}
    refusal = judge(who, call.action, resources_of(call, place), known)
    if refusal is None and call.tagged:
        making = {**known, "ec2:createaction": (call.operation,)}
        refusal = judge(who, "ec2:CreateTags", [made(kind, "ec2", place) for kind in call.tagged], making)
    if refusal is None and call.action in PASSING:
        to = {**known, "iam:passedtoservice": ("lambda.amazonaws.com" if call.service == "lambda" else "ec2.amazonaws.com",)}
        refusal = judge(who, "iam:PassRole", passed(call, PASSING[call.action], place), to)
    if refusal is None and call.action == "secretsmanager:GetSecretValue":
        refusal = _opened(who, resources_of(call, place), place, known)
    return refusal


def _opened(who: Principal, secrets: list[Resource], place: Place, known: Known) -> Refusal | None:
    """A secret under a key of somebody's own is opened in the reader's name. AWS' own key opens for nobody in another account."""
    for secret in secrets:
        name = key_of_secret(secret.arn, place)
        if not name and secret.account != who.account:
            why = "because no resource-based policy allows the kms:Decrypt action"
            return Refusal(who.arn, "kms:Decrypt", "alias/aws/secretsmanager", why)
        suffix = "amazonaws.com.cn" if place.partition == "aws-cn" else "amazonaws.com"
        via = {"kms:viaservice": (f"secretsmanager.{place.region}.{suffix}",), "kms:encryptioncontext:secretarn": (secret.arn,)}
        refusal = judge(who, "kms:Decrypt", [key(name, place)], {**known, **via}) if name else None
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


def _answer(refusal: Refusal, asked: Asked, environ: dict[str, Any], content: str) -> Answer:
    """As the service's protocol has it."""
    number = str(uuid4())
    headers = {"x-amzn-RequestId": number}
    text = str(refusal)
    if asked.service == "ec2":
        said = f"You are not authorized to perform this operation. {escape(text)}"
        body = f"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>{said}</Message></Error></Errors>"
        return 403, {**headers, "Content-Type": _XML}, f"{body}<RequestID>{number}</RequestID></Response>".encode()
    if asked.service == "s3":
        body = f"<Error><Code>AccessDenied</Code><Message>{escape(text)}</Message><RequestId>{number}</RequestId></Error>"
        return 403, {"x-amz-request-id": number, "Content-Type": "application/xml"}, body.encode()
    if environ.get("HTTP_SMITHY_PROTOCOL", "") == "rpc-v2-cbor":
        headers = {**headers, "Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return 403, headers, _cbor({"__type": "AccessDeniedException", "message": text})
    if "json" in content or asked.service == "lambda" or not asked.action:
        code = "AccessDeniedException"
        headers = {**headers, "Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
        status = 403 if not asked.action else 400
        return status, headers, json.dumps({"__type": code, "message": text, "Message": text}).encode()
    body = f"<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>{escape(text)}</Message></Error>"
    return 403, {**headers, "Content-Type": _XML}, f"{body}<RequestId>{number}</RequestId></ErrorResponse>".encode()


def _cbor(said: dict[str, str]) -> bytes:
    """A map of texts (RFC 8949)."""

    def text(one: str) -> bytes:
        plain = one.encode()
        return b"\x79" + len(plain).to_bytes(2, "big") + plain

    return bytes([0xA0 + len(said)]) + b"".join(text(key) + text(value) for key, value in said.items())
