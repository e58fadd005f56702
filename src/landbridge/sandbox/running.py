"""The emulator's process: found, started, stopped. A state folder has one, which holds a lock, so that no other is taken for it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from landbridge.findings import Finding, LandbridgeError, error
from landbridge.lab.cache import cache_folder

READY = 20.0  # seconds: a slow machine's limit; it is there in two
Quotas = Literal["aws", "raised"]
GOING = 10.0  # seconds until a process that was told to end is killed


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running emulator: where its API is, and its process."""

    endpoint: str
    pid: int
    folder: Path


def folder_of(name: str) -> Path:
    """The state folder of the sandbox with this name."""
    return cache_folder() / "sandbox" / name


def environment(sandbox: Sandbox, account: str = "123456789012") -> dict[str, str]:
    """What an AWS client's environment must hold to talk to it as `account` (an access key of twelve digits is that account)."""
    return {
        "AWS_ENDPOINT_URL": sandbox.endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def running(folder: Path) -> Sandbox | None:
    """The emulator that holds this folder, or None."""
    if not (folder / "server.lock").exists() or _take(folder / "server.lock"):
        return None
    try:
        said = json.loads((folder / "process.json").read_text(encoding="utf-8"))
        return Sandbox(f"http://127.0.0.1:{said['port']}", said["pid"], folder)
    except (OSError, ValueError, KeyError):
        return None  # it is just starting, or just ending


def start(folder: Path, idle: float | None = None, quotas: Quotas | None = None) -> Sandbox:
    """Finds the folder's emulator, or starts it with the state that the folder holds. `idle`: it ends by itself after as many seconds
    without a call. `quotas`: those that AWS gives every account, or so high that none is reached; as they were if it isn't said. Neither
    changes anything for one that runs. Raises LandbridgeError (codes "tool-missing", "cloud")."""
    if find_spec("moto") is None or find_spec("flask") is None:
        raise LandbridgeError(
            error("tool-missing", "the emulator isn't installed.", remedy="Install it: pip install 'landbridge[sandbox]'.")
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(folder):
            found = running(folder)
            return found if found is not None else _launch(folder, idle, quotas)
    except OSError as problem:
        why = f"the sandbox can't use its folder {folder}: {problem.strerror or problem}."
        raise LandbridgeError(error("cloud", why, None, "Make it yours, or name another with LANDBRIDGE_CACHE.")) from None


def stop(folder: Path) -> bool:
    """Ends the folder's emulator, its state kept. Says whether there was one."""
    if not folder.is_dir():
        return False
    with _alone(folder):
        found = running(folder)
        if found is None:
            return False
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(found.pid, number)
            except ProcessLookupError:
                break
            if _gone(folder):
                break
        return True


def reset(folder: Path) -> bool:
    """Ends the folder's emulator and removes its state. Says whether there was any."""
    stop(folder)
    if not folder.is_dir():
        return False
    with _alone(folder):
        shutil.rmtree(folder)
    return True


def _launch(folder: Path, idle: float | None, quotas: Quotas | None) -> Sandbox:
    (folder / "process.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "landbridge.sandbox.server", str(folder)]
    command += ["--idle", str(idle)] if idle is not None else []
    command += ["--quotas", quotas] if quotas is not None else []
    with (folder / "log").open("ab") as log:
        said_before = log.tell()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + READY
    while time.monotonic() < end:
        found = running(folder)
        if found is not None and found.pid == process.pid:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise LandbridgeError(_why_not(folder, (folder / "log").read_bytes()[said_before:].decode(errors="replace")))


def _why_not(folder: Path, said: str) -> Finding:
    """What the process said last, and the way out of it."""
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "it said nothing")
    if last.startswith("the state "):
        remedy = f"Give the state up with `landbridge sandbox reset {folder.name}`, or go on with the version that wrote it."
        return error("cloud", f"the sandbox of {folder} can't be taken up again: {last}.", None, remedy)
    return error("cloud", f"the sandbox of {folder} didn't start: {last}.", None, f"See {folder / 'log'}, and try again.")


def _gone(folder: Path) -> bool:
    end = time.monotonic() + GOING
    while time.monotonic() < end:
        if _take(folder / "server.lock"):
            return True
        time.sleep(0.02)
    return False


def _take(path: Path) -> bool:
    """Whether nobody holds the lock."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
