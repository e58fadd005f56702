"""Walking a graph with many hands: each node as soon as all that it waits for are done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from landbridge.aws.deploying.graph import Graph
from landbridge.findings import LandbridgeError

HANDS = 24
LOOK_UP_S = 0.5  # how long a signal (Ctrl-C) may wait until it is seen

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Walk(Generic[T]):
    """What became of each node: done, failed, or not begun, because it waits for these that failed."""

    done: dict[str, T]
    failed: dict[str, LandbridgeError]
    waiting: dict[str, tuple[str, ...]]


def walk(graph: Graph, work: Callable[[str], T], stop: threading.Event, hands: int = HANDS) -> Walk[T]:
    """Do `work` for every node of a graph that has no circle.

    What fails with a LandbridgeError holds up only what waits for it. Whatever else is raised (an interruption, a bug) ends the whole:
    `stop` is set, which work that waits must heed, and it is raised again when all hands rest.
    """
    done: dict[str, T] = {}
    failed: dict[str, LandbridgeError] = {}
    under_way: dict[Future[T], str] = {}
    with ThreadPoolExecutor(hands, thread_name_prefix="stack") as pool:
        try:
            left = dict(graph)
            while left or under_way:
                for name in [name for name, needs in left.items() if done.keys() >= set(needs)]:
                    under_way[pool.submit(work, name)] = name
                    del left[name]
                if not under_way:
                    break  # all that is left waits for what failed
                for future in wait(under_way, LOOK_UP_S, FIRST_COMPLETED).done:
                    name = under_way.pop(future)
                    try:
                        done[name] = future.result()
                    except LandbridgeError as problem:
                        failed[name] = problem
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)  # those not begun; leaving the pool waits for the others
            raise
    return Walk(done, failed, {name: _held_up(name, graph, failed) for name in graph if name not in done and name not in failed})


def _held_up(name: str, graph: Graph, failed: dict[str, LandbridgeError]) -> tuple[str, ...]:
    """The failed ones that a node waits for, however far off."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        for need in graph[ahead.pop()]:
            if need not in seen:
                seen.add(need)
                ahead.append(need)
    return tuple(other for other in graph if other in seen and other in failed)
