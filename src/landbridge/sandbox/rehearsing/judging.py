"""Whether a row is as the network promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from landbridge.sandbox.rehearsing.measuring import Played, Row


def judge(row: Row, played: Played, boot_s: float, routes: int) -> Row:
    """The row, with its limit, and what is wrong with it. `routes` as `Stage` has them."""
    limit = played.scenario.limits[played.kind].from_fault(boot_s)
    return replace(row, limit_s=limit, misses=(*_misses(row, played, limit, routes), *played.wrong))


def _misses(row: Row, played: Played, limit: float, routes: int) -> Iterator[str]:
    if row.back_s > limit:
        yield f"traffic was back after {row.back_s:g} s, not {limit:g} s"
    if row.after_s > limit:
        yield f"after the mending it was out for {row.after_s:g} s, not up to {limit:g} s"
    if row.settled_s is None:
        yield "it hasn't settled"
    if played.kind == "pair":
        if not row.alive:
            yield "the TCP connection has not survived"
        elif not row.heard:
            yield "the TCP connection hears nothing any more"
        most = (1 + routes) * max(1, row.runs)
        if row.moving > most:
            yield f"a failover took {row.moving} calls that write, by {row.runs} runs of heal, not up to {most}"
