"""A lab's first process: runs inside namespaces of its own, builds the lab, answers its clients. When it dies, all of the lab dies.

Started by `launching`, with two inherited sockets (one that clients connect to, and the leash to the command that starts it)
and the lab's name. Until the
command says that the lab shall stay, the lab goes when the leash breaks: by Ctrl-C, by kill -9, by anything.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import pickle
import resource
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from landbridge.findings import LandbridgeError, error
from landbridge.lab.laboratory import FOLDER
from landbridge.lab.network import Ready, Timeline, lab_network
from landbridge.lab.operations import operations
from landbridge.lab.order import Order
from landbridge.lab.watching import Progress
from landbridge.lab.wireformat import STAY, Message, encode, failure

Tell = Callable[[Message], None]
# Builds what an order says and serves clients until it shall end; whatever it began, it ends.
Live = Callable[[Any, socket.socket, Tell], Awaitable[None]]


def run(live: Live) -> None:
    """The whole life of a first process."""
    clients, leash = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    _own_run()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_supervise(live, clients, leash))


def _own_run() -> None:
    """A tmpfs at /run, seen by the lab alone: whatever the lab writes is there and goes with it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"landbridge", b"/run", b"tmpfs", 0, b"size=90%,mode=755"):
        raise OSError(ctypes.get_errno(), "mounting a tmpfs at /run")
    FOLDER.mkdir(parents=True)


async def _supervise(live: Live, clients: socket.socket, leash: socket.socket) -> None:
    reader, writer = await asyncio.open_connection(sock=leash)
    size = int.from_bytes(await reader.readexactly(8))
    order = pickle.loads(await reader.readexactly(size))  # our own command's, by a private socket
    leashed = asyncio.create_task(reader.readline())
    living = asyncio.create_task(_live(live, order, clients, writer))
    await asyncio.wait({leashed, living}, return_when=asyncio.FIRST_COMPLETED)
    if leashed.done() and leashed.result() == STAY:
        _let_go(writer)
        await living
    elif not living.done():
        living.cancel()
        await asyncio.wait({living})


def _let_go(writer: asyncio.StreamWriter) -> None:
    """Leave the command's terminal; what goes wrong from here on is written where `exec` finds it."""
    writer.close()
    log = os.open(FOLDER / "supervisor.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(log, number)


async def _live(live: Live, order: object, clients: socket.socket, leash: asyncio.StreamWriter) -> None:
    def tell(message: Message) -> None:
        if not leash.is_closing():
            leash.write(encode(message))

    try:
        await live(order, clients, tell)
    except LandbridgeError as problem:
        tell(failure(problem))
    except OSError as problem:
        tell(failure(LandbridgeError(error("lab", f"the lab can't be built: {problem}"))))
    finally:
        with suppress(OSError):
            await leash.drain()


async def _of_artifacts(order: Order, clients: socket.socket, tell: Tell) -> None:
    timeline = Timeline()
    lab = lab_network(order)
    try:
        service = operations(lab, order.process)
        server = await asyncio.start_unix_server(service.serve, sock=clients)
        ready = await lab.up(lambda progress: tell(_progress(progress)), timeline, order.patience)
        tell({"result": _ready(ready)})
        await service.ended.wait()
        server.close()
    finally:
        await lab.down()


def _progress(progress: Progress) -> Message:
    return {"event": "progress", **asdict(progress)}


def _ready(ready: Ready) -> Message:
    return {"ok": ready.ok, "seconds": ready.seconds, "probes": [probe.as_json() for probe in ready.probes]}


if __name__ == "__main__":
    run(_of_artifacts)
