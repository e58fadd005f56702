"""The emulator's process: `python -m landbridge.sandbox.server FOLDER [--idle SECONDS]`. FOLDER/server.lock is held while it lives."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from landbridge.sandbox.server import privately, snapshot
from landbridge.sandbox.server.world import WORLD

if TYPE_CHECKING:
    from landbridge.sandbox.server.serving import Application


def main() -> None:
    """Takes the folder, its state, a port, then answers until it is told to end or nobody calls any more."""
    given = argparse.ArgumentParser()
    given.add_argument("folder", type=Path)
    given.add_argument("--idle", type=float, default=None)
    given.add_argument("--quotas", choices=("aws", "raised"), default=None)
    asked = given.parse_args()
    WORLD.folder = asked.folder.absolute()
    held = (WORLD.folder / "server.lock").open("a")
    for _ in range(100):  # whoever asks whether it is held holds it for a moment
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        time.sleep(0.02)
    else:
        sys.exit("another process has this folder")
    _serve(asked.folder, asked.idle, asked.quotas)


def _serve(folder: Path, idle: float | None, quotas: str | None) -> None:
    _settle(folder)
    from werkzeug.serving import WSGIRequestHandler, make_server

    from landbridge.sandbox.server.assembly import assemble

    application = assemble()
    try:
        snapshot.load(folder / "state.pickle")
    except (snapshot.StateError, OSError) as problem:
        sys.exit(str(problem))
    if quotas is not None:
        WORLD.kept.raised = quotas == "raised"

    class Quiet(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # a connection serves many calls
        disable_nagle_algorithm = True  # an answer is two writes

        def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
            if type != "info":
                super().log(type, message, *args)

    server = make_server("127.0.0.1", _port(folder), application, threaded=True, request_handler=Quiet)
    server.daemon_threads = True  # type: ignore[attr-defined]
    WORLD.endpoint = f"http://127.0.0.1:{server.server_port}"

    def end(*_: object) -> None:
        Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    from landbridge.sandbox.server.assembly import begin, finish

    begin(folder / "state.pickle")
    end_private = privately.serve(application, folder, Quiet)
    if idle is not None:
        Thread(target=_watch, args=(application, idle, end), daemon=True).start()
    said = {"pid": os.getpid(), "port": server.server_port}
    aside = folder / "process.new"
    aside.write_text(json.dumps(said), encoding="utf-8")
    aside.replace(folder / "process.json")
    server.serve_forever(poll_interval=0.1)
    end_private()
    finish()
    snapshot.save(folder / "state.pickle")
    os._exit(0)  # whatever thread still waits for something


def _settle(folder: Path) -> None:
    """What the emulator reads from the environment, set before it is loaded."""
    from landbridge.sandbox.server import images

    for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    path = folder / "images.json"
    path.write_text(json.dumps(images.IMAGES), encoding="utf-8")
    os.environ.update(
        MOTO_AMIS_PATH=str(path),
        MOTO_DISABLE_GLOBAL_CORS="true",
        MOTO_ALLOW_NONEXISTENT_REGION="false",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY="127.0.0.1",
        no_proxy="127.0.0.1",
    )
    warnings.simplefilter("ignore")


def _port(folder: Path) -> int:
    """The port of the last time where it is still free, so that who had the address needn't be told another."""
    import socket

    try:
        port = int(json.loads((folder / "port.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        port = 0
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    (folder / "port.json").write_text(str(port), encoding="utf-8")
    return int(port)


def _watch(application: Application, idle: float, end: Callable[[], None]) -> None:
    while application.under_way or time.monotonic() - application.last < idle:
        time.sleep(min(1.0, idle / 4))
    end()


if __name__ == "__main__":
    main()
