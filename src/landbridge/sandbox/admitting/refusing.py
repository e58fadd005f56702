"""Errors in the words of each service's protocol: EC2's XML, S3's, that of the query services, or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4
from xml.sax.saxutils import escape

from landbridge.sandbox.server.request import Asked

Kind = Literal["ec2", "s3", "query", "json"]


@dataclass(frozen=True, slots=True)
class Refused:
    """An error that a call is answered with."""

    code: str
    message: str
    status: int = 400


def kind_of(asked: Asked, environ: dict[str, Any]) -> Kind:
    """Which of the protocols the caller speaks."""
    if asked.service in ("ec2", "s3"):
        return "ec2" if asked.service == "ec2" else "s3"
    # Services that speak REST (Lambda) say their errors in JSON too; those of queries name their action in a form.
    form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return "query" if form and "HTTP_X_AMZ_TARGET" not in environ else "json"


def answered(refused: Refused, kind: Kind) -> tuple[dict[str, str], bytes]:
    """Headers and body of the answer."""
    code, message, request = escape(refused.code), escape(refused.message), uuid4()
    xml = {"Content-Type": "text/xml;charset=UTF-8"}
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    match kind:
        case "ec2":
            return xml, f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request}</RequestID></Response>".encode()
        case "s3":
            return xml, f"<Error>{error}<RequestId>{request}</RequestId></Error>".encode()
        case "query":
            text = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>{request}</RequestId></ErrorResponse>"
            return xml, text.encode()
    import json

    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": refused.code}
    return headers, json.dumps({"__type": refused.code, "message": refused.message}).encode()


def cbor(refused: Refused) -> tuple[dict[str, str], bytes]:
    """Headers and body of the answer to who speaks Smithy's RPC by CBOR, as CloudWatch's clients do: a map of texts (RFC 8949)."""

    def text(one: str) -> bytes:
        plain = one.encode()
        return b"\x79" + len(plain).to_bytes(2, "big") + plain

    said = {"__type": refused.code, "message": refused.message}
    body = bytes([0xA0 + len(said)]) + b"".join(text(key) + text(value) for key, value in said.items())
    return {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body
