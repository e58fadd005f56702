"""What the outside tells the emulator that no AWS call can: how the tunnels of a VPN connection really are, which keys are good, which
Regions are enabled."""

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


def _tell(endpoint: str, what: str, said: dict[str, Any], timeout: float) -> None:
    request = urllib.request.Request(f"{endpoint}/sandbox/{what}", json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        answer.read()
