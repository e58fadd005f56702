"""The gate before the emulator: who isn't let in is answered here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from landbridge.sandbox.admitting.judging import judged
from landbridge.sandbox.admitting.refusing import answered, kind_of
from landbridge.sandbox.server.request import read

Environ = dict[str, Any]


class Gate:
    """WSGI before WSGI. The caller holds the lock."""

    def __init__(self, emulator: Callable[[Environ, Callable[..., Any]], Iterable[bytes]]) -> None:
        self.emulator = emulator

    def __call__(self, environ: Environ, answer: Callable[..., Any]) -> Iterable[bytes]:
        asked = read(environ)
        kind = kind_of(asked, environ)
        refused = judged(asked, environ, kind)
        if refused is None:
            return self.emulator(environ, answer)
        headers, body = answered(refused, kind)
        answer(f"{refused.status} -", [*headers.items(), ("Content-Length", str(len(body)))])
        return [body]
