"""OpenSSH public keys: one line of type, base64 and an optional comment, checked by looking inside."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from landbridge.intent.types import Refused, as_text

KEY_TYPES = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_SHORTEST_RSA = 2048


def as_ssh_key(value: object) -> str:
    """A public key of a type that routers take, without options before it; what it says of itself must agree with its content."""
    if isinstance(value, str) and "PRIVATE KEY" in value:
        raise Refused(
            "is a private key, which nobody else should ever see", "Write the public one, from the file ending in .pub.", hidden=True
        )
    words = as_text(value).split(" ", 2)
    if len(words) < 2 or words[0] not in KEY_TYPES:
        raise Refused("isn't an OpenSSH public key", f"Write one line: type, base64, comment; the type is one of {', '.join(KEY_TYPES)}.")
    fields = _fields(words[1])
    if not fields or fields[0] != words[0].encode():
        raise Refused("isn't an OpenSSH public key: its base64 part is damaged", "Copy the whole line from the file ending in .pub.")
    if words[0] == "ssh-rsa" and (len(fields) < 3 or int.from_bytes(fields[2]).bit_length() < _SHORTEST_RSA):
        raise Refused(
            f"is an RSA key of less than {_SHORTEST_RSA} bits, which SSH servers refuse", "Make another: ssh-keygen -t rsa -b 3072."
        )
    return " ".join(words)


def key_type(key: str) -> str:
    """The type of a public key, such as ssh-ed25519."""
    return key.split(" ", 1)[0]


def _fields(encoded: str) -> list[bytes]:
    """The length-prefixed strings that a key is made of (RFC 4253, 6.6); none where they don't fit."""
    try:
        blob = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return []
    fields = []
    while blob:
        length = int.from_bytes(blob[:4])
        if len(blob) < 4 + length:
            return []
        fields.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return fields


SshKey = Annotated[
    str,
    BeforeValidator(as_ssh_key),
    WithJsonSchema(
        {"type": "string", "pattern": f"^({'|'.join(KEY_TYPES)}) [A-Za-z0-9+/]+=*( .*)?$", "examples": ["ssh-ed25519 AAAA… you@example"]}
    ),
]
