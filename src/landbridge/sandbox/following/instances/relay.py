"""The API as machines reach it: real TCP at an address of the lab's Internet, carried byte by byte to the emulator's private socket."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path

from landbridge.sandbox.following.instances.places import AWS_API
from landbridge.sandbox.server.privately import short

PORT = 80
AT_ONCE = 65536


class Relay:
    """Only for use inside the lab's Internet namespace. A path longer than a socket's name may be is reached by its folder."""

    def __init__(self, path: Path, address: IPv4Address = AWS_API) -> None:
        self._path = path
        self._address = address
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        if self._server is not None:
            return
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND: the address may come after
        made.bind((str(self._address), PORT))
        self._server = await asyncio.start_server(self._carry, sock=made)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with short(self._path) as name:
                to_reader, to_writer = await asyncio.open_unix_connection(name)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_pass(reader, to_writer), _pass(to_reader, writer))
        finally:
            to_writer.close()
            writer.close()

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(AT_ONCE):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
