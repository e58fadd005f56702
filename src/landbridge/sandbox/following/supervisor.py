"""The first process of a lab that follows the emulator."""

from __future__ import annotations

import asyncio
import socket

from landbridge.lab.supervisor import Tell, run
from landbridge.sandbox.following.network import FollowingNetwork
from landbridge.sandbox.following.operations import operations
from landbridge.sandbox.following.order import FollowOrder

LONGEST = 64 * 1024 * 1024  # bytes of a request: one may bring a network's artifacts


async def live(order: FollowOrder, clients: socket.socket, tell: Tell) -> None:
    """Follow until somebody takes the lab down."""
    lab = FollowingNetwork(order)
    try:
        await lab.begin()
        service = operations(lab, order.process)
        server = await asyncio.start_unix_server(service.serve, sock=clients, limit=LONGEST)
        tell({"result": {"number": lab.followed.number, "hosts": len(lab.hosts)}})
        await service.ended.wait()
        server.close()
    finally:
        await lab.down()


if __name__ == "__main__":
    run(live)
