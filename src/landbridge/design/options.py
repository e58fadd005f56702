"""IPsec options by release line: what the file says, else the line's default; and what a line can't do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from landbridge.design.model import VpnOptions
from landbridge.intent.model import Release, Vpn


class _Defaults(NamedTuple):
    ike: Literal["ikev1", "ikev2"]
    encryption: str
    integrity: str
    dh: int


_MODERN = _Defaults("ikev2", "aes256-gcm", "sha384", 20)
_IKEV1 = _Defaults("ikev1", "aes256", "sha384", 20)  # IKEv1 has no AEAD ciphers
_SEED = _Defaults("ikev1", "aes128", "sha1", 2)  # what AWS' own download for Vyatta says, and what 1.1 was proven with


def options_of(vpn: Vpn, release: Release) -> VpnOptions:
    """The options of a site whose gateways have this release."""
    defaults = _SEED if release is Release.V1_1 else _IKEV1 if vpn.ike == "ikev1" else _MODERN
    return VpnOptions(
        ike=vpn.ike or defaults.ike,
        encryption=vpn.encryption or defaults.encryption,
        integrity=vpn.integrity or defaults.integrity,
        dh=vpn.dh or defaults.dh,
        ike_lifetime=vpn.ike_lifetime,
        esp_lifetime=vpn.esp_lifetime,
        dpd=vpn.dpd,
        startup=vpn.startup,
    )


def problems_of(vpn: Vpn, release: Release) -> Iterator[tuple[str, str, str]]:
    """What can't be with this release: the key under `vpn`, the problem, what to do."""
    options = options_of(vpn, release)
    if release is Release.V1_1 and options.ike == "ikev2":
        yield (
            "ike",
            "VyOS 1.1.7 never raises its tunnel interface with IKEv2",
            "Leave `ike` out or write ikev1, or take release 1.2 or later.",
        )
    if release is Release.V1_1 and options.encryption.endswith("-gcm"):
        yield "encryption", f"VyOS 1.1 has no {options.encryption} with IKEv1", "Take aes128 or aes256, or release 1.2 or later."
    elif options.ike == "ikev1" and options.encryption.endswith("-gcm"):
        yield "encryption", f"IKEv1 has no {options.encryption}", "Take aes128 or aes256, or ikev2."
    if options.ike == "ikev1" and options.startup == "aws":
        yield "startup", "AWS starts the negotiation itself only with IKEv2", "Leave `startup` out, or take ikev2."
