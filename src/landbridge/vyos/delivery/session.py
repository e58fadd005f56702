"""What delivering needs of a router, whichever way it is reached, and how each way may fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from landbridge.findings import LandbridgeError, error
from landbridge.vyos.asking import ChildSa, IkeSa, Neighbor
from landbridge.vyos.tree import Tree

COMMIT_CONFIRM, AT_JOB, CRON_TASK = "commit-confirm", "at", "task-scheduler"


class ConnectionLostError(Exception):
    """The router doesn't answer any more: what was asked for last may have happened or not."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """What returns the router to its saved configuration unless it is called off: `how`, and the job's number if it has one."""

    how: str
    job: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a router says of its tunnels and BGP sessions."""

    ikes: tuple[IkeSa, ...]
    children: tuple[ChildSa, ...]
    neighbors: tuple[Neighbor, ...]


class Session(Protocol):
    """One connection to one router. Raises LandbridgeError for what the router refuses, ConnectionLostError where it goes silent."""

    release: str

    def live(self) -> Tree:
        """The running configuration."""
        ...

    def unsaved(self) -> bool | None:
        """Whether the running configuration differs from the saved one; None: this way can't tell."""
        ...

    def arm(self, live: Tree, minutes: int) -> Rollback:
        """Choose the rollback; one that isn't part of the commit is scheduled at once."""
        ...

    def commit(self, commands: Sequence[str], rollback: Rollback, minutes: int, seconds: float) -> None:
        """Change the running configuration; refused commands leave it as it was. Silence of `seconds` is a lost connection."""
        ...

    def call_off(self, rollback: Rollback) -> None:
        """Call the rollback off (confirm, where that is how); nothing is saved. One that was called off already is no error."""
        ...

    def save(self) -> None:
        """Save the running configuration."""
        ...

    def ask(self) -> Answers:
        """The state of the tunnels."""
        ...

    def close(self) -> None: ...


Connect = Callable[[], Session]


def refused(what: str, said: str, remedy: str = "") -> LandbridgeError:
    """The error of a router that doesn't do what it was told; `said` are its words, without secrets."""
    plain = "".join(one if one.isprintable() else " " for one in said)
    words = " ".join(plain.split())[:300]
    return LandbridgeError(error("router", f"the router refuses {what}{': ' + words if words else ''}.", remedy=remedy))
