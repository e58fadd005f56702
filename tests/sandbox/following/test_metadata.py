"""The metadata service: who may ask what, and what there is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from http import HTTPStatus
from ipaddress import IPv4Address

import pytest

from landbridge.sandbox.following.instances.facts import Facts, at, living
from landbridge.sandbox.following.instances.metadata import Metadata
from landbridge.sandbox.following.instances.web import Answer, Request, converse
from tests.sandbox.following.standing import SUBNET, estate, instance

OWN, OTHER = instance(1, b"user data"), instance(2, b"")
KNOWN = living(estate(1, (OWN, OTHER)))
FACTS = KNOWN[OWN[0].id]
AGE = {"x-aws-ec2-metadata-token-ttl-seconds": "300"}


async def _credentials(name: str) -> dict[str, str]:
    return {"AccessKeyId": f"of {name}"}


def _ask(service: Metadata, method: str, path: str, fields: dict[str, str] | None = None, facts: Facts = FACTS) -> Answer:
    return asyncio.run(service.answer(facts, Request(method, path, fields or {})))


def _get(path: str, facts: Facts = FACTS) -> str | None:
    service = Metadata(_credentials)
    token = _ask(service, "PUT", "/latest/api/token", AGE, facts).body.decode()
    answer = _ask(service, "GET", f"/latest/{path}", {"x-aws-ec2-metadata-token": token}, facts)
    return answer.body.decode() if answer.status == HTTPStatus.OK else None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("user-data", "user data"),
        ("meta-data/instance-id", "i-00000001"),
        ("meta-data/local-ipv4", "172.88.0.33"),
        ("meta-data/placement/region", "ap-southeast-1"),
        ("meta-data/placement/availability-zone", "ap-southeast-1a"),
        ("meta-data/network/interfaces/macs/02:00:00:00:00:02/subnet-ipv4-cidr-block", "172.88.0.0/24"),
        ("meta-data/network/interfaces/macs/", "02:00:00:00:00:02/"),
        ("meta-data/placement", "availability-zone\nregion"),
        ("meta-data/iam/security-credentials/", "gateway"),
        ("meta-data/iam/security-credentials/gateway", '{\n  "AccessKeyId": "of i-00000001"\n}'),
        ("meta-data/iam/security-credentials/another", None),
        ("meta-data/public-ipv4", None),
        ("meta-data/nosuch", None),
        ("dynamic", None),
    ],
)
def test_an_instance_is_told_of_itself(path: str, value: str | None) -> None:
    assert _get(path) == value


def test_the_public_address_is_there_as_soon_as_the_elastic_ip_is() -> None:
    address = IPv4Address("198.18.128.1")
    given = replace(FACTS, interface=replace(FACTS.interface, public=((FACTS.interface.primary, address),)))
    assert _get("meta-data/public-ipv4", given) == "198.18.128.1"


def test_an_instance_without_a_role_or_user_data_has_none() -> None:
    bare = replace(KNOWN[OTHER[0].id], instance=replace(OTHER[0], role=""))
    assert _get("meta-data/iam/security-credentials/", bare) is None
    assert _get("user-data", bare) is None


def test_without_a_token_of_its_own_nobody_is_told_anything() -> None:
    service = Metadata(_credentials)
    token = _ask(service, "PUT", "/latest/api/token", AGE, KNOWN[OTHER[0].id]).body.decode()
    for fields in ({}, {"x-aws-ec2-metadata-token": "guessed"}, {"x-aws-ec2-metadata-token": token}):
        assert _ask(service, "GET", "/latest/meta-data/instance-id", fields) == Answer(HTTPStatus.UNAUTHORIZED)


def test_a_token_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    service, now = Metadata(_credentials), [1000.0]
    monkeypatch.setattr("landbridge.sandbox.following.instances.metadata.time.monotonic", lambda: now[0])
    token = _ask(service, "PUT", "/latest/api/token", AGE).body.decode()
    asked = {"x-aws-ec2-metadata-token": token}
    now[0] += 299
    assert _ask(service, "GET", "/latest/user-data", asked).status == HTTPStatus.OK
    now[0] += 2
    assert _ask(service, "GET", "/latest/user-data", asked).status == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, HTTPStatus.BAD_REQUEST),
        ({"x-aws-ec2-metadata-token-ttl-seconds": "0"}, HTTPStatus.BAD_REQUEST),
        ({"x-aws-ec2-metadata-token-ttl-seconds": "21601"}, HTTPStatus.BAD_REQUEST),
        ({"x-aws-ec2-metadata-token-ttl-seconds": "²"}, HTTPStatus.BAD_REQUEST),
        ({**AGE, "x-forwarded-for": "10.0.0.1"}, HTTPStatus.FORBIDDEN),
    ],
)
def test_a_token_is_asked_for_as_aws_wants_it(fields: dict[str, str], status: HTTPStatus) -> None:
    assert _ask(Metadata(_credentials), "PUT", "/latest/api/token", fields).status == status


def test_who_asks_is_known_by_vpc_and_address() -> None:
    assert at(KNOWN, "vpc-1", SUBNET[33]) is FACTS
    assert at(KNOWN, "vpc-2", SUBNET[33]) is None
    assert at(KNOWN, "vpc-1", SUBNET[99]) is None


@pytest.mark.parametrize("state", ["terminated", "stopped", "shutting-down", "stopping"])
def test_only_what_runs_has_a_machine(state: str) -> None:
    gone = replace(OWN[0], state=state)  # type: ignore[arg-type]
    assert set(living(estate(1, ((gone, OWN[1]), OTHER)))) == {OTHER[0].id}


@pytest.mark.parametrize(
    "said",
    [b"", b"GET", b"\r\n\r\n", b"GET /\r\n\r\n", b"A B C D\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"\xff" * 100_000,
     b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort", b"\0\n" * 50],
)  # fmt: skip
def test_whoever_talks_nonsense_is_let_go_and_answered_nothing_else(said: bytes) -> None:
    async def talk() -> bytes:
        async def refuse(_: IPv4Address, request: Request) -> Answer:
            pytest.fail(f"it was answered: {request}")

        server = await asyncio.start_server(lambda reader, writer: converse(reader, writer, refuse), "127.0.0.1")
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(said)
            writer.write_eof()
            heard = await asyncio.wait_for(reader.read(), 5)
            writer.close()
            return heard

    assert asyncio.run(talk()) in (
        b"",
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    )
