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


def follows(name: str) -> bool:
    """Whether a lab of this name runs, and follows the embedded AWS."""
    from landbridge.lab import launching

    if name not in launching.names():
        return False
    try:
        return bool(launching.ask(name, {"op": "caught-up", "number": -1, "seconds": 1})["ok"])
    except LandbridgeError:
        return False  # a lab of artifacts has no such operation


def expect(name: str, artifacts: Artifacts) -> None:
    """Tell a lab that follows which hosts its network has from now on."""
    from landbridge.lab import launching

    launching.ask(name, {"op": "expect", "artifacts": b64encode(pickle.dumps(artifacts)).decode()})


def wait(name: str, tell: Callable[[Record], None], patience: float = PATIENCE_S) -> Record:
    """Wait until what is deployed carries every probe, or nothing gets better any more; the last probes, and when what was reached."""
    from landbridge.lab import launching

    return launching.ask(name, {"op": "wait", "patience": patience}, tell)
