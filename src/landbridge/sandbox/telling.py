"""What the outside tells the emulator that no AWS call can: how the tunnels of a VPN connection really are."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Learnt:
    """A route that AWS' end of a tunnel has learnt by BGP."""

    prefix: str
    path: tuple[int, ...] = ()  # AS numbers, the nearest first
    med: int = 0


def set_tunnel(endpoint: str, outside: str, up: bool, message: str = "", routes: Sequence[Learnt] = (), timeout: float = 10.0) -> None:
    """Sets the telemetry of the tunnel with this outside address (AWS' end), and the routes learnt over it. Raises OSError."""
    said = {"outside": outside, "up": up, "message": message, "routes": [asdict(route) for route in routes]}
    request = urllib.request.Request(f"{endpoint}/sandbox/tunnel", json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        answer.read()
