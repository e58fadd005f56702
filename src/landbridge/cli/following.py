"""The lab that follows the embedded AWS: starting it, and telling one that runs what a deployment has changed."""

from __future__ import annotations

import pickle
from base64 import b64encode
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landbridge.findings import LandbridgeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from landbridge.artifacts import Artifacts
    from landbridge.lab.guestroot import GuestRoot
    from landbridge.lab.launching import Running

SUPERVISOR = "landbridge.sandbox.following.supervisor"
SOCKET = "api.sock"  # in the emulator's state folder
PATIENCE_S = 40.0  # a tunnel whose first attempt was lost comes up in its second

Record = dict[str, Any]


def start(name: str, folder: Path, artifacts: Artifacts | None, root: GuestRoot, boot_seconds: float) -> AbstractContextManager[Running]:
    """Start a lab that follows the emulator in `folder`; see `launching.start_supervisor`."""
    from landbridge.lab.launching import start_supervisor
    from landbridge.sandbox.following.order import FollowOrder

    return start_supervisor(
        SUPERVISOR, name, lambda process: FollowOrder(name, folder / SOCKET, artifacts, root.folder, process, boot_seconds)
    )


def expect(name: str, artifacts: Artifacts) -> bool:
    """Tell the lab of this name which hosts a network has from now on. Says whether there is one, and it follows."""
    from landbridge.lab import launching

    if name not in launching.names():
        return False
    try:
        launching.ask(name, {"op": "expect", "artifacts": b64encode(pickle.dumps(artifacts)).decode()})
    except LandbridgeError as problem:
        if all(finding.code == "lab" for finding in problem.findings):
            return False  # a lab of artifacts has no such operation
        raise
    return True


def wait(name: str, tell: Callable[[Record], None], patience: float = PATIENCE_S) -> Record:
    """Wait until what is deployed carries every probe, or nothing gets better any more; the last probes, and when what was reached."""
    from landbridge.lab import launching

    return launching.ask(name, {"op": "wait", "patience": patience}, tell)
