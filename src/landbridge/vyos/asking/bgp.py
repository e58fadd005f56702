"""`show ip bgp summary`: Quagga's table of 1.1, FRR's of 1.2 on, and FRR's JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address

from landbridge.vyos.asking.answer import json_of, lines_of, not_understood, span, whole
from landbridge.vyos.asking.model import ESTABLISHED, Neighbor

COMMAND = "show ip bgp summary"
JSON_COMMAND = "vtysh -c 'show bgp ipv4 unicast summary json'"
_NONE = ("% No BGP", "% BGP instance", "No IPv4", "% No such", "BGP not", "% No IPv4")
_COUNT = re.compile(r"\d{1,9}")
_STATE = re.compile(r"[A-Za-z]{2,20}(?: \([A-Za-z]{1,20}\))?")
_BEFORE = 9  # words of a line before its state: neighbor, version, AS, five counts, Up/Down


def summary(text: str) -> tuple[Neighbor, ...]:
    """The neighbors of an answer; none where BGP isn't set up. Raises LandbridgeError for what is no such answer, or only part of one."""
    lines = [line for line in lines_of(text, COMMAND) if line.strip()]
    if lines and lines[0].startswith(_NONE):
        return ()
    at = next((number for number, line in enumerate(lines) if line.split()[:3] == ["Neighbor", "V", "AS"]), None)
    if at is None:
        raise not_understood(COMMAND, "it has no table of neighbors", lines[0] if lines else "nothing")
    heads = lines[at].split()
    found: list[Neighbor] = []
    total: int | None = None
    held = ""
    for line in lines[at + 1 :]:
        if line.startswith("Total number of neighbors"):
            total = whole(line.split()[-1])
            break
        words = (held + line).split()
        if len(words) == 1:  # Quagga breaks a line after an address that is too long for its column
            held = f"{words[0]} "
            continue
        held = ""
        found.append(_neighbor(words, "PfxSnt" in heads, line))
    if total is None or total < len(found):
        raise not_understood(COMMAND, "it ends within its table", lines[-1])
    return tuple(found)


def _neighbor(words: Sequence[str], with_sent: bool, line: str) -> Neighbor:
    if len(words) <= _BEFORE or not _is_address(words[0].lstrip("*")) or whole(words[2]) is None:
        raise not_understood(COMMAND, "a line isn't that of a neighbor", line)
    rest = list(words[_BEFORE:])
    uptime = span(words[_BEFORE - 1])
    asn = whole(words[2]) or 0
    address = words[0].lstrip("*")
    if _COUNT.fullmatch(rest[0]):
        sent = whole(rest[1]) if with_sent and len(rest) > 1 else None
        return Neighbor(address, asn, ESTABLISHED, int(rest[0]), sent, uptime)
    if len(rest) > 1 and rest[1].startswith("("):
        rest[:2] = [f"{rest[0]} {rest[1]}"]
    if rest[0] == "(Policy)":  # it is up, and FRR wants a policy before it takes any route
        return Neighbor(address, asn, ESTABLISHED, 0, None, uptime)
    if not _STATE.fullmatch(rest[0]):
        raise not_understood(COMMAND, "a neighbor's state isn't one", line)
    return Neighbor(address, asn, rest[0], None, None, None)


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True


def summary_json(text: str) -> tuple[Neighbor, ...]:
    """The IPv4 neighbors of FRR's JSON, of one family or of all. Raises LandbridgeError for what is no such answer."""
    value = json_of(text, JSON_COMMAND)
    if isinstance(value, dict) and isinstance(value.get("ipv4Unicast"), dict):
        value = value["ipv4Unicast"]
    peers = value.get("peers", {}) if isinstance(value, dict) else None
    if not isinstance(peers, dict):
        raise not_understood(JSON_COMMAND, "it has no peers")
    return tuple(_peer(address, peer) for address, peer in peers.items())


def _peer(address: str, peer: object) -> Neighbor:
    state = peer.get("state") if isinstance(peer, dict) else None
    if not isinstance(peer, dict) or not isinstance(state, str) or not _STATE.fullmatch(state) or not _is_address(address):
        raise not_understood(JSON_COMMAND, "a peer isn't one", address)
    milliseconds = whole(peer.get("peerUptimeMsec"))
    up = state == ESTABLISHED and milliseconds is not None
    return Neighbor(
        address,
        whole(peer.get("remoteAs")) or 0,
        state,
        whole(peer.get("pfxRcd")),
        whole(peer.get("pfxSnt")),
        (milliseconds or 0) // 1000 if up else None,
    )
