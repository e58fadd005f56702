"""Whether a router's tunnels are as they should be, before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from landbridge.vyos.asking import TunnelEnds, TunnelStatus, tunnel_status
from landbridge.vyos.delivery.session import Answers
from landbridge.vyos.router import Router


class Check(StrEnum):
    """What must hold before a change is confirmed.

    `kept`: every tunnel that was up is up, and if none was, one is. `all`: every tunnel is up. `reach`: the router answers.
    """

    KEPT = "kept"
    ALL = "all"
    REACH = "reach"


def tunnels(gateway: str, router: Router, answers: Answers) -> tuple[TunnelStatus, ...]:
    """The status of each tunnel that a gateway's configuration has."""
    return tuple(tunnel_status(ends, answers.ikes, answers.children, answers.neighbors) for ends in _ends(gateway, router))


def _ends(gateway: str, router: Router) -> Sequence[TunnelEnds]:
    found = []
    for number, peer in enumerate(router.peers, 1):
        address = next((each for i in router.interfaces if i.name == peer.vti for each in i.addresses), None)
        # The other of a /30's two addresses
        neighbor = next((str(host) for host in address.network.hosts() if host != address.ip), "") if address else ""
        named = (peer.name,) if peer.name != peer.remote else ()
        # Text of 1.4 names the child, which is called after the peer
        names = (*named, *(f"{name}-vti" for name in named), f"peer-{peer.remote}-tunnel-vti")
        found.append(TunnelEnds(f"{gateway}-{number}", gateway, peer.vti, names, peer.remote, neighbor))
    return found


def problems(check: Check, before: Sequence[TunnelStatus], after: Sequence[TunnelStatus]) -> list[str]:
    """Why a change may not be confirmed; empty if it may."""
    if check is Check.REACH:
        return []
    down = [f"{one.name}: IKE {one.ike}, BGP {one.bgp}" for one in after if not one.up]
    if check is Check.ALL:
        return down
    was_up = {one.name for one in before if one.up}
    if not was_up:
        return [] if len(down) < len(after) or not after else down
    return [said for one, said in zip([one for one in after if not one.up], down, strict=True) if one.name in was_up]
