"""What the follower sees of the emulator by its socket: changes at once, credentials, and a clear end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import time
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import Learnt, Sandbox, start, stop
from landbridge.sandbox import running as find
from landbridge.sandbox.following.source import GoneError, RefusedError, Source

from .conftest import Client, client_of
from .test_showing import launched, profile, vpc_with_subnet
from .test_vpn import connect, hub_and_gateway

SOCKET = "api.sock"


def test_a_change_is_seen_within_a_moment_of_its_call_and_nothing_else_is(client: Client, sandbox: Sandbox) -> None:
    ec2, source = client("ec2", "eu-central-1"), Source(sandbox.folder / SOCKET)

    async def follow() -> None:
        first = await source.estate()
        waiting = asyncio.create_task(source.estate(first.number))
        made = await asyncio.to_thread(ec2.create_vpc, CidrBlock="10.61.0.0/16")
        began = time.monotonic()
        second = await waiting
        assert time.monotonic() - began < 0.5
        assert second.number > first.number
        assert {one.id for one in second.vpcs} - {one.id for one in first.vpcs} == {made["Vpc"]["VpcId"]}
        waiting = asyncio.create_task(source.estate(second.number))
        await asyncio.to_thread(client("sns", "eu-central-1").create_topic, Name="no-packets")
        await asyncio.sleep(0.3)
        assert not waiting.done()
        waiting.cancel()

    asyncio.run(follow())


def test_the_numbers_go_on_after_a_kill_and_the_socket_is_replaced(own: Path) -> None:
    running = start(own)
    client_of(running.endpoint)("ec2").create_vpc(CidrBlock="10.62.0.0/16")
    source = Source(own / SOCKET)
    assert stat.S_IMODE((own / SOCKET).stat().st_mode) == 0o600
    assert stat.S_IMODE((own / "api.token").stat().st_mode) == 0o600

    async def follow() -> None:
        first = await source.estate()
        waiting = asyncio.create_task(source.estate(first.number))
        await asyncio.sleep(0.1)
        os.kill(running.pid, signal.SIGKILL)
        while find(own) is not None:  # it dies when it dies
            await asyncio.sleep(0.01)
        again = await asyncio.to_thread(start, own)
        await asyncio.to_thread(client_of(again.endpoint)("ec2").create_vpc, CidrBlock="10.63.0.0/16")
        second = await waiting
        while len(second.vpcs) < 2:  # the first after the restart may be what was there before
            second = await source.estate(second.number)
        assert {one.id for one in first.vpcs} < {one.id for one in second.vpcs}

    asyncio.run(asyncio.wait_for(follow(), 20))


def test_an_emulator_that_is_gone_is_told_with_what_to_do(own: Path) -> None:
    start(own)
    stop(own)
    assert not (own / SOCKET).exists()
    with pytest.raises(GoneError) as gone:
        asyncio.run(Source(own / SOCKET, patience=0.2).estate())
    (finding,) = gone.value.findings
    assert str(own / "log") in finding.remedy


def test_an_instance_gets_credentials_of_its_role_and_keeps_them(client: Client, sandbox: Sandbox) -> None:
    ec2 = client("ec2", "eu-north-1")
    _, subnet = vpc_with_subnet(ec2, "10.64.0.0/24")
    role, arn = profile(client, "reader")
    (instance,) = launched(ec2, subnet, IamInstanceProfile={"Arn": arn})
    (bare,) = launched(ec2, subnet)
    source = Source(sandbox.folder / SOCKET)
    found = asyncio.run(source.credentials(instance))
    assert found["Code"] == "Success"
    assert asyncio.run(source.credentials(instance)) == found
    keys = {"account": found["AccessKeyId"], "aws_session_token": found["Token"]}
    said = client("sts", "eu-north-1", **keys).get_caller_identity()
    assert said["Arn"] == f"arn:aws:sts::111122223333:assumed-role/{role}/{instance}"
    with pytest.raises(RefusedError, match="no role"):
        asyncio.run(source.credentials(bare))


def test_what_is_private_needs_the_socket_and_the_token(sandbox: Sandbox) -> None:
    def asked(path: str, *headers: str) -> int:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(sandbox.folder / SOCKET))
            connection.sendall("\r\n".join([f"GET /sandbox/{path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]).encode())
            return int(connection.makefile("rb").readline().split()[1])

    token = f"X-Landbridge-Token: {(sandbox.folder / 'api.token').read_text()}"
    assert asked("estate", token) == asked("health", token) == 200
    for path in ("estate", "credentials?instance=i-1", "health"):
        assert asked(path) == asked(path, "X-Landbridge-Token: guess") == 404
    port = int(sandbox.endpoint.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET /sandbox/estate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{token}\r\n\r\n".encode())
        assert connection.makefile("rb").readline().split()[1] == b"404"


def test_the_whole_api_is_on_the_socket_too(sandbox: Sandbox) -> None:
    head = "Authorization: AWS4-HMAC-SHA256 Credential=111122223333/20260101/us-west-2/sts/aws4_request, SignedHeaders=host, Signature=0"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(sandbox.folder / SOCKET))
        body = "Action=GetCallerIdentity&Version=2011-06-15"
        form = "Content-Type: application/x-www-form-urlencoded"
        asked = ["POST / HTTP/1.1", "Host: sts.us-west-2.amazonaws.com", "Connection: close", head, form, f"Content-Length: {len(body)}"]
        connection.sendall(("\r\n".join([*asked, "", ""]) + body).encode())
        assert b"<Account>111122223333</Account>" in connection.makefile("rb").read()


def test_what_is_told_of_tunnels_and_machines_is_what_the_api_says(client: Client, sandbox: Sandbox) -> None:
    ec2, source = client("ec2", "ca-central-1"), Source(sandbox.folder / SOCKET)
    outside = connect(ec2, *hub_and_gateway(ec2), [])["Options"]["TunnelOptions"][0]["OutsideIpAddress"]
    _, subnet = vpc_with_subnet(ec2, "10.65.0.0/24")
    (instance,) = launched(ec2, subnet)

    def status() -> tuple[str, str]:
        (one,) = ec2.describe_instance_status(InstanceIds=[instance])["InstanceStatuses"]
        return one["InstanceStatus"]["Status"], one["SystemStatus"]["Status"]

    async def tell() -> None:
        await source.tell_tunnel(IPv4Address(outside), True, "1 BGP ROUTES", [Learnt("10.1.0.0/24", (65400,))])
        await source.tell_instance(instance, True)
        assert status() == ("impaired", "ok")
        await source.tell_instance(instance, False)
        assert status() == ("ok", "ok")
        with pytest.raises(RefusedError):
            await source.tell_tunnel(IPv4Address("192.0.2.1"), False, "", [])

    asyncio.run(tell())
    (connection,) = ec2.describe_vpn_connections()["VpnConnections"]
    assert [(one["Status"], one["StatusMessage"]) for one in connection["VgwTelemetry"]] == [
        ("UP", "1 BGP ROUTES"),
        ("DOWN", "IPSEC IS DOWN"),
    ]


def test_an_address_that_is_taken_is_refused(client: Client) -> None:
    ec2 = client("ec2", "eu-north-1")
    _, subnet = vpc_with_subnet(ec2, "10.66.0.0/24")
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.66.0.40")
    for asked in (
        lambda: ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.66.0.40"),
        lambda: launched(ec2, subnet, PrivateIpAddress="10.66.0.40"),
    ):
        with pytest.raises(ClientError) as refused:
            asked()
        assert refused.value.response["Error"]["Code"] == "InvalidIPAddress.InUse"
