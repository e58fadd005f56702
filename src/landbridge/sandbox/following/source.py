"""The emulator, as the follower sees it by its Unix socket: the estate, what it tells of instances, and what it is told in return."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from landbridge.findings import LandbridgeError, error
from landbridge.sandbox.following.estate import Estate
from landbridge.sandbox.following.wire import from_json
from landbridge.sandbox.server.privately import HEADER, TOKEN, short
from landbridge.sandbox.telling import Learnt

PATIENCE = 10.0  # seconds: an emulator that was killed is there again within a few
PAUSE = 0.1
SLOW = 60.0  # seconds for an answer; who waits for a change hears something after twenty


class GoneError(LandbridgeError):
    """The emulator isn't there any more, and nobody has started another."""


class RefusedError(Exception):
    """The emulator doesn't do what it is asked for."""


class Source:
    """`socket` is `api.sock` in the emulator's state folder. Every call may be repeated, and is, while the emulator is being replaced."""

    def __init__(self, socket: Path, patience: float = PATIENCE) -> None:
        self.socket = socket
        self.patience = patience

    async def estate(self, after: int = -1) -> Estate:
        """The estate, as soon as its number is greater than `after`. Raises GoneError."""
        while True:
            found = await asyncio.to_thread(from_json, await self._ask("GET", f"estate?after={after}"))
            if found.number > after:
                return found

    async def credentials(self, instance: str) -> dict[str, str]:
        """Credentials of the instance's role, as its metadata service tells them. Raises GoneError, RefusedError: it has no role."""
        found: dict[str, str] = json.loads(await self._ask("GET", f"credentials?instance={instance}"))
        return found

    async def tell_tunnel(self, outside: IPv4Address, up: bool, message: str, routes: Sequence[Learnt]) -> None:
        """Says how the tunnel with AWS' outside address really is. Raises GoneError, RefusedError: there is none (any more)."""
        await self._tell("tunnel", {"outside": str(outside), "up": up, "message": message, "routes": [asdict(one) for one in routes]})

    async def tell_instance(self, instance: str, impaired: bool) -> None:
        """Says that an instance's machine is dead though nobody ended it, or that it is well again. Raises GoneError, RefusedError."""
        await self._tell("instance", {"instance": instance, "impaired": impaired})

    async def _tell(self, path: str, said: dict[str, Any]) -> None:
        await self._ask("POST", path, json.dumps(said).encode())

    async def _ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        loop = asyncio.get_running_loop()
        end = loop.time() + self.patience
        while True:
            try:
                status, answer = await asyncio.wait_for(self._once(method, path, body), SLOW)
            except (OSError, EOFError, ValueError, TimeoutError) as problem:
                if isinstance(problem, TimeoutError) or loop.time() > end:
                    raise self._gone() from None
                await asyncio.sleep(PAUSE)
                continue
            if status == 200:
                return answer
            raise RefusedError(f"{path.partition('?')[0]}: {status} {answer.decode(errors='replace')[:300]}")

    async def _once(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        token = self.socket.with_name(TOKEN).read_text(encoding="ascii")
        with short(self.socket) as name:
            reader, writer = await asyncio.open_unix_connection(name)
        try:
            head = f"{method} /sandbox/{path} HTTP/1.1\r\nHost: localhost\r\n{HEADER}: {token}\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
            first, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = dict(field.lower().split(": ", 1) for field in fields if ": " in field)
            return int(first.split()[1]), await reader.readexactly(int(named["content-length"]))
        finally:
            writer.close()

    def _gone(self) -> GoneError:
        remedy = f"Its last words are in {self.socket.with_name('log')}. Start it again; its state is in the folder."
        return GoneError(error("lab", f"the embedded AWS doesn't answer any more at {self.socket}.", remedy=remedy))
