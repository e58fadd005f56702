"""How far a lab is, from what its hub's daemons write down: costs the machines nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.artifacts.manifest import Manifest
from landbridge.lab.machine import Machine

_CHILD = re.compile(r"CHILD_SA (\S+?)\{\d+\} established")
_SESSION = re.compile(r"%ADJCHANGE: neighbor (\S+?)\(\S*\) in vrf \S+ (Up|Down)")


@dataclass(frozen=True, slots=True)
class Progress:
    """Machines, tunnels and BGP sessions that are up, and how many there should be."""

    machines: int
    machines_of: int
    tunnels: int
    tunnels_of: int
    sessions: int
    sessions_of: int


class Watch:
    """Follows the hub's logs."""

    def __init__(self, manifest: Manifest, hub: Machine) -> None:
        self._hub = hub
        tunnels = [tunnel for gateway in manifest.gateways for tunnel in gateway.tunnels]
        self._tunnels = {tunnel.name for tunnel in tunnels}
        self._neighbors = {str(tunnel.gateway) for tunnel in tunnels}
        self._offsets = {"charon.log": 0, "frr.log": 0}
        self.tunnels_up: set[str] = set()
        self.sessions_up: set[str] = set()

    def look(self, up: Sequence[Machine], machines: int) -> Progress:
        """Read on, and say how far things are."""
        self.tunnels_up |= set(_CHILD.findall(self._more("charon.log"))) & self._tunnels
        for neighbor, change in _SESSION.findall(self._more("frr.log")):
            if change == "Up" and neighbor in self._neighbors:
                self.sessions_up.add(neighbor)
            else:
                self.sessions_up.discard(neighbor)
        return Progress(len(up), machines, len(self.tunnels_up), len(self._tunnels), len(self.sessions_up), len(self._neighbors))

    def _more(self, name: str) -> str:
        text = self._hub.log(name, self._offsets[name])
        whole = text[: text.rfind("\n") + 1]
        self._offsets[name] += len(whole.encode(errors="surrogateescape"))
        return whole
