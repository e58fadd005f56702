"""The parts put together: the emulator, the table of what is added to it, and the threads beside it."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

from landbridge.sandbox.server import snapshot
from landbridge.sandbox.server.additions import install
from landbridge.sandbox.server.serving import Application
from landbridge.sandbox.server.world import WORLD


def assemble() -> Application:
    """The application, ready to answer."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    emulator = DomainDispatcherApplication(create_backend_app)
    install(emulator)
    direct: dict[str, Any] = {"health": lambda _: {"ok": True}}
    return Application(emulator, direct, lambda asked, environ: None, lambda: None)  # noqa: ARG005


def begin(path: Path) -> None:
    """Starts what goes on beside the calls."""
    Thread(target=snapshot.keep, args=(path,), daemon=True).start()


def finish() -> None:
    """Ends it."""
    with WORLD.lock:
        WORLD.ending = True
        WORLD.changed.notify_all()
