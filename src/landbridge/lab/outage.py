"""How long a fault is felt: pings every few milliseconds between pairs of hosts while something breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from landbridge.lab.laboratory import Laboratory
from landbridge.lab.probing import AGAIN_S, Pair, Prober
from landbridge.lab.wireformat import Message

BEFORE_S = 1.0
CALM_S = 3.0  # all pairs good for that long: it's over
LAST = 10  # pings at the end of which one must be answered: a single lost packet is no lost network


@dataclass(slots=True)
class Stream:
    """The pings of one pair: when each was sent, and whether it was answered."""

    pair: Pair
    sent: list[tuple[float, bool]] = field(default_factory=list)

    async def ping(self, prober: Prober, now: float) -> None:
        self.sent.append((now, await prober.ping(self.pair)))

    def longest(self) -> float:
        """The longest time in seconds from a ping that was lost to the next that wasn't (or to the end)."""
        longest, since = 0.0, None
        for when, good in sorted(self.sent):
            if good and since is not None:
                longest, since = max(longest, when - since), None
            elif not good and since is None:
                since = when
        if since is not None:
            longest = max(longest, max(self.sent)[0] - since)
        return longest

    def good_at_last(self) -> bool:
        return any(good for _, good in sorted(self.sent)[-LAST:])

    def calm_since(self) -> float:
        """When the last lost ping was sent (0: none was)."""
        return max((when for when, good in self.sent if not good), default=0.0)


async def outages(lab: Laboratory, fail: Callable[[], Awaitable[Any]], request: Message, tell: Callable[[Message], None]) -> Message:
    """Ping between `from` and `to` (both ways) while `fail` breaks something; until all is calm again, or for `seconds` at most.

    Gives for each pair that lost pings the longest outage in seconds, and the number of pings sent and lost.
    """
    loop = asyncio.get_running_loop()
    chosen = lab.choose(request.get("from"), request.get("to")) + lab.choose(request.get("to"), request.get("from"))
    streams = [Stream(pair) for pair in dict.fromkeys(chosen)]
    interval = float(request.get("interval_ms") or 100) / 1000
    pings: set[asyncio.Task[None]] = set()
    began = loop.time()
    failed_at: float | None = None
    while (now := loop.time()) - began < float(request["seconds"]) + BEFORE_S:
        for stream in streams:
            ping = asyncio.create_task(stream.ping(lab.prober, now))
            pings.add(ping)
            ping.add_done_callback(pings.discard)
        if failed_at is None and now - began >= BEFORE_S:
            failed_at = now
            await fail()
        if failed_at is not None:
            last = max(stream.calm_since() for stream in streams)
            silent = sum(1 for stream in streams if stream.sent and not stream.sent[-1][1])
            tell({"event": "outage", "seconds": round(now - failed_at, 1), "silent": silent, "pairs": len(streams)})
            if last and not silent and now - last > CALM_S + AGAIN_S:
                break
        await asyncio.sleep(max(0.0, interval - (loop.time() - now)))
    await asyncio.gather(*pings)
    felt = [stream for stream in streams if stream.calm_since()]
    return {
        "pairs": len(streams),
        "sent": sum(len(stream.sent) for stream in streams),
        "lost": sum(not good for stream in streams for _, good in stream.sent),
        "recovered": all(stream.good_at_last() for stream in streams if stream.sent),
        "longest_s": round(max((stream.longest() for stream in felt), default=0.0), 2),
        "outages": [
            {"from": stream.pair.source.name, "to": stream.pair.destination.name, "seconds": round(stream.longest(), 2)} for stream in felt
        ],
    }
