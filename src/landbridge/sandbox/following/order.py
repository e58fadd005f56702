"""What a follower's first process is told by the command that starts it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from landbridge.artifacts import Artifacts


@dataclass(frozen=True, slots=True)
class FollowOrder:
    """A lab that follows the emulator at `socket`. Its name, the guest root's folder, the pid of the lab's outermost process.

    `artifacts` say which hosts probe, and what they expect; None: nobody probes. An instance's router starts `boot_seconds` after its
    launch, or as soon as its kernel is there.
    """

    name: str
    socket: Path
    artifacts: Artifacts | None
    root: Path
    process: int
    boot_seconds: float
