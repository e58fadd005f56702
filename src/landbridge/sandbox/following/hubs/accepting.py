"""What AWS' end of a tunnel accepts, in strongSwan's words: exactly what the tunnel's options list. Pure.

AWS Site-to-Site VPN User Guide, "Tunnel options for your Site-to-Site VPN connection".
"""

from __future__ import annotations

from ipaddress import IPv4Address

from landbridge.lab.daemons.strongswan import GROUPS, Connection
from landbridge.sandbox.following.estate import Phase, Tunnel

CIPHERS = {"AES128": "aes128", "AES256": "aes256"}
COMBINED = {"AES128-GCM-16": "aes128gcm16", "AES256-GCM-16": "aes256gcm16"}  # with an integrity of their own
HASHES = {"SHA1": "sha1", "SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512"}
DPD_DELAY = 10  # seconds
_VERSIONS = {"ikev1": 1, "ikev2": 2}  # and both
_DPD = {"clear": "clear", "none": "clear", "restart": "restart"}


def proposals(phase: Phase, *, ike: bool) -> tuple[str, ...]:
    """A phase's proposals; none where a laboratory has none of its Diffie-Hellman groups (those of RFC 9370's key exchanges)."""
    groups = [GROUPS[number] for number in phase.groups if number in GROUPS]
    hashes = [HASHES[word] for word in phase.integrity if word in HASHES]
    plain = [CIPHERS[word] for word in phase.encryption if word in CIPHERS]
    combined = [COMBINED[word] for word in phase.encryption if word in COMBINED]
    found = []
    if plain and hashes:
        found.append([*plain, *hashes, *groups])
    if combined:
        found.append([*combined, *([f"prf{word}" for word in hashes] if ike else []), *groups])
    return tuple("-".join(words) for words in found) if groups else ()


def connection(name: str, tunnel: Tunnel, customer: IPv4Address, mark: int, vti: str | None) -> Connection | None:
    """The connection that answers this tunnel's customer gateway and nobody else; None where nothing could be agreed on."""
    ike, esp = proposals(tunnel.ike, ike=True), proposals(tunnel.esp, ike=False)
    if not ike or not esp:
        return None
    watched = tunnel.dpd_action != "none"
    return Connection(
        name=name,
        version=_VERSIONS.get(" ".join(tunnel.versions), 0),
        local=str(tunnel.outside),
        remote=str(customer),
        local_id=str(tunnel.outside),
        remote_id="%any",
        ike=ike,
        ike_lifetime=tunnel.ike.lifetime,
        esp=esp,
        esp_lifetime=tunnel.esp.lifetime,
        dpd_delay=DPD_DELAY if watched else 0,
        dpd_timeout=tunnel.dpd_timeout if watched else 0,
        dpd_action=_DPD[tunnel.dpd_action],
        start=tunnel.startup == "start",
        mark=mark,
        vti=vti,
        unique="replace",  # one a tunnel: a gateway that has lost its memory takes its old place
    )
