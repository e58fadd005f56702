"""Running a command as a fresh process and saying what it took."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process and its children took: CPU seconds (user and system), peak memory in MB; and what it printed."""

    cpu: float
    memory: float
    output: str


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run a command in a folder. Raises CalledProcessError with its output if it fails."""
    log = folder / "output.txt"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)), log.read_text())
    return Taken(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, log.read_text())


def best(times: int, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """The run with the least CPU time of some runs, each in a fresh process."""
    return min((run(command, folder, environment) for _ in range(times)), key=lambda taken: taken.cpu)
