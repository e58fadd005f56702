"""What the outside tells the emulator that no AWS call can: how the tunnels of a VPN connection really are, which keys are good, which
Regions are enabled, what goes wrong with AWS itself; and what it is asked for, which AWS would tell elsewhere: what happened of late."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Learnt:
    """A route that AWS' end of a tunnel has learnt by BGP."""

    prefix: str
    path: tuple[int, ...] = ()  # AS numbers, the nearest first
    med: int = 0


def set_tunnel(endpoint: str, outside: str, up: bool, message: str = "", routes: Sequence[Learnt] = (), timeout: float = 10.0) -> None:
    """Sets the telemetry of the tunnel with this outside address (AWS' end), and the routes learnt over it. Raises OSError."""
    said = {"outside": outside, "up": up, "message": message, "routes": [asdict(route) for route in routes]}
    _tell(endpoint, "tunnel", said, timeout)


def set_key(endpoint: str, key: str, state: Literal["good", "expired", "unknown"], after: int = 0, timeout: float = 10.0) -> None:
    """Lets an access key expire, or be unknown, once it has made `after` more calls; or makes it good again. Raises OSError."""
    _tell(endpoint, "key", {"key": key, "state": state, "after": after}, timeout)


def set_region(endpoint: str, account: str, region: str, enabled: bool, timeout: float = 10.0) -> None:
    """Enables or disables a Region for an account. Raises OSError."""
    _tell(endpoint, "region", {"account": account, "region": region, "enabled": enabled}, timeout)


def set_deliveries(endpoint: str, copies: int, timeout: float = 10.0) -> None:
    """Lets events get lost (0), or reach their targets as often as that, all at once, as functions that are invoked for later then run:
    1 is as it should be. Schedules are always delivered. Raises OSError."""
    _tell(endpoint, "deliveries", {"copies": copies}, timeout)


def set_throttle(endpoint: str, who: str, every: int, timeout: float = 10.0) -> None:
    """Refuses each `every`th call of `who` as one too many (0: none). `who` is a role's session by its name, which for a function is the
    function's and for an instance the instance's id, or an account's number. Raises OSError."""
    _tell(endpoint, "throttle", {"who": who, "every": every}, timeout)


def journal(endpoint: str, since: float = 0.0, timeout: float = 10.0) -> list[dict[str, Any]]:
    """What happened from a moment on (seconds since 1970): calls from outside, events, functions' runs. docs/sandbox.md says what an
    entry has. Raises OSError."""
    with urllib.request.urlopen(f"{endpoint}/sandbox/journal?since={since!r}", timeout=timeout) as answer:
        entries: list[dict[str, Any]] = json.loads(answer.read())["entries"]
    return entries


def _tell(endpoint: str, what: str, said: dict[str, Any], timeout: float) -> None:
    request = urllib.request.Request(f"{endpoint}/sandbox/{what}", json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        answer.read()
