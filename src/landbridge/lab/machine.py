"""A machine: a kernel of its own (User-Mode Linux) as one process, its console, and jobs run in it.

Killing the process is a power cut, stopping it (SIGSTOP) a hang; starting it again on the same wires is the replacement.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import shlex
import shutil
import signal
import struct
import sys
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from landbridge.findings import LandbridgeError, error
from landbridge.lab.fabric import MACHINE_MAC, Wire
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.recipes import Recipe

MEMORY_MB = 128
LOST_S = 1.0
MOST_COMPLAINTS = 20
# A raw socket hears what leaves by its device, too, and so a kernel all that it said itself. A filter (linux/filter.h: struct sock_filter)
# that takes no packet of type PACKET_OUTGOING: ld #type; jeq #4, drop; drop: ret 0; ret #262144
INWARD = struct.pack("=" + 4 * "HBBI", 0x20, 0, 0, 0xFFFFF004, 0x15, 0, 1, 4, 0x06, 0, 0, 0, 0x06, 0, 0, 0x40000)
# Benchmarks that the kernel runs at boot to choose a RAID implementation: a second that nothing here needs
BLACKLIST = "raid6_select_algo,calibrate_xor_blocks"


@dataclass(frozen=True, slots=True)
class Done:
    """How a job in a machine ended, and what it said."""

    status: int
    out: bytes
    err: bytes


class Machine:
    """One machine. `lab` is the name of its lab, `folder` its own folder, on the lab's tmpfs: the recipe's files, its logs and its jobs."""

    def __init__(self, recipe: Recipe, wires: Sequence[Wire], root: GuestRoot, folder: Path, lab: str) -> None:
        self.name = recipe.name
        self.recipe = recipe
        self.wires = wires
        self.root = root
        self.folder = folder
        self.lab = lab
        self.complaints: list[str] = []
        self.hung = False
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._reminder: asyncio.Task[None] | None = None
        self._stages: dict[str, asyncio.Event] = {}
        self._jobs: dict[int, asyncio.Future[int]] = {}
        self._numbers = itertools.count(1)
        self._starts = 0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def starts(self) -> int:
        """How often it was started."""
        return self._starts

    def reached(self, stage: str) -> bool:
        return self.running and stage in self._stages and self._stages[stage].is_set()

    async def power_on(self) -> None:
        """Start the kernel. The rest of the way up is `stage` by stage."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "jobs").mkdir(parents=True)
        self.write(self.recipe.files)
        self._stages = {stage: asyncio.Event() for stage in self.recipe.stages}
        self._starts += 1
        self.hung = False
        scratch = self.folder.parent
        self._process = await asyncio.create_subprocess_exec(
            *self._command(scratch),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"LD_PRELOAD": str(self.root.ptrace), "TMPDIR": str(scratch), "PATH": os.defpath},
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process))
        self._reminder = asyncio.create_task(self._remind(self._process))

    def write(self, files: Mapping[str, str]) -> None:
        """Put files into the machine's folder, each whole at once: it may be reading them."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.new")
            fresh.write_text(text)
            if text.startswith("#!"):
                fresh.chmod(0o755)
            fresh.replace(path)

    def _command(self, scratch: Path) -> list[str]:
        inward = scratch / ".inward"
        inward.write_bytes(INWARD)
        return [
            str(self.root.kernel),
            f"mem={MEMORY_MB}M",
            "root=/dev/root",
            "rootfstype=hostfs",
            f"rootflags={self.root.folder}",
            "ro",
            "init=/guest/init",
            f"LAB={self.folder}",
            f"LAB_NAME={self.lab}",  # for people who look at the process list
            f"LAB_START={self._starts}",
            f"initcall_blacklist={BLACKLIST}",
            "con=null",
            "con0=fd:0,fd:1",
            "quiet",
            "panic=-1",
            f"umid={self.name}.{self._starts}",
            f"uml_dir={scratch}/",
            *(f"vec{wire.number}:transport=raw,ifname={wire.raw},mac={MACHINE_MAC},depth=256,bpffile={inward}" for wire in self.wires),
        ]

    async def stage(self, name: str) -> None:
        """Wait until the machine is that far. Raises LandbridgeError if it dies on the way."""
        process, reader = self._process, self._reader
        if process is None or reader is None:
            raise LandbridgeError(error("lab", f"{self.name} is switched off"))
        waiting = asyncio.create_task(self._stages[name].wait())
        await asyncio.wait({waiting, reader}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            raise LandbridgeError(error("lab", f"the machine {self.name} died before it was {name}{self._last_words()}"))

    def _last_words(self) -> str:
        return f": {self.complaints[-1]}" if self.complaints else ""

    def go_on(self, *lines: str) -> None:
        """Answer the boot script, which waits for a line (or for several, and a single dot)."""
        self._write(*lines)

    def _write(self, *lines: str) -> None:
        process = self._process
        if process is None or process.stdin is None or process.returncode is not None:
            raise LandbridgeError(error("lab", f"{self.name} is switched off"))
        process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    async def _remind(self, process: asyncio.subprocess.Process) -> None:
        """UML misses now and then, under load, that something has come to its console, and sleeps on: whatever comes next wakes it.

        So what it leaves unread gets a blank line after it, which the boot script takes for nothing.
        """
        assert process.stdin is not None
        pipe, before = process.stdin.transport.get_extra_info("pipe"), 0
        while process.returncode is None and not pipe.closed:
            unread = int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)
            if unread and unread == before and not self.hung:
                self._write("")
            before = unread
            await asyncio.sleep(LOST_S)
        with suppress(ProcessLookupError):  # its helpers hold its console open, and whoever listens would never hear that it died
            os.killpg(process.pid, signal.SIGKILL)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            with suppress(ValueError):  # a line without end: it is left out
                line = await process.stdout.readline()
                if not line:
                    break
                self._hear(line.decode(errors="replace"))
        await process.wait()
        for waiting in self._jobs.values():
            if not waiting.done():
                waiting.set_exception(LandbridgeError(error("lab", f"{self.name} was switched off")))
        self._jobs.clear()

    def _hear(self, line: str) -> None:
        """A line of the console: the boot script's words, or whatever else the machine says."""
        match line.split():
            case ["@", "job", number, status] if number.isdecimal() and status.isdecimal():
                waiting = self._jobs.pop(int(number), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(int(status))
            case ["@", stage] if stage in self._stages:
                self._stages[stage].set()
            case ["!", *words]:
                self.complain(" ".join(words))

    async def run(self, script: str, seconds: float = 30.0) -> Done:
        """Run a shell script in the machine. Raises LandbridgeError if the machine is off, hangs, or takes longer than `seconds`."""
        if not self.reached("up"):
            raise LandbridgeError(
                error("lab", f"{self.name} isn't up", remedy=f"See `landbridge lab status`; `landbridge lab mend {self.name}`.")
            )
        number = next(self._numbers)
        job = self.folder / "jobs" / str(number)
        job.write_text(f". /guest/real\n{script}\n")
        waiting = self._jobs[number] = asyncio.get_running_loop().create_future()
        self._write(str(number))
        out, err, ended = (job.with_suffix(suffix) for suffix in (".out", ".err", ".status"))
        try:
            status = await self._status(waiting, ended, seconds)
            return Done(status, out.read_bytes(), err.read_bytes())
        finally:
            self._jobs.pop(number, None)
            for path in (job, out, err, ended):
                path.unlink(missing_ok=True)

    async def _status(self, waiting: asyncio.Future[int], ended: Path, seconds: float) -> int:
        """A job's exit status: from the console, at once, or, where a line of that was lost, from the file that the job leaves."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while (left := deadline - loop.time()) > 0:
            await asyncio.wait({waiting}, timeout=min(left, LOST_S))
            if waiting.done():
                return waiting.result()
            if ended.exists() and (text := ended.read_text().strip()).isdigit():
                return int(text)
        raise LandbridgeError(error("lab", f"{self.name} hasn't answered within {seconds:g} s"))

    async def run_words(self, words: Sequence[str], seconds: float = 30.0) -> Done:
        """Run one command in the machine."""
        return await self.run(shlex.join(words), seconds)

    async def ended(self) -> None:
        """Wait until it is off, for whatever reason."""
        if self._reader is not None:
            await asyncio.wait({self._reader})

    def complain(self, words: str) -> None:
        """Add to what its boot said."""
        if len(self.complaints) < MOST_COMPLAINTS:
            self.complaints.append("".join(one if one.isprintable() else "?" for one in words)[:500])

    def hang(self) -> None:
        """Stop the machine where it stands; nothing is said to anyone."""
        self._signal(signal.SIGSTOP)
        self.hung = True

    def wake(self) -> None:
        self._signal(signal.SIGCONT)
        self.hung = False

    async def power_off(self) -> None:
        """A power cut."""
        if self._process is None or self._reader is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._reader
        if self._reminder is not None:
            self._reminder.cancel()
        self.hung = False

    def _signal(self, number: signal.Signals) -> None:
        if not self.running or self._process is None:
            raise LandbridgeError(error("lab", f"{self.name} is switched off"))
        os.kill(self._process.pid, number)  # its helpers are traced by it: they stand still by themselves

    def log(self, name: str, offset: int = 0) -> str:
        """What a daemon has written to its log (`charon.log`, `frr.log`) since `offset`."""
        try:
            with (self.folder / name).open("rb") as handle:
                handle.seek(offset)
                return handle.read().decode(errors="surrogateescape")
        except FileNotFoundError:
            return ""
