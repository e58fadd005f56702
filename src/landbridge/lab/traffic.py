"""Traffic between two hosts, watched for as long as somebody wants: a ping every few milliseconds each way, and a TCP connection.

A ping tells of one way only whether it arrived, whether or not its answer did: so that it is known which direction was broken.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from landbridge.findings import LandbridgeError, error
from landbridge.lab.conversation import Conversation
from landbridge.lab.laboratory import Laboratory
from landbridge.lab.probing import AGAIN_S, Pair, Prober
from landbridge.lab.wireformat import Message

MOST_S = 3600.0


@dataclass(frozen=True, slots=True)
class Gap:
    """From the first ping that was lost to the next that wasn't, in seconds since 1970; `end` is None where none has been yet."""

    begin: float
    end: float | None
    lost: int


def gaps(pings: Iterable[tuple[float, bool]]) -> tuple[Gap, ...]:
    """The gaps in pings: when each was sent, and whether it arrived."""
    found: list[Gap] = []
    begin, lost = 0.0, 0
    for when, good in sorted(pings):
        if good and lost:
            found.append(Gap(begin, when, lost))
            lost = 0
        elif not good:
            begin = begin if lost else when
            lost += 1
    if lost:
        found.append(Gap(begin, None, lost))
    return tuple(found)


@dataclass(slots=True)
class Way:
    """The pings of one direction."""

    pair: Pair
    sent: list[tuple[float, bool]] = field(default_factory=list)
    last: float = 0.0  # the newest of which it is known what became of it

    async def ping(self, prober: Prober) -> None:
        now = time.time()
        arrived = await prober.arrives(self.pair)
        self.sent.append((now, arrived))
        self.last = max(self.last, now)

    def as_json(self) -> Message:
        found = gaps(self.sent)
        return {
            "from": self.pair.source.name,
            "to": self.pair.destination.name,
            "sent": len(self.sent),
            "lost": sum(gap.lost for gap in found),
            "gaps": [[gap.begin, gap.end, gap.lost] for gap in found],
            "last": self.last,
        }


class Traffic:
    """Between the two hosts of a pair, both ways."""

    def __init__(self, lab: Laboratory, source: str, destination: str, interval_s: float) -> None:
        there, back = (_pair(lab, *names) for names in ((source, destination), (destination, source)))
        self._ways = (Way(there), Way(back))
        self._prober = lab.prober
        self._interval_s = interval_s
        self._conversation = Conversation(there)
        self._pings: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Raises LandbridgeError where the two can't talk to begin with."""
        try:
            await self._conversation.begin()
        except OSError as problem:
            self._conversation.close()
            there = self._ways[0].pair
            why = f"{there.source.name} can't connect to {there.destination.name}: {problem or type(problem).__name__}"
            raise LandbridgeError(error("lab", why, remedy="See `landbridge lab status`.")) from None
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (now := loop.time()) - began < MOST_S:
            for way in self._ways:
                ping = asyncio.create_task(way.ping(self._prober))
                self._pings.add(ping)
                ping.add_done_callback(self._pings.discard)
            await asyncio.sleep(max(0.0, self._interval_s - (loop.time() - now)))

    def as_json(self) -> Message:
        """So far: both ways, and the connection."""
        return {"now": time.time(), "ways": [way.as_json() for way in self._ways], "connection": self._conversation.as_json()}

    async def end(self) -> Message:
        """All of it, with what was still under way."""
        if self._task is not None:
            self._task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(4 * AGAIN_S):
                await asyncio.gather(*self._pings)
        found = self.as_json()
        self._conversation.close()
        return found


def _pair(lab: Laboratory, source: str, destination: str) -> Pair:
    for name in (source, destination):
        if name not in {host.name for host in lab.hosts}:
            known = ", ".join(host.name for host in lab.hosts) or "none"
            raise LandbridgeError(error("name", f"no host of the lab is called {name!r:.80}", remedy=f"There are: {known}."))
    return lab.choose(source, destination)[0]
