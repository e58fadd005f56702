"""The facts of a VPN connection, and how AWS' words for them are read. Times are seconds; algorithm names are VyOS'."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from landbridge.findings import Finding

_KEY = re.compile(r"(?!0)[A-Za-z0-9._]{8,64}")
_CIPHER = re.compile(r"aes-?(128|256)(?:-cbc|(-gcm)(?:-16)?)?")
_HASH = re.compile(r"(?:hmac-)?sha(?:1(?:-96)?|2?-?(256|384|512)(?:-[0-9]+)?)")
_GROUP = re.compile(r"(?:dh-)?(?:group)?([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Phase:
    """The algorithms of one phase, and how long its keys last. `dh` is None where the phase takes the other's group."""

    encryption: str
    integrity: str
    dh: int | None
    lifetime: int


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One tunnel: AWS' outside address, both ends' inside addresses, its key (never shown), its phases and timers.

    The ASNs and the hold time are None where the connection has no BGP.
    """

    number: int
    outside: IPv4Address
    inside: IPv4Network
    gateway: IPv4Address
    aws: IPv4Address
    key: str = field(repr=False)
    ike: Phase
    esp: Phase
    dpd_interval: int
    dpd_timeout: int
    asn: int | None
    aws_asn: int | None
    holdtime: int | None


@dataclass(frozen=True, slots=True)
class Download:
    """A VPN connection as its download tells it. `customer` is the customer gateway's address: the Elastic IP, not the router's own.

    `findings` say what of the download isn't in these facts.
    """

    connection: str
    customer: IPv4Address
    tunnels: tuple[Tunnel, ...]
    findings: tuple[Finding, ...]


def as_cipher(word: str) -> str | None:
    """VyOS' name of a cipher in AWS' words (`aes-128-cbc`), or None."""
    match = _CIPHER.fullmatch(word.lower())
    return None if match is None else f"aes{match[1]}{'gcm128' if match[2] else ''}"


def as_hash(word: str) -> str | None:
    """VyOS' name of a hash in AWS' words (`hmac-sha2-256-128`), or None."""
    match = _HASH.fullmatch(word.lower())
    return None if match is None else f"sha{match[1] or 1}"


def as_group(word: str) -> int | None:
    """The number of a Diffie-Hellman group in AWS' words (`group2`), or None."""
    match = _GROUP.fullmatch(word.lower())
    return None if match is None else int(match[1])


def is_key(word: str) -> bool:
    """Whether a pre-shared key is one that AWS makes or takes."""
    return _KEY.fullmatch(word) is not None
