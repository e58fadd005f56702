"""The API over HTTP: calls take turns, what changes is on disk before it is answered, and what follows from a change is done at once."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from landbridge.sandbox.server import privately, snapshot
from landbridge.sandbox.server.request import Asked, read
from landbridge.sandbox.server.world import WORLD

Environ = dict[str, Any]
Answer = Callable[..., Any]
_FUNCTION = "exec-env/AWS_Lambda"  # in the user agent of a function's calls: what goes on by itself keeps nobody's sandbox alive


class Application:
    """WSGI. `direct` are paths of the sandbox's own (`/sandbox/…`); `free` may take a call that must not hold the lock (a function's run
    calls back); `after` is told of every call that may have changed something, under the lock; `private` are paths that show keys:
    given the query, they answer without the lock, and only where `privately` allows it. `guard` is asked before anything else, under the
    lock, and may have the refusal of a call."""

    def __init__(
        self,
        emulator: Callable[[Environ, Answer], Iterable[bytes]],
        direct: dict[str, Callable[[dict[str, Any]], dict[str, Any]]],
        free: Callable[[Asked, Environ], tuple[int, dict[str, str], bytes] | None],
        after: Callable[[], None],
        private: dict[str, Callable[[dict[str, Any]], bytes]],
        guard: Callable[[Asked, Environ], tuple[int, dict[str, str], bytes] | None],
    ) -> None:
        self.emulator = emulator
        self.direct = direct
        self.free = free
        self.after = after
        self.private = private
        self.guard = guard
        self.last = time.monotonic()
        self.under_way = 0

    def __call__(self, environ: Environ, answer: Answer) -> Iterable[bytes]:
        self.under_way += 1
        try:
            return self._called(environ, answer)
        except Exception as problem:
            traceback.print_exc()
            return _say(answer, 500, {}, f"{type(problem).__name__}: {problem}".encode())
        finally:
            self.under_way -= 1
            if _FUNCTION not in environ.get("HTTP_USER_AGENT", ""):
                self.last = time.monotonic()

    def _called(self, environ: Environ, answer: Answer) -> Iterable[bytes]:
        asked = read(environ)
        if asked.path.startswith("/sandbox/"):
            return self._own(asked, environ, answer)
        with WORLD.lock:
            refused = self.guard(asked, environ)
        taken = refused or self.free(asked, environ)
        if taken is not None:
            return _say(answer, *taken)
        with WORLD.lock:
            before = snapshot.size()
            said: list[Any] = []
            body = b"".join(self.emulator(environ, lambda *given: said.extend(given[:2])))
            number = 0
            if asked.changes or snapshot.size() != before:
                self.after()
                number = WORLD.touch()
        if number and not asked.internal:
            snapshot.await_saved(number)
        return _pass_on(answer, asked.method, said[0], said[1], body)

    def _own(self, asked: Asked, environ: Environ, answer: Answer) -> Iterable[bytes]:
        name = asked.path.removeprefix("/sandbox/")
        if name in self.private and privately.allowed(environ):
            return _shown(answer, self.private[name], environ)
        do = None if privately.came(environ) and not privately.allowed(environ) else self.direct.get(name)
        if do is None:
            return _say(answer, 404, {}, b"{}")
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if asked.method == "POST" else b""
        try:
            with WORLD.lock:
                said = do({**dict(parse_qsl(environ.get("QUERY_STRING", ""))), **json.loads(body or b"{}")})
                number = 0
                if asked.method == "POST":
                    self.after()
                    number = WORLD.touch()
            if number:
                snapshot.await_saved(number)
        except (KeyError, ValueError, TypeError) as problem:
            return _say(answer, 400, {}, json.dumps({"error": f"{type(problem).__name__}: {problem}"}).encode())
        return _say(answer, 200, {"Content-Type": "application/json"}, json.dumps(said).encode())


def _shown(answer: Answer, do: Callable[[dict[str, Any]], bytes], environ: Environ) -> list[bytes]:
    try:
        return _say(answer, 200, {"Content-Type": "application/json"}, do(dict(parse_qsl(environ.get("QUERY_STRING", "")))))
    except (KeyError, ValueError) as problem:
        return _say(answer, 400, {}, json.dumps({"error": f"{type(problem).__name__}: {problem}"}).encode())


def _pass_on(answer: Answer, method: str, status: str, headers: list[tuple[str, str]], body: bytes) -> list[bytes]:
    """Answers with a length that is true: what is left over on a connection would be taken for the next answer."""
    bare = method == "HEAD" or status[:3] in ("204", "304")
    kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection", "transfer-encoding")]
    length = next((value for name, value in headers if name.lower() == "content-length"), "0") if method == "HEAD" else str(len(body))
    answer(status, kept if status[:3] in ("204", "304") else [*kept, ("Content-Length", length)])
    return [] if bare else [body]


def _say(answer: Answer, status: int, headers: dict[str, str], body: bytes) -> list[bytes]:
    answer(f"{status} -", [*{"Content-Length": str(len(body)), **headers}.items()])
    return [body]
