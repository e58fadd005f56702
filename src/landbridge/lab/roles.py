"""The part that the cloud plays in a pair's failover: carrying the gateways' words, and moving the VPC's routes on a claim.

On AWS the words travel by an API and `heal` moves the routes. Here they are files in each machine's folder: what a gateway says is
appended to `state/told`, what it hears is `state/heard`. See vyos/roles for what a word is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from landbridge.artifacts.manifest import Manifest
from landbridge.lab.fabric import Fabric
from landbridge.lab.guestroot import GuestRoot
from landbridge.lab.namespaces import route_with
from landbridge.lab.wireformat import Message

EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Claim:
    """A word that was said: who shall have both directions of a site, who says so, and when it was heard (seconds of a steady clock)."""

    site: str
    gateway: str
    by: str
    heard: float

    def as_json(self) -> Message:
        return {"site": self.site, "gateway": self.gateway, "by": self.by, "heard": self.heard}


class Roles:
    """Follows the pairs of one lab. `folders` are the machines' by name, `speaking` the gateways that have a role."""

    def __init__(self, manifest: Manifest, fabric: Fabric, folders: Mapping[str, Path], root: GuestRoot, speaking: set[str]) -> None:
        sites: dict[str, list[str]] = {}
        for gateway in manifest.gateways:
            sites.setdefault(gateway.vpc, []).append(gateway.name)
        self.pairs = {site: (names[0], names[1]) for site, names in sites.items() if len(names) == 2 and speaking >= set(names)}
        self.holders = {site: next((route.target for route in manifest.vpc(site).routes), names[0]) for site, names in self.pairs.items()}
        self.claims: list[Claim] = []
        self._fabric = fabric
        self._folders = folders
        self._root = root
        self._read: dict[str, int] = {}

    async def follow(self) -> None:
        """For as long as the lab lives."""
        while True:
            for site, pair in self.pairs.items():
                for name, other in (pair, pair[::-1]):
                    for word in self._told(name):
                        await self._heed(site, name, other, word)
            await asyncio.sleep(EVERY_S)

    def settled(self) -> bool:
        """Has every pair one master whose claim the other has answered, and do the VPC's routes lead to it?"""
        return all(self._settled(site, *pair) for site, pair in self.pairs.items())

    def _settled(self, site: str, one: str, other: str) -> bool:
        states = {name: self._state(name, "role").split() for name in (one, other)}
        masters = [name for name, words in states.items() if words[:1] == ["master"]]
        if len(masters) != 1 or not all(states.values()):
            return False
        master = masters[0]
        return self._state(master, "settled") == states[master][1] and self.holders[site] == master

    def as_json(self) -> list[Message]:
        """Each pair: where its VPC's routes lead, what its gateways say they are, and whether they agree on it."""
        return [
            {
                "site": site,
                "routes_to": self.holders[site],
                "roles": {name: self.role(name) for name in pair},
                "settled": self._settled(site, *pair),
            }
            for site, pair in self.pairs.items()
        ]

    def role(self, name: str) -> str:
        """A gateway's own word for its role; empty before it has one."""
        return (self._state(name, "role").split() or [""])[0]

    def _state(self, name: str, item: str) -> str:
        try:
            return (self._folders[name] / "state" / item).read_text().strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _told(self, name: str) -> list[str]:
        path = self._folders[name] / "state/told"
        try:
            with path.open("rb") as handle:
                start = self._read.get(name, 0)
                if start > path.stat().st_size:  # a replacement has begun a new file
                    start = 0
                handle.seek(start)
                text = handle.read()
        except OSError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._read[name] = start + len(whole)
        return whole.decode(errors="replace").splitlines()

    async def _heed(self, site: str, name: str, other: str, word: str) -> None:
        heard = self._folders[other] / "state/heard"
        if heard.parent.parent.is_dir():
            heard.parent.mkdir(exist_ok=True)
            fresh = heard.with_suffix(".new")
            fresh.write_text(f"{word}\n")
            fresh.replace(heard)
        fields = dict(field.split("=", 1) for field in word.split() if "=" in field)
        claimed = fields.get("claim")
        if claimed not in self.pairs[site]:
            return
        self.claims.append(Claim(site, claimed, name, time.monotonic()))
        if self.holders[site] != claimed:
            self.holders[site] = claimed
            await asyncio.to_thread(route_with, f"vpc-{site}", self._fabric.routes_to(site, claimed), self._root)
