"""What there is once in the process: the lock that calls take in turn, the state beside the emulator's own, and where the API is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, RLock
from typing import Any

Place = tuple[str, str]  # an account's number and a Region


@dataclass(slots=True)
class Kept:
    """What a restart must bring back and the emulator has no place for."""

    stacks: dict[Place, Any] = field(default_factory=dict)  # of CloudFormation
    waits: dict[str, Any] = field(default_factory=dict)  # instances that a lifecycle hook holds, by token
    instances: dict[str, str] = field(default_factory=dict)  # instance → the state that was last told
    alarms: dict[str, str] = field(default_factory=dict)  # an alarm's ARN → likewise
    ran: dict[str, float] = field(default_factory=dict)  # a schedule's ARN → when it last ran
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)  # access keys that aren't good: their state, and after how many calls
    disabled: set[Place] = field(default_factory=set)  # Regions that an account hasn't enabled
    quotas: dict[tuple[str, str, str, str], float] = field(default_factory=dict)  # raised ones, by account, Region, service, code
    raised: bool = False  # all quotas, so that none is reached
    outside: int = 0  # tunnels' outside addresses handed out
    inside: int = 0  # and inside ranges


class World:
    """The process' one state. `generation` counts changes; a change is told to whoever writes them."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.kept = Kept()
        self.generation = 0
        self.saved = 0
        self.ending = False
        self.endpoint = ""
        self.folder = Path()

    def touch(self) -> int:
        """Says that something changed; hands out the change's number."""
        with self.lock:
            self.generation += 1
            self.changed.notify_all()
            return self.generation


WORLD = World()
