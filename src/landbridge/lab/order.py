"""What a lab's first process is told by the command that starts it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from landbridge.artifacts import Artifacts


@dataclass(frozen=True, slots=True)
class Order:
    """A lab to build: its name, what it runs, the guest root's folder, and the pid of the lab's outermost process.

    It counts as up once all is reachable, or once nothing more has become so for `patience` seconds.
    """

    name: str
    artifacts: Artifacts
    root: Path
    process: int
    patience: float
