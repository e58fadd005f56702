"""One instance's machine, with what its router was told to run on."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass, field

from landbridge.lab.machine import Machine
from landbridge.sandbox.following.instances.boot import LOADED
from landbridge.sandbox.following.instances.committing import Committed, load, reload


@dataclass(slots=True)
class Running:
    """`wire` is the number of its wire, `waiting` is what is pushed and not yet taken; `life` is the task that keeps the machine alive."""

    machine: Machine
    wire: int
    waiting: Committed | None = None
    life: asyncio.Task[None] | None = None
    _offered: dict[int, Committed] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def script(self, made: Committed, role: str) -> str:
        """What brings the machine from what it runs on to `made`. The machine itself says what that is: a script may have failed."""
        number = next(self._numbers)
        self._offered[number] = made
        before = self.loaded()
        if before is not None:
            return reload(before, made, number)
        self.machine.write(made.recipe.files)
        return load(made, number, role)

    def loaded(self) -> Committed | None:
        """What the machine says it runs on."""
        with suppress(OSError, ValueError):
            number = int((self.machine.folder / LOADED).read_text())
            self._offered = {key: made for key, made in self._offered.items() if key >= number}
            return self._offered.get(number)
        return None
