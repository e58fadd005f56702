"""What moves while a command works: on standard error, and only where that is a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from landbridge.cli import output

if TYPE_CHECKING:
    from rich.progress import Progress

    from landbridge.aws.deploying.model import Event
    from landbridge.aws.operating.model import Event as Step

KINDS = ("machines", "tunnels", "sessions")
TITLES = {"machines": "machines up", "tunnels": "IPsec tunnels", "sessions": "BGP sessions"}


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(30), TextColumn("{task.fields[count]}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(file=sys.stderr), transient=True, disable=not sys.stderr.isatty())


@contextmanager
def far() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Bars for machines, tunnels and sessions; gives what takes a lab's events."""
    with _bars() as bars:
        tasks = {kind: bars.add_task(TITLES[kind], total=None, count="") for kind in KINDS}

        def tell(event: dict[str, Any]) -> None:
            if event["event"] == "progress":
                for kind, task in tasks.items():
                    done, total = event[kind], event[f"{kind}_of"]
                    bars.update(task, completed=done, total=total, count=f"{done}/{total}")

        yield tell


@contextmanager
def guest_root_progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for making the guest root; nothing is shown if it is there already."""
    with _bars() as bars:
        tasks: dict[str, Any] = {}

        def progress(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=of or None, count="")
            count = f"{done / 1e6:.0f} of {of / 1e6:.0f} MB" if of > 10_000 else ""
            bars.update(tasks[step], completed=done, total=of or None, count=count)

        yield progress


@contextmanager
def waiting(what: str, seconds: float) -> Iterator[None]:
    """A bar that fills in so many seconds."""
    ended = threading.Event()
    with _bars() as bars:
        task = bars.add_task(what, total=seconds, count="")

        def fill() -> None:
            began = time.monotonic()
            while not ended.wait(0.2):
                bars.update(task, completed=min(seconds, time.monotonic() - began))

        thread = threading.Thread(target=fill, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def stages(after_s: float = 2.0) -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each stage of what usually takes no time, once it has taken so long; gives what takes a stage, done and of how many."""
    began = time.monotonic()
    bars = _bars()
    tasks: dict[str, Any] = {}

    def tell(stage: str, done: int, of: int) -> None:
        if not tasks:
            if time.monotonic() - began < after_s:
                return
            bars.start()
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=of or None, count="")
        bars.update(tasks[stage], completed=done, total=of or None, count=f"{done:,}/{of:,}")

    try:
        yield tell
    finally:
        bars.stop()


@contextmanager
def outage_progress(what: str, seconds: float) -> Iterator[Callable[[dict[str, Any]], None]]:
    """How many pairs of hosts are silent while something is broken; gives what takes a lab's events."""
    with _bars() as bars:
        task = bars.add_task(f"{what} is cut", total=seconds, count="")

        def tell(event: dict[str, Any]) -> None:
            bars.update(task, completed=event["seconds"], count=f"{event['silent']} of {event['pairs']} pairs silent")

        yield tell


@contextmanager
def stacks(of: int) -> Iterator[Callable[[Event], None]]:
    """How many stacks are complete; gives what takes a deployment's events."""
    with _bars() as bars:
        task = bars.add_task("stacks complete", total=of, count=f"0/{of}")
        complete: set[str] = set()

        def tell(event: Event) -> None:
            if not event.resource and event.status.endswith("_COMPLETE") and "ROLLBACK" not in event.status:
                complete.add(event.stack)
            bars.update(task, completed=len(complete), count=f"{len(complete)}/{of}")

        yield tell


@contextmanager
def changes(quiet: bool) -> Iterator[Callable[[Step], None]]:
    """What a planned change waits for, and a line for each step that has ended; gives what takes its events."""
    from rich.text import Text

    with _bars() as bars:
        task = bars.add_task("", total=None, count="", visible=False)
        said: set[tuple[str, ...]] = set()

        def tell(event: Step) -> None:
            lacking = ", ".join(event.lacks)
            if event.seconds is None:
                bars.update(task, description=f"{event.of}: {event.what}", count=lacking[:80], visible=True)
                line = f"{event.of}: {event.what}, not yet: {lacking}"
                new = (event.of, event.what, *event.lacks) not in said
                said.add((event.of, event.what, *event.lacks))
                shown = new and bars.disable
            else:
                bars.update(task, visible=False)
                line = f"{event.of}: {event.what}{', not' if lacking else ''} after {event.seconds:g} s{f': {lacking}' if lacking else ''}"
                shown = True
            if shown and not quiet:
                if bars.disable:
                    output.note(line)
                else:
                    bars.console.print(Text(line))

        yield tell
