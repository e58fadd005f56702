"""The API once more, on a Unix socket in the state folder: a path goes where a loopback doesn't.

The sandbox's own paths that show keys are here alone, and for who has read the folder's token: what a laboratory's machines say to
the API comes by this socket too.
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from landbridge.sandbox.server.foreign import Foreign

SOCKET = "api.sock"
TOKEN = "api.token"
HEADER = "X-Landbridge-Token"
_PRIVATE = "landbridge.private"  # in the environment of a call: the token that it must know


def serve(application: Callable[..., Foreign], folder: Path, handler: Foreign) -> Callable[[], None]:
    """Answers in a thread of its own. Hands out what ends it."""
    from werkzeug.serving import make_server

    token = _token(folder / TOKEN)

    class Private(handler):  # type: ignore[misc]
        disable_nagle_algorithm = False  # TCP's

        def make_environ(self) -> dict[str, Foreign]:
            return {**super().make_environ(), _PRIVATE: token}

    listening = _listen(folder / SOCKET)
    server: Foreign = make_server("unix://", 0, application, threaded=True, request_handler=Private, fd=listening.fileno())
    listening.close()
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def end() -> None:
        server.shutdown()
        (folder / SOCKET).unlink(missing_ok=True)

    return end


def came(environ: dict[str, Foreign]) -> bool:
    """Whether a call came this way."""
    return _PRIVATE in environ


def allowed(environ: dict[str, Foreign]) -> bool:
    """Whether a call may see what is private."""
    given = environ.get("HTTP_" + HEADER.upper().replace("-", "_"), "")
    return came(environ) and hmac.compare_digest(given.encode(), environ[_PRIVATE].encode())


def _token(path: Path) -> str:
    """The folder's token, made once, so that who follows needn't care for a restart."""
    with suppress(FileNotFoundError):
        if held := path.read_text(encoding="ascii"):
            return held
    made = secrets.token_urlsafe(32)
    aside = path.with_suffix(".new")
    aside.touch(mode=0o600)
    aside.write_text(made, encoding="ascii")
    aside.replace(path)
    return made


def _listen(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path.unlink(missing_ok=True)  # of a process that was killed: this one has the folder's lock
    with short(path) as name:
        before = os.umask(0o177)
        try:
            made.bind(name)
        finally:
            os.umask(before)
    made.listen(128)
    return made


@contextmanager
def short(path: Path) -> Iterator[str]:
    """The path by way of its folder's handle: a socket's may have 107 letters. Raises OSError."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
