"""What holds for the whole network: IPsec options and who may log in, as far as the routers agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from ipaddress import IPv4Network

from landbridge.findings import Finding, Where, note, warning
from landbridge.importing.gateway import Gateway
from landbridge.intent.keys import as_ssh_key
from landbridge.intent.types import Refused
from landbridge.vyos.router import Peer

_CIPHER = re.compile(r"(aes128|aes256)(?:(gcm)[0-9]+)?")
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_GROUPS = (2, *range(14, 25))


def vpn_of(gateways: Iterable[Gateway]) -> tuple[dict[str, str], list[Finding]]:
    """The `vpn` part: for each option what most routers have, and a finding for each router that has something else."""
    said: list[tuple[Gateway, dict[str, str]]] = [(one, _options(one.peer)) for one in gateways if one.peer is not None]
    chosen: dict[str, str] = {}
    for _, options in said:
        for key in options:
            chosen[key] = Counter(other[key] for _, other in said if key in other).most_common(1)[0][0]
    findings = []
    for gateway, options in said:
        other = [f"{key} {value}" for key, value in options.items() if value != chosen[key]]
        missing = [key for key in ("encryption", "integrity", "dh") if key not in options and not (key == "integrity" and _aead(chosen))]
        line = gateway.peer.line if gateway.peer is not None else 0
        if other or missing:
            what = ", ".join([*other, *(f"its {key}, which AWS hasn't" for key in missing)])
            message = f"a network file can't say of one site alone: {what}; the other routers' options hold."
            findings.append(note("not-represented", message, Where(gateway.source.file, line or None), "Give all routers the same."))
    return chosen, findings


def _aead(options: dict[str, str]) -> bool:
    return options.get("encryption", "").endswith("-gcm")


def _options(peer: Peer) -> dict[str, str]:
    options = {"ike": f"ikev{peer.ike_version or 2}"}
    ike = peer.ike[0]
    if match := _CIPHER.fullmatch(ike.encryption):
        options["encryption"] = match[1] + ("-gcm" if match[2] else "")
    integrity = ike.integrity or ike.prf
    if integrity in _HASHES:
        options["integrity"] = integrity
    if ike.dh in _GROUPS:
        options["dh"] = str(ike.dh)
    if 900 <= peer.ike_lifetime <= 28800:
        options["ike_lifetime"] = str(peer.ike_lifetime)
    if 900 <= peer.esp_lifetime <= min(3600, peer.ike_lifetime - 1):
        options["esp_lifetime"] = str(peer.esp_lifetime)
    if 30 <= peer.dpd_timeout <= 3600 and peer.dpd_action is not None:
        options["dpd"] = str(peer.dpd_timeout)
    if not peer.initiate and peer.ike_version == 2:
        options["startup"] = "aws"
    return options


def admin_of(gateways: Iterable[Gateway]) -> tuple[list[str], list[IPv4Network], list[Finding]]:
    """Every public key of every router's users, the prefixes that SSH is let in from, and findings on what can't be taken over."""
    keys: dict[str, None] = {}
    cidrs: dict[IPv4Network, None] = {}
    findings: list[Finding] = []
    for gateway in gateways:
        tree = gateway.source.tree
        users = ("system", "login", "user")
        for user in tree.values(*users):
            for name in tree.values(*users, user, "authentication", "public-keys"):
                path = (*users, user, "authentication", "public-keys", name)
                try:
                    key = as_ssh_key(f"{tree.value(*path, 'type')} {tree.value(*path, 'key')} {name}")
                except Refused as refused:
                    node = tree.get(*path)
                    where = Where(gateway.source.file, (node.line or None) if node is not None else None)
                    findings.append(
                        note("not-represented", f"the key {name[:40]!a} of {user[:40]!a} {refused.problem}.", where, refused.remedy)
                    )
                else:
                    keys[key] = None
        sources = _ssh_sources(gateway)
        cidrs |= dict.fromkeys(sources)
        if not sources:
            where = Where(gateway.source.file)
            findings.append(warning("open-admin", "nothing says where SSH may come from.", where, "Write admin.cidrs in the network file."))
    return list(keys), list(cidrs), findings


def _ssh_sources(gateway: Gateway) -> list[IPv4Network]:
    router = gateway.source.router
    bound = {binding.chain for binding in router.bindings if binding.direction == "local"}
    found = []
    for chain in router.chains:
        for rule in chain.rules if chain.name in bound else ():
            if rule.action == "accept" and rule.protocol == "tcp" and any(first <= 22 <= last for first, last in rule.ports):
                for source in rule.sources:
                    try:
                        found.append(IPv4Network(source))
                    except ValueError:
                        continue
    return found
