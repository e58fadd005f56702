"""What a client can ask any running lab for, one request a connection."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from landbridge.findings import LandbridgeError, error
from landbridge.lab import hosts
from landbridge.lab.capture import capture
from landbridge.lab.laboratory import Laboratory
from landbridge.lab.outage import outages
from landbridge.lab.probing import Protocol as By
from landbridge.lab.traffic import Traffic
from landbridge.lab.wireformat import Message, encode, failure, peer_is_ours

PROTOCOLS: tuple[By, ...] = ("icmp", "tcp")
MOST_S = 60  # of a probe
Tell = Callable[[Message], None]
Operation = Callable[[Message, Tell], Awaitable[Any]]


class Breaking(Protocol):
    """What breaks things in a lab, and mends them; both give what is broken then, in words, by name."""

    async def fail(self, name: str, how: Message) -> dict[str, str]: ...

    async def mend(self, name: str | None) -> dict[str, str]: ...


class Service:
    """Serves clients. `ended` is set once the lab shall go; `process` is the lab's outermost."""

    def __init__(self, lab: Laboratory, faults: Breaking, process: int, more: dict[str, Operation]) -> None:
        self.ended = asyncio.Event()
        self._lab = lab
        self._faults = faults
        self._process = process
        self._traffic: Traffic | None = None
        self._operations: dict[str, Operation] = {
            "probe": self._probe,
            "exec": self._exec,
            "capture": self._capture,
            "fail": self._fail,
            "mend": self._mend,
            "outages": self._outages,
            "traffic": self._begin_traffic,
            "traffic-so-far": self._traffic_so_far,
            "traffic-end": self._end_traffic,
            "down": self._down,
            **more,
        }

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
        try:
            request = json.loads(await reader.readline())
            if request["op"] not in self._operations:
                raise LandbridgeError(error("lab", f"this lab can't do that: {request['op']!r:.80}"))
            return {"result": await self._operations[request["op"]](request, tell)}
        except LandbridgeError as problem:
            return failure(problem)
        except ConnectionError:
            raise
        except Exception as problem:
            return failure(LandbridgeError(error("lab", f"the lab can't do this: {type(problem).__name__}: {str(problem)[:200]}")))

    async def _probe(self, request: Message, _: Tell) -> Message:
        chosen = self._lab.choose(request.get("from"), request.get("to"))
        protocols = request.get("protocols") or list(PROTOCOLS)
        if not set(protocols) <= set(PROTOCOLS):
            raise LandbridgeError(error("name", f"probes are by {' and '.join(PROTOCOLS)}, not {', '.join(map(str, protocols))}"))
        seconds = float(request.get("seconds") or 2)
        if not 0 < seconds <= MOST_S:
            raise LandbridgeError(error("lab", f"a probe may take up to {MOST_S} s, not {seconds:g}"))
        probes = await self._lab.probe(chosen, protocols, seconds)
        return {"ok": all(probe.ok for probe in probes), "probes": [probe.as_json() for probe in probes]}

    async def _exec(self, request: Message, _: Tell) -> Message:
        name, words, seconds = request["name"], request["command"], float(request["seconds"])
        if name in self._lab.machines:
            done = await self._lab.machine(name).run_words(words, seconds)
        else:
            done = await hosts.run(self._lab, name, words, seconds)
        return {"status": done.status, "out": done.out.decode(errors="replace"), "err": done.err.decode(errors="replace")}

    async def _capture(self, request: Message, _: Tell) -> Message:
        return await capture(self._lab, request["name"], request.get("interface"), float(request["seconds"]), int(request["packets"]))

    async def _fail(self, request: Message, _: Tell) -> Message:
        return {"faults": await self._faults.fail(request["name"], request)}

    async def _mend(self, request: Message, _: Tell) -> Message:
        return {"faults": await self._faults.mend(request["name"])}

    async def _outages(self, request: Message, tell: Tell) -> Message:
        fault = request["fail"]
        return await outages(self._lab, lambda: self._faults.fail(fault["name"], fault), request, tell)

    async def _begin_traffic(self, request: Message, _: Tell) -> Message:
        """Watched from now on, between the hosts `from` and `to`, one traffic at a time."""
        if self._traffic is not None:
            await self._traffic.end()
            self._traffic = None
        traffic = Traffic(self._lab, request["from"], request["to"], float(request["interval_ms"]) / 1000)
        await traffic.begin()
        self._traffic = traffic
        return traffic.as_json()

    async def _traffic_so_far(self, _: Message, __: Tell) -> Message:
        return self._watched().as_json()

    async def _end_traffic(self, _: Message, __: Tell) -> Message:
        traffic, self._traffic = self._watched(), None
        return await traffic.end()

    def _watched(self) -> Traffic:
        if self._traffic is None:
            raise LandbridgeError(error("lab", "no traffic is being watched"))
        return self._traffic

    async def _down(self, _: Message, __: Tell) -> Message:
        await self._lab.down()
        self.ended.set()
        return {"process": self._process}
