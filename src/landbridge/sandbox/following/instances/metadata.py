"""The instance metadata service, version 2: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html.

Who asks is known by the VPC and the address that it asks from. A hop limit isn't kept.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from landbridge.lab.fabric import MACHINE_MAC
from landbridge.sandbox.following.instances.facts import Facts
from landbridge.sandbox.following.instances.web import Answer, Request

TOKEN, TTL = "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"
LONGEST_S = 21600
ROLES = "iam/security-credentials/"

Credentials = Callable[[str], Awaitable[dict[str, str]]]


class Metadata:
    """`credentials` tells those of an instance's role. Tokens are each instance's own."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._tokens: dict[str, tuple[str, float]] = {}

    async def answer(self, facts: Facts, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if request.method == "PUT":
            return self._token(facts, request) if path == "/latest/api/token" else Answer(HTTPStatus.NOT_FOUND)
        if request.method != "GET":
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED)
        whose, until = self._tokens.get(request.fields.get(TOKEN, ""), ("", 0.0))
        if whose != facts.instance.id or until < time.monotonic():
            return Answer(HTTPStatus.UNAUTHORIZED)
        if path == "/latest/user-data":
            return _found(facts.instance.user_data)
        if path.startswith("/latest/meta-data/"):
            return await self._meta_data(facts, path.removeprefix("/latest/meta-data/"))
        return Answer(HTTPStatus.NOT_FOUND)

    def _token(self, facts: Facts, request: Request) -> Answer:
        wanted = request.fields.get(TTL, "")
        if not (wanted.isdecimal() and 1 <= int(wanted) <= LONGEST_S):
            return Answer(HTTPStatus.BAD_REQUEST)
        if "x-forwarded-for" in request.fields:
            return Answer(HTTPStatus.FORBIDDEN)
        now = time.monotonic()
        self._tokens = {token: known for token, known in self._tokens.items() if known[1] > now}
        token = secrets.token_urlsafe(42)
        self._tokens[token] = (facts.instance.id, now + int(wanted))
        return Answer(HTTPStatus.OK, token.encode(), {TTL: wanted})

    async def _meta_data(self, facts: Facts, path: str) -> Answer:
        role = facts.instance.role
        if role and path == ROLES + role:
            return _found(json.dumps(await self._credentials(facts.instance.id), indent=2).encode())
        return _found(listed(tree(facts), path).encode())


def tree(facts: Facts) -> dict[str, str]:
    """Each item by its path. What an instance doesn't have isn't there."""
    instance, interface, vpc, subnet = facts.instance, facts.interface, facts.vpc, facts.subnet
    own = f"network/interfaces/macs/{MACHINE_MAC}/"
    others = [str(address) for address in (interface.primary, *(one for one in interface.addresses if one != interface.primary))]
    items = {
        "ami-id": instance.image,
        "instance-id": instance.id,
        "instance-type": instance.type,
        "local-ipv4": str(interface.primary),
        "mac": MACHINE_MAC,
        "placement/availability-zone": subnet.zone,
        "placement/region": instance.region,
        own + "device-number": "0",
        own + "interface-id": interface.id,
        own + "local-ipv4s": "\n".join(others),
        own + "mac": MACHINE_MAC,
        own + "owner-id": instance.account,
        own + "security-group-ids": "\n".join(interface.groups),
        own + "subnet-id": subnet.id,
        own + "subnet-ipv4-cidr-block": str(subnet.cidr),
        own + "vpc-id": vpc.id,
        own + "vpc-ipv4-cidr-block": str(vpc.cidrs[0]),
        own + "vpc-ipv4-cidr-blocks": "\n".join(map(str, vpc.cidrs)),
    }
    if facts.public is not None:
        items |= {"public-ipv4": str(facts.public), own + "public-ipv4s": str(facts.public)}
        items[f"{own}ipv4-associations/{facts.public}"] = str(interface.primary)
    if instance.role:
        items[ROLES + instance.role] = ""
    return {path: value for path, value in items.items() if value or path.startswith(ROLES)}


def listed(items: dict[str, str], path: str) -> str:
    """An item, or what is in a folder (its folders with a stroke); nothing where there is neither."""
    if path in items:
        return items[path]
    folder = path if not path or path.endswith("/") else f"{path}/"
    below = [name.removeprefix(folder) for name in items if name.startswith(folder)]
    return "\n".join(sorted({first + stroke for first, stroke, _ in (name.partition("/") for name in below)}))


def _found(body: bytes) -> Answer:
    return Answer(HTTPStatus.OK, body) if body else Answer(HTTPStatus.NOT_FOUND)
