"""A tunnel's options as they are asked for, and as they come to be: what is allowed, and what stands where nothing was said."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable
from ipaddress import IPv4Network

from landbridge.sandbox.server.foreign import Foreign, Props

POOL = IPv4Network("169.254.0.0/16")
RESERVED = tuple(
    IPv4Network(f"169.254.{third}.{fourth}/30") for third, fourth in [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (169, 252)]
)
_KEY = re.compile(r"(?!0)[A-Za-z0-9._]{8,64}")
CIPHERS = ["AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16"]
HASHES = ["SHA1", "SHA2-256", "SHA2-384", "SHA2-512"]
_LISTS: dict[str, list[Foreign]] = {
    "Phase1EncryptionAlgorithms": CIPHERS,
    "Phase2EncryptionAlgorithms": CIPHERS,
    "Phase1IntegrityAlgorithms": HASHES,
    "Phase2IntegrityAlgorithms": HASHES,
    "Phase1DHGroupNumbers": [2, *range(14, 25)],
    "Phase2DHGroupNumbers": [2, 5, *range(14, 25)],
    "IKEVersions": ["ikev1", "ikev2"],
}
_MORE: dict[str, list[Foreign]] = {"Phase1DHGroupNumbers": [35], "Phase2DHGroupNumbers": [35, 36, 37]}  # allowed, but not by default
_NUMBERS = {
    "Phase1LifetimeSeconds": (900, 28800, 28800),
    "Phase2LifetimeSeconds": (900, 3600, 3600),
    "RekeyMarginTimeSeconds": (60, 1800, 270),
    "RekeyFuzzPercentage": (0, 100, 100),
    "ReplayWindowSize": (64, 2048, 1024),
    "DPDTimeoutSeconds": (30, 3600, 40),
}
_WORDS = {"DPDTimeoutAction": ("clear", "none", "restart"), "StartupAction": ("add", "start")}


class RefusedError(Exception):
    """An option that EC2 refuses, in its words."""


def settle(given: Props, before: Props | None = None) -> Props:
    """Every option of a tunnel, but for its inside range and key, which are settled among others'. Raises RefusedError."""
    held = before or {}
    found: Props = {}
    for name, allowed in _LISTS.items():
        asked = [one["Value"] for one in given.get(name) or []]
        wrong = [one for one in asked if one not in [*allowed, *_MORE.get(name, [])]]
        if wrong:
            raise RefusedError(f"Invalid value '{wrong[0]}' for {name}. Valid values are: {', '.join(map(str, allowed))}")
        found[name] = asked or held.get(name) or list(allowed)
    for name, (least, most, default) in _NUMBERS.items():
        number = int(given[name] if name in given else held.get(name) or default)
        if not least <= number <= most:
            raise RefusedError(f"Invalid value '{number}' for {name}. Must be between {least} and {most}.")
        found[name] = number
    for name, words in _WORDS.items():
        word = given.get(name, held.get(name, words[0]))
        if word not in words:
            raise RefusedError(f"Invalid value '{word}' for {name}. Valid values are: {', '.join(words)}")
        found[name] = word
    if found["StartupAction"] == "start" and found["IKEVersions"] == ["ikev1"]:
        raise RefusedError("StartupAction 'start' is only supported with IKEv2.")
    if found["Phase2LifetimeSeconds"] > found["Phase1LifetimeSeconds"]:
        raise RefusedError("Phase2LifetimeSeconds must be less than or equal to Phase1LifetimeSeconds.")
    found["LogOptions"] = given.get("LogOptions", held.get("LogOptions"))
    found["EnableTunnelLifecycleControl"] = bool(given.get("EnableTunnelLifecycleControl", held.get("EnableTunnelLifecycleControl", False)))
    return found


def inside_of(given: Props, taken: Iterable[IPv4Network], start: int) -> IPv4Network:
    """A tunnel's inside range: as asked for, or the first free one from the `start`-th on. Raises RefusedError."""
    held = list(taken)
    text = given.get("TunnelInsideCidr")
    if text is None:
        candidates = list(POOL.subnets(new_prefix=30))[64 * 64 :]
        turned = candidates[start % len(candidates) :] + candidates
        return next(one for one in turned if one not in RESERVED and not any(one.overlaps(other) for other in held))
    try:
        network = IPv4Network(text)
    except ValueError:
        raise RefusedError(f"Value ({text}) for parameter tunnelInsideCidr is invalid.") from None
    if network.prefixlen != 30 or not network.subnet_of(POOL):
        raise RefusedError(
            f"Value ({text}) for parameter tunnelInsideCidr is invalid. It must be a size /30 CIDR block from 169.254.0.0/16."
        )
    if network in RESERVED:
        raise RefusedError(f"Value ({text}) for parameter tunnelInsideCidr is invalid. The CIDR block is reserved.")
    if any(network.overlaps(other) for other in held):
        raise RefusedError(f"Value ({text}) for parameter tunnelInsideCidr is invalid. The CIDR block is already in use.")
    return network


def key_of(given: Props) -> str:
    """A tunnel's pre-shared key: as asked for, or made. Raises RefusedError, which doesn't quote it."""
    key = given.get("PreSharedKey")
    if key is None:
        return secrets.choice(string.ascii_letters) + "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(31))
    if not _KEY.fullmatch(key):
        must = "8 to 64 characters of A-Z, a-z, 0-9, '.' and '_', not beginning with 0"
        raise RefusedError(f"The value for parameter preSharedKey is invalid. It must be {must}.")
    return str(key)
