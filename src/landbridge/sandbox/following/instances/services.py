"""The services that each VPC has: a listening socket each, inside the VPC's namespace, served by this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address

from landbridge.lab.namespaces import NAMED, inside
from landbridge.sandbox.following.instances.places import METADATA, ROUTER_PORT
from landbridge.sandbox.following.instances.web import Answer, Request, converse

METADATA_PORT = 80

# What is answered in a VPC to an address
InVpc = Callable[[str, IPv4Address, Request], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Serving:
    namespace: int  # its inode: a namespace that is made anew has another
    servers: tuple[asyncio.Server, ...]

    def close(self) -> None:
        for server in self.servers:
            server.close()


class Services:
    """`metadata` and `router` answer what is asked at the metadata service and at the router's."""

    def __init__(self, metadata: InVpc, router: InVpc) -> None:
        self._answering = {METADATA_PORT: metadata, ROUTER_PORT: router}
        self._serving: dict[str, _Serving] = {}

    async def settle(self, vpcs: Iterable[str]) -> None:
        """Serve in these VPCs, and in no other."""
        wanted = {vpc: found for vpc in vpcs if (found := _inode(vpc)) is not None}
        for vpc in [vpc for vpc, serving in self._serving.items() if wanted.get(vpc) != serving.namespace]:
            self._serving.pop(vpc).close()
        for vpc, namespace in wanted.items():
            if vpc not in self._serving:
                sockets = _listening(f"vpc-{vpc}", self._answering)
                servers = [await self._serve(made, vpc, port) for port, made in sockets.items()]
                self._serving[vpc] = _Serving(namespace, tuple(servers))

    async def _serve(self, listening: socket.socket, vpc: str, port: int) -> asyncio.Server:
        answering = partial(self._answering[port], vpc)
        return await asyncio.start_server(lambda reader, writer: converse(reader, writer, answering), sock=listening)

    def close(self) -> None:
        for serving in self._serving.values():
            serving.close()
        self._serving.clear()


def _inode(vpc: str) -> int | None:
    try:
        return (NAMED / f"vpc-{vpc}").stat().st_ino
    except FileNotFoundError:
        return None


def _listening(namespace: str, ports: Iterable[int]) -> dict[int, socket.socket]:
    made: dict[int, socket.socket] = {}
    with inside(namespace):
        for port in ports:
            made[port] = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            made[port].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made[port].setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND: the address may come after
            made[port].bind((str(METADATA), port))
    return made
