"""What happened of late, for whoever wants to know how soon something was noticed, and what was done about it by which calls."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Literal

from landbridge.sandbox.permissions.calls import call_of
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.request import Asked

MOST = 20_000
Kind = Literal["call", "event", "run"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` in seconds since 1970. Of a call: `who` made it (a session's name, or an account's number), `what` is like `ec2:ReplaceRoute`,
    `writes` says that it may change something, `refused` that it was refused as one too many or by a policy. Of an event: `who` is its
    source, `what` its detail-type, `detail` what it says, and `refused` that nobody gets it. Of a function's run: `who` is the function."""

    at: float
    kind: Kind
    who: str
    what: str
    account: str
    region: str
    writes: bool = False
    refused: bool = False
    detail: str = ""


_entries: deque[Entry] = deque(maxlen=MOST)
_callers: dict[str, tuple[str, str]] = {}


def caller_of(key: str) -> tuple[str, str]:
    """Whose key it is: the name of a role's session, or an account's number; and the account. The caller holds the lock."""
    if key not in _callers:
        from moto.iam.models import get_account_id_from

        account = str(get_account_id_from(key))
        session = _session(key) if key.startswith("ASIA") else ""
        if len(_callers) > MOST:
            _callers.clear()
        _callers[key] = (session or account, account)
    return _callers[key]


def _session(key: str) -> str:
    from moto.sts.models import sts_backends

    backends: list[Foreign] = [backend for _, _, backend in sts_backends.iter_backends()]
    return next((str(one.session_name) for backend in backends for one in backend.assumed_roles if one.access_key_id == key), "")


def of_call(asked: Asked, environ: dict[str, Any], who: str, account: str, refused: bool) -> None:
    """Notes a call."""
    call = call_of(asked, environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", ""), environ.get("CONTENT_TYPE", ""), b"")
    _entries.append(Entry(time.time(), "call", who, f"{call.service}:{call.operation}", account, asked.region, asked.changes, refused))


def of_event(source: str, kind: str, account: str, region: str, detail: str, lost: bool) -> None:
    """Notes an event."""
    _entries.append(Entry(time.time(), "event", source, kind, account, region, refused=lost, detail=detail))


def of_run(name: str, account: str, region: str) -> None:
    """Notes that a function begins to run."""
    _entries.append(Entry(time.time(), "run", name, "run", account, region))


def told(said: Props) -> Props:
    """GET /sandbox/journal?since=SECONDS. Raises ValueError."""
    since = float(said.get("since", 0))
    return {"now": time.time(), "entries": [asdict(one) for one in list(_entries) if one.at >= since]}
