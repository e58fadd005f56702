"""Secrets in clear text: where they stand, never what they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landbridge.vyos.placeholder import PLACEHOLDER
from landbridge.vyos.router import ExposedSecret
from landbridge.vyos.tree import Tree

_ANY = "*"
_SECRETS = (
    ("pre-shared key", "vpn ipsec site-to-site peer * authentication pre-shared-secret"),
    ("pre-shared key", "vpn ipsec authentication psk * secret"),
    ("pre-shared key", "vpn l2tp remote-access ipsec-settings authentication pre-shared-secret"),
    ("pre-shared key", "interfaces wireguard * peer * preshared-key"),
    ("pre-shared key", "pki openvpn shared-secret * key"),
    ("private key", "interfaces wireguard * private-key"),
    ("private key", "pki ca * private key"),
    ("private key", "pki certificate * private key"),
    ("private key", "pki key-pair * private key"),
    ("private key", "pki openssh * private key"),
    ("password", "system login user * authentication plaintext-password"),
    ("password", "high-availability vrrp group * authentication password"),
    ("password", "protocols bgp neighbor * password"),
    ("password", "protocols bgp * neighbor * password"),
    ("API key", "service https api keys id * key"),
)
_PATTERNS = tuple((kind, tuple(path.split())) for kind, path in _SECRETS)
_HIDDEN = re.compile(r"\**|x{4,}")  # as a router shows them to whoever may not see them; a password in clear is gone once committed


def read_secrets(tree: Tree) -> tuple[ExposedSecret, ...]:
    """Every secret that stands in the configuration itself, by line. A placeholder is none, nor is what was hidden."""
    found = {
        (path, value.line): ExposedSecret(kind, path, value.line)
        for kind, pattern in _PATTERNS
        for path, leaf in _matching(tree, pattern, ())
        for word, value in leaf.children.items()
        if not PLACEHOLDER.fullmatch(word) and not _HIDDEN.fullmatch(word)
    }
    return tuple(sorted(found.values(), key=lambda secret: secret.line))


def _matching(tree: Tree, pattern: tuple[str, ...], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Tree]]:
    """The nodes at the paths that match."""
    if not pattern:
        yield path, tree
        return
    for word in tree.children if pattern[0] == _ANY else pattern[:1]:
        below = tree.children.get(word)
        if below is not None:
            yield from _matching(below, pattern[1:], (*path, word))
