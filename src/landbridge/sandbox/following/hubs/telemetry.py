"""How tunnels really are, from what the hub's own daemons say: in AWS' words. Pure.

A tunnel is UP when IPsec is, and BGP too where there is BGP (AWS Site-to-Site VPN User Guide, "Check the status of a tunnel").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.lab.endpoint import End
from landbridge.sandbox.telling import Learnt
from landbridge.vyos.asking import swanctl_sas

ASK = "swanctl --list-sas\necho ===\nvtysh -d bgpd -c 'show bgp ipv4 unicast summary json' -c 'show bgp ipv4 unicast json'"
DOWN = "IPSEC IS DOWN"
# Lines of the logs after which it is worth asking: keepalives and DPD write others.
STIRRING = re.compile(r"CHILD_SA|IKE_SA|giving up|ADJCHANGE| rcvd |rcvd UPDATE|withdrawn|KEEPALIVE lost|Peer closed")


@dataclass(frozen=True, slots=True)
class State:
    """One tunnel's."""

    up: bool = False
    message: str = DOWN
    routes: tuple[Learnt, ...] = ()

    @property
    def ipsec(self) -> bool:
        """Whether packets pass, whatever BGP does."""
        return self.message != DOWN


def states(answer: str, ends: Mapping[str, End]) -> dict[str, State]:
    """The state of each end, by the name of its connection, from what `ASK` answers."""
    sas, _, bgp = answer.partition("===\n")
    installed = {child.connection for child in swanctl_sas(sas)[1] if child.up}
    summary, table = _objects(bgp)
    established = {name for name, peer in summary.get("peers", {}).items() if peer.get("state") == "Established"}
    learnt: dict[str, list[Learnt]] = {}
    for prefix, paths in table.get("routes", {}).items():
        for path in paths:
            if path.get("valid"):
                learnt.setdefault(path.get("peerId", ""), []).append(
                    Learnt(prefix, _numbers(path.get("path", "")), int(path.get("metric", 0)))
                )
    return {
        name: _state(end, name in installed, str(end.gateway) in established, learnt.get(str(end.gateway), ()))
        for name, end in ends.items()
    }


def _state(end: End, ipsec: bool, session: bool, learnt: Iterable[Learnt]) -> State:
    if not ipsec:
        return State()
    if end.asn is None:
        return State(True, "IPSEC IS UP")
    if not session:
        return State(False, "IPSEC IS UP")
    routes = tuple(sorted(learnt, key=lambda one: one.prefix))
    return State(True, f"{len(routes)} BGP ROUTES", routes)


def _objects(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two objects of JSON, one after another; empty where there is no BGP."""
    found: list[dict[str, Any]] = []
    at, decoder = 0, json.JSONDecoder()
    while (at := text.find("{", at)) >= 0 and len(found) < 2:
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            break
        found.append(value)
    first, second = [*found, {}, {}][:2]
    return first, second


def _numbers(path: str) -> tuple[int, ...]:
    return tuple(int(word) for word in path.split() if word.isdecimal())
