"""Starting a lab, and finding one that runs.

A lab is reached by a socket in the abstract name space: it leaves no file, and is gone with the lab.
"""

from __future__ import annotations

import errno
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from landbridge.artifacts import Artifacts
from landbridge.findings import LandbridgeError, error
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.order import Order
from landbridge.lab.wireformat import STAY, Message, decode, encode, peer_is_ours, raise_failure

END_S = 10.0
NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
PATIENCE_S = 30.0
SPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
USER = ("--user", "--map-root-user")
REMEDY = (
    "Ubuntu 24.04 and others restrict user namespaces: run `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0` or"
    " `sudo sysctl kernel.unprivileged_userns_clone=1`, or run the lab as root."
)


class Running:
    """A lab that has just been started, on its leash: it ends with this value unless it is told to stay."""

    def __init__(self, process: subprocess.Popen[bytes], leash: socket.socket, name: str) -> None:
        self.name = name
        self._process = process
        self._leash = leash
        self._lines = leash.makefile("rb")

    def wait(self, tell: Callable[[Message], None]) -> Message:
        """Wait until the lab is up; `tell` gets each event. Raises LandbridgeError if it doesn't come up."""
        for line in self._lines:
            message = decode(line)
            raise_failure(message)
            if "result" in message:
                result: Message = message["result"]
                return result
            tell(message)
        raise LandbridgeError(error("lab", f"the lab ended while it came up: {self._last_words()}"))

    def _last_words(self) -> str:
        self._process.wait()
        assert self._process.stderr is not None
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else "it said nothing"

    def stay(self) -> None:
        """Let it go on without this process."""
        self._leash.sendall(STAY)
        self._lines.close()
        self._leash.close()

    def end(self) -> None:
        """Take it down and wait until nothing of it is left."""
        with suppress(OSError):
            self._leash.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start(name: str, artifacts: Artifacts, root: GuestRoot, patience: float = PATIENCE_S) -> AbstractContextManager[Running]:
    """Start a lab of artifacts, called `name`; `patience` is `Order`'s. See `start_supervisor`."""
    return start_supervisor("landbridge.lab.supervisor", name, lambda process: Order(name, artifacts, root.folder, process, patience))


@contextmanager
def start_supervisor(module: str, name: str, order: Callable[[int], object]) -> Iterator[Running]:
    """Start a lab called `name`. It ends with the `with` block, however that ends, unless it was told to stay.

    `module` is its first process' (`supervisor.run`); `order` makes what that is told, from the pid of its outermost process. Raises
    LandbridgeError where one of that name runs already, or where this machine doesn't allow namespaces.
    """
    clients = _listen(name)
    spaces = allowed()
    ours, theirs = socket.socketpair()
    handles = (clients.fileno(), theirs.fileno())
    command = ["unshare", *spaces, sys.executable, "-m", module, *map(str, handles), name]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, pass_fds=handles, start_new_session=True
    )
    clients.close()
    theirs.close()
    running = Running(process, ours, name)
    stays = False
    try:
        payload = pickle.dumps(order(process.pid))
        with suppress(BrokenPipeError):  # it died at once: `wait` says why
            ours.sendall(len(payload).to_bytes(8) + payload)
        yield running
        stays = ours.fileno() == -1
    finally:
        if not stays:
            running.end()


def _listen(name: str) -> socket.socket:
    clients = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        clients.bind(_address(name))
    except OSError as problem:
        clients.close()
        if problem.errno != errno.EADDRINUSE:
            raise
        raise LandbridgeError(
            error(
                "lab", f"a lab called {name} is running already", remedy=f"`landbridge lab down --name {name}`, or choose another --name."
            )
        ) from None
    clients.listen(64)
    return clients


def _address(name: str) -> str:
    if not NAME.fullmatch(name):
        remedy = "Use letters, digits, '-', '_' and '.', 64 at most."
        raise LandbridgeError(error("name", f"a lab can't be called {name!r:.80}", remedy=remedy))
    return f"\0landbridge/{os.getuid()}/{name}"


def allowed() -> tuple[str, ...]:
    """The namespaces to make: without root's help where user namespaces are allowed, else as root."""
    if shutil.which("unshare") is None:
        raise LandbridgeError(error("tool-missing", "there is no `unshare` here", remedy="Install util-linux."))
    for spaces in ((*USER, *SPACES), SPACES):
        tried = subprocess.run(
            ["unshare", *spaces, "mount", "-t", "tmpfs", "landbridge", "/run"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if tried.returncode == 0:
            return spaces
    raise LandbridgeError(error("permission", "this machine doesn't let you make the namespaces that a lab lives in", remedy=REMEDY))


def names() -> list[str]:
    """The names of this user's labs that run."""
    prefix = f"@landbridge/{os.getuid()}/"
    found = set()
    for line in Path("/proc/net/unix").read_text(errors="replace").splitlines():
        path = "".join(line.split(" ", 7)[7:])
        if path.startswith(prefix) and NAME.fullmatch(path.removeprefix(prefix)):
            found.add(path.removeprefix(prefix))
    return sorted(found)


def ask(name: str, request: Message, tell: Callable[[Message], None] = lambda _: None) -> Message:
    """Ask a running lab for something; `tell` gets the events on the way. Raises LandbridgeError where it says no, or isn't there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(_address(name))
        except OSError:
            others = names()
            remedy = f"Running are: {', '.join(others)}." if others else "Start it with `landbridge lab up`."
            raise LandbridgeError(error("lab", f"no lab called {name} is running", remedy=remedy)) from None
        if not peer_is_ours(connection):  # anybody can take any name
            raise LandbridgeError(error("permission", f"the lab called {name} isn't yours", remedy="Choose another --name."))
        with suppress(ConnectionError), connection.makefile("rb") as lines:
            connection.sendall(encode(request))
            for line in lines:
                message = decode(line)
                raise_failure(message)
                if "result" in message:
                    result: Message = message["result"]
                    return result
                tell(message)
    raise LandbridgeError(error("lab", f"the lab {name} ended before it answered"))


def take_down(name: str) -> None:
    """Take a lab down and wait until its first process, and with it everything of the lab, has gone."""
    answer = ask(name, {"op": "down"})
    first = Path("/proc", str(answer["process"]))
    deadline = time.monotonic() + END_S
    while first.exists() and _alive(first):
        if time.monotonic() > deadline:
            os.kill(int(first.name), signal.SIGKILL)
        time.sleep(0.02)


def _alive(process: Path) -> bool:
    """A zombie has gone too: nobody but its parent can bury it."""
    with suppress(OSError):
        return "State:\tZ" not in (process / "status").read_text()
    return False
