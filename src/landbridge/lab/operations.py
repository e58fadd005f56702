"""What a client can ask a running lab for, one method an operation."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

from landbridge.findings import LandbridgeError, error
from landbridge.lab import hosts
from landbridge.lab.capture import capture
from landbridge.lab.faults import Faults
from landbridge.lab.network import LabNetwork
from landbridge.lab.outage import outages
from landbridge.lab.probing import Protocol
from landbridge.lab.status import status
from landbridge.lab.wireformat import Message, encode, failure, peer_is_ours

PROTOCOLS: tuple[Protocol, ...] = ("icmp", "tcp")
Tell = Callable[[Message], None]


class Operations:
    """Serves clients, one request a connection. `ended` is set once the lab shall go."""

    def __init__(self, lab: LabNetwork, process: int) -> None:
        self.lab = lab
        self.process = process
        self.ended = asyncio.Event()
        self.faults = Faults(lab)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection: socket.socket = writer.get_extra_info("socket")
        try:
            if peer_is_ours(connection):
                writer.write(encode(await self._answer(reader, lambda message: writer.write(encode(message)))))
                await writer.drain()
        except ConnectionError:
            pass  # the client has gone: nobody to tell
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, tell: Tell) -> Message:
        """The result of a request, or the findings that say why there is none; whatever is asked, the lab goes on."""
        operations: dict[str, Callable[[Message, Tell], Awaitable[Any]]] = {
            "status": self._status,
            "probe": self._probe,
            "exec": self._exec,
            "capture": self._capture,
            "fail": self._fail,
            "mend": self._mend,
            "outages": self._outages,
            "claims": self._claims,
            "down": self._down,
        }
        try:
            request = json.loads(await reader.readline())
            return {"result": await operations[request["op"]](request, tell)}
        except LandbridgeError as problem:
            return failure(problem)
        except ConnectionError:
            raise
        except Exception as problem:
            return failure(LandbridgeError(error("lab", f"the lab can't do this: {type(problem).__name__}: {str(problem)[:200]}")))

    async def _status(self, _: Message, __: Tell) -> Message:
        return await status(self.lab, self.faults)

    async def _probe(self, request: Message, _: Tell) -> Message:
        chosen = self.lab.choose(request.get("from"), request.get("to"))
        protocols = request.get("protocols") or list(PROTOCOLS)
        if not set(protocols) <= set(PROTOCOLS):
            raise LandbridgeError(error("name", f"probes are by {' and '.join(PROTOCOLS)}, not {', '.join(map(str, protocols))}"))
        probes = await self.lab.probe(chosen, protocols, float(request.get("seconds") or 2))
        return {"ok": all(probe.ok for probe in probes), "probes": [probe.as_json() for probe in probes]}

    async def _exec(self, request: Message, _: Tell) -> Message:
        name, words, seconds = request["name"], request["command"], float(request["seconds"])
        if name in self.lab.machines:
            done = await self.lab.machine(name).run_words(words, seconds)
        else:
            done = await hosts.run(self.lab, name, words, seconds)
        return {"status": done.status, "out": done.out.decode(errors="replace"), "err": done.err.decode(errors="replace")}

    async def _capture(self, request: Message, _: Tell) -> Message:
        return await capture(self.lab, request["name"], request.get("interface"), float(request["seconds"]), int(request["packets"]))

    async def _fail(self, request: Message, _: Tell) -> Message:
        return {"faults": await self.faults.fail(request["name"], request)}

    async def _mend(self, request: Message, _: Tell) -> Message:
        return {"faults": await self.faults.mend(request["name"])}

    async def _outages(self, request: Message, tell: Tell) -> Message:
        return await outages(self.lab, self.faults, request, tell)

    async def _claims(self, _: Message, __: Tell) -> Message:
        return {"now": time.monotonic(), "claims": [claim.as_json() for claim in self.lab.roles.claims]}

    async def _down(self, _: Message, __: Tell) -> Message:
        await self.lab.down()
        self.ended.set()
        return {"process": self.process}
