"""The guard before the emulator, with those who refuse too many calls before it, and the journal after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from landbridge.sandbox.hindering import journal
from landbridge.sandbox.hindering.throttling import Answer, throttled
from landbridge.sandbox.server.request import Asked

Guard = Callable[[Asked, dict[str, Any]], Answer | None]


def watched(guard: Guard) -> Guard:
    """A guard that also notes each call from outside, and refuses those of whoever is throttled."""

    def refusal(asked: Asked, environ: dict[str, Any]) -> Answer | None:
        if asked.internal or not asked.key:
            return guard(asked, environ)
        who, account = journal.caller_of(asked.key)
        refused = throttled(who, asked, environ) or guard(asked, environ)
        journal.of_call(asked, environ, who, account, refused is not None)
        return refused

    return refusal
