"""A TCP connection between two hosts with data in flight both ways: does it live, and for how long did it hear nothing?

Each end says a little every few hundredths of a second, whatever it hears. What the network loses TCP sends again, later each time: after
an outage a connection may stay silent for as long again.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

from landbridge.lab.namespaces import inside
from landbridge.lab.probing import Pair
from landbridge.lab.wireformat import Message

PORT = 7007
EVERY_S = 0.05
SAID = bytes(range(256)) * 2
CONNECT_S = 5.0


@dataclass(slots=True)
class Ear:
    """What one end has heard, by a steady clock: when last, and the longest silence so far."""

    last: float = field(default_factory=time.monotonic)
    longest: float = 0.0
    received: int = 0

    def hears(self, count: int, now: float) -> None:
        self.longest, self.last, self.received = max(self.longest, now - self.last), now, self.received + count

    def silence(self, now: float) -> float:
        """The longest, with the one that there is now."""
        return max(self.longest, now - self.last)


class Conversation:
    """One connection, from a pair's source to its destination. Only for use inside the lab's own namespaces."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._ears = Ear(), Ear()
        self._ended = ""
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Connect, and talk from now on. Raises OSError (TimeoutError is one) where no connection comes about."""
        with inside(self._pair.destination.namespace):
            listener = socket.create_server(("0.0.0.0", PORT))
        listener.setblocking(False)
        self._server = await asyncio.start_server(self._answered, sock=listener)
        with inside(self._pair.source.namespace):
            handle = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        handle.setblocking(False)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(handle, (str(self._pair.address), PORT)), CONNECT_S)
        except OSError:
            handle.close()
            raise
        reader, writer = await asyncio.open_connection(sock=handle)
        self._talk(reader, writer, self._ears[0])

    def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talk(reader, writer, self._ears[1])

    def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: Ear) -> None:
        ear.last = time.monotonic()
        for doing in (self._listen(reader, writer, ear), self._say(writer)):
            task = asyncio.create_task(doing)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: Ear) -> None:
        try:
            while said := await reader.read(65536):
                ear.hears(len(said), time.monotonic())
            self._ended = self._ended or "the other end closed it"
        except OSError as problem:
            self._ended = self._ended or (problem.strerror or str(problem) or type(problem).__name__)
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while not writer.is_closing():
                writer.write(SAID)
                await writer.drain()
                await asyncio.sleep(EVERY_S)

    def as_json(self) -> Message:
        """`alive`: neither end has heard that it ended; `longest_s` the longest silence of either end, `silent_s` that of now."""
        now = time.monotonic()
        return {
            "alive": not self._ended,
            "ended": self._ended,
            "longest_s": round(max(ear.silence(now) for ear in self._ears), 2),
            "silent_s": round(max(now - ear.last for ear in self._ears), 2),
            "received": sum(ear.received for ear in self._ears),
        }

    def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        if self._server is not None:
            self._server.close()
