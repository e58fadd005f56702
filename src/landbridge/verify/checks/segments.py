"""The largest TCP segment that goes through a tunnel in one piece."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from landbridge.artifacts.manifest import Gateway
from landbridge.findings import Finding, warning
from landbridge.verify.checks.registry import check
from landbridge.verify.network import Network
from landbridge.vyos.router import Interface, Proposal, Router

OUTER = 1500  # bytes: what the Internet carries in one piece
_IPV4, _TCP, _UDP = 20, 20, 8  # headers without options (RFC 791, 9293, 768)
_ESP, _TRAILER = 8, 2  # SPI and sequence number; pad length and next header (RFC 4303)
_ICV = {
    "md5": 12,
    "sha1": 12,
    "sha256": 16,
    "sha25696": 12,
    "sha384": 24,
    "sha512": 32,
    "aesxcbc": 12,
    "aescmac": 12,
}  # RFC 2403, 2404, 4868, 3566, 4494
_AEAD = re.compile(r"aes\d+(?:gcm|ccm)(?P<bits>64|96|128)|chacha20poly1305")  # RFC 4106, 4309, 7634
_ALIGNED = 4  # what ESP asks of every cipher (RFC 4303, section 2.4)
_WORST = "sha512"


@check("mtu")
def clamped_segments(network: Network) -> Iterator[Finding]:
    """TCP's segments are clamped to what a tunnel carries in one piece.

    For each VTI: the largest inner packet of which the outer one, ESP in tunnel mode in UDP (an Elastic IP is translated, so NAT is
    always found), has 1,500 bytes, by the proposal's cipher and integrity: addresses and UDP, ESP header, initialisation vector, padding
    to the block, trailer, integrity value. Less 40 for IPv4 and TCP that is the largest MSS.
    Passes where SYN packets are clamped to it or less: `adjust-mss` at the VTI, or a `policy route` where packets come in from the VPC.
    Warns where nothing clamps, or to more: then full-size packets go out in two pieces, or, where those are dropped, not at all.
    Source: RFC 4303, section 2 and 3.1.2; RFC 3948, section 2.1; RFC 3602, section 2 (CBC); RFC 4106, section 3 and 6 (GCM);
    RFC 4868, section 2 (SHA-2).
    """
    for gateway in network.manifest.gateways:
        router = network.routers[gateway.name]
        found: dict[tuple[int | None, int, int | None], list[Interface]] = defaultdict(list)
        vtis = {interface.name: interface for interface in router.interfaces}
        for peer in router.peers:
            vti = vtis.get(peer.vti)
            if vti is None:
                continue
            clamp, line = _clamp(router, vti)
            fits = min((largest_segment(proposal) for proposal in peer.esp), default=largest_segment(Proposal("aes256", _WORST, None)))
            if clamp is None or clamp > fits:
                found[clamp, fits, line].append(vti)
        for (clamp, fits, line), interfaces in found.items():
            yield _too_big(network, gateway, interfaces, clamp, fits, line)


def largest_segment(esp: Proposal) -> int:
    """The largest MSS of a TCP packet that goes through in one piece."""
    vector, block, icv = _costs(esp)
    room = OUTER - _IPV4 - _UDP - _ESP - vector - icv
    return room // block * block - _TRAILER - _IPV4 - _TCP


def _costs(esp: Proposal) -> tuple[int, int, int]:
    """Bytes of the initialisation vector, of what is padded to, and of the integrity value."""
    aead = _AEAD.fullmatch(esp.encryption)
    if aead is not None:
        return 8, _ALIGNED, int(aead["bits"] or 128) // 8
    icv = _ICV.get((esp.integrity or _WORST).replace("_", ""), _ICV[_WORST])
    if esp.encryption == "null":
        return 0, _ALIGNED, icv
    if re.fullmatch(r"aes\d+ctr", esp.encryption):
        return 8, _ALIGNED, icv
    if esp.encryption in ("3des", "blowfish128", "blowfish192", "blowfish256", "cast128"):
        return 8, 8, icv
    return 16, 16, icv


def _clamp(router: Router, vti: Interface) -> tuple[int | None, int | None]:
    """What the MSS is clamped to on the way into a tunnel, and the line that says so; None where nothing does."""
    if vti.mss is not None:
        return vti.mss, vti.line
    policies = [policy for policy in router.mss_policies if policy.interface != vti.name]
    widest = max(policies, key=lambda policy: policy.mss, default=None)
    return (None, None) if widest is None else (widest.mss, widest.line)


def _too_big(network: Network, gateway: Gateway, vtis: list[Interface], clamp: int | None, fits: int, line: int | None) -> Finding:
    names = " and ".join(vti.name for vti in vtis)
    its = f"the largest that goes through in one piece there is {fits}"
    if clamp is None:
        message = f"nothing clamps the size of TCP's segments into {gateway.name}'s {names}; {its}."
    else:
        message = f"{gateway.name} clamps TCP's segments into {names} to {clamp}; {its}."
    if gateway.release == "1.1":
        remedy = f"Set `policy route … set tcp-mss {fits}` for SYN packets that come in at the VPC's interface."
    elif gateway.release in ("1.2", "1.3"):
        remedy = f"Set `firewall options interface {vtis[0].name} adjust-mss {fits}`, and so on, or less."
    else:
        remedy = f"Set `interfaces vti {vtis[0].name} ip adjust-mss {fits}`, and so on, or less."
    return warning("mtu", message, network.places.router(gateway.name, line or vtis[0].line, f"interfaces vti {vtis[0].name}"), remedy)
