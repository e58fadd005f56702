"""What landbridge owns on a router: which statements it may delete, which it only adds, and where somebody else's are in its way.

Ours is what has one of our names (`AWS…`, `ETH0-LOCAL`, `VTI-LOCAL`) or is named in the configuration that is to be; what follows from
these (a VTI from its peer, a NAT rule from its VTI, a neighbor from the VTI's addresses) is ours too. Everything else is somebody else's:
it is never deleted, and where the rendered configuration has something there, it is added. docs/import.md has the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from landbridge.findings import Finding, LandbridgeError, Where, error
from landbridge.vyos.comparing import Path
from landbridge.vyos.tree import Tree

OUR_NAMES = ("AWS", "ETH0-LOCAL", "VTI-LOCAL")

# Tags of which those with our names are ours, and those that the rendered configuration has.
NAMED: tuple[Path, ...] = (
    ("firewall", "group", "address-group"),
    ("firewall", "ipv4", "name"),
    ("firewall", "name"),
    ("high-availability", "vrrp", "group"),
    ("policy", "prefix-list"),
    ("policy", "route"),
    ("policy", "route-map"),
    ("vpn", "ipsec", "authentication", "psk"),
    ("vpn", "ipsec", "esp-group"),
    ("vpn", "ipsec", "ike-group"),
)

# What a router has one of: ours where the rendered configuration has it, to be replaced.
REPLACED: tuple[Path, ...] = (
    ("interfaces", "ethernet", "eth0", "firewall", "local", "name"),
    ("interfaces", "ethernet", "eth0", "policy", "route"),
    ("system", "conntrack", "hash-size"),
    ("system", "conntrack", "table-size"),
    ("system", "conntrack", "tcp", "loose"),
    ("system", "host-name"),
)

# The same of a BGP instance, below `protocols bgp` (with its ASN, up to 1.3).
REPLACED_OF_BGP: tuple[Path, ...] = (
    ("address-family", "ipv4-unicast", "maximum-paths"),
    ("maximum-paths",),
    ("parameters", "router-id"),
    ("system-as",),
)

_PEER = ("vpn", "ipsec", "site-to-site", "peer")
_VTI = ("interfaces", "vti")
_STATIC = ("protocols", "static", "route")
_ETH0_ADDRESS = ("interfaces", "ethernet", "eth0", "address")
_NETWORKS: tuple[Path, ...] = (("network",), ("address-family", "ipv4-unicast", "network"))
_NAT = (("nat", "source", "rule", "outbound-interface"), ("nat", "destination", "rule", "inbound-interface"))


@dataclass(frozen=True, slots=True)
class Ownership:
    """What is ours of one router, as paths that own everything below them; `kept` is what isn't even added."""

    ours: frozenset[Path]
    kept: frozenset[Path]

    def may_set(self, path: Path) -> bool:
        return not any(path[:length] in self.kept for length in range(1, len(path) + 1))

    def may_delete(self, path: Path) -> bool:
        return any(path[:length] in self.ours for length in range(1, len(path) + 1))


def ownership(router: Tree, rendered: Tree, file: str = "router") -> Ownership:
    """What is ours on a router that is to get a rendered configuration; `file` names the router in errors.

    Raises LandbridgeError (code "name") where something that is somebody else's stands in the place of what is to be.
    """
    findings: list[Finding] = []
    ours: set[Path] = set()
    for place in NAMED:
        named = [name for name in router.values(*place) if name.startswith(OUR_NAMES)]
        ours |= {(*place, name) for name in (*named, *rendered.values(*place))}
    ours |= {place for place in REPLACED if rendered.has(*place)}

    peers = set(rendered.values(*_PEER)) | {peer for peer in router.values(*_PEER) if _is_our_peer(router, peer, ours)}
    vtis = _bound(router, peers) | _bound(rendered, peers)
    ours |= {(*_PEER, peer) for peer in peers} | {("vpn", "ipsec", "authentication", "psk", peer) for peer in peers}
    ours |= {(*_VTI, vti) for vti in vtis} | {("firewall", "options", "interface", vti) for vti in vtis}
    for peer in router.values(*_PEER):
        vti = router.value(*_PEER, peer, "vti", "bind")
        if peer not in peers and vti in vtis:
            findings.append(_in_the_way(router, (*_PEER, peer, "vti", "bind", str(vti)), f"{vti} is bound by a peer of yours", file))

    translated: set[str] = set()
    for *nat, leaf in _NAT:
        place = tuple(nat)
        for number in router.values(*place):
            if _is_our_rule(router, (*place, number), leaf, vtis):
                ours.add((*place, number))
                translated |= {side for at in _SIDES for side in router.values(*place, number, *at)}
            elif rendered.has(*place, number):
                findings.append(_in_the_way(router, (*place, number), f"rule {number} is taken by a rule of yours", file))
    for number in router.values("firewall", "ipv4", "input", "filter", "rule"):
        rule = ("firewall", "ipv4", "input", "filter", "rule", number)
        if ("firewall", "ipv4", "name", router.value(*rule, "jump-target") or "") in ours:
            ours.add(rule)
        elif rendered.has(*rule):
            findings.append(_in_the_way(router, rule, f"rule {number} is taken by a rule of yours", file))

    announced, asns_differ = _bgp(router, rendered, vtis, ours)
    if asns_differ is not None:
        findings.append(_in_the_way(router, asns_differ, "another BGP instance has neighbors of yours", file))
    routes = {*rendered.values(*_STATIC), *announced, *translated} - ({"0.0.0.0/0"} - set(rendered.values(*_STATIC)))
    ours |= {(*_STATIC, prefix) for prefix in routes}
    if findings:
        raise LandbridgeError(*findings)
    return Ownership(frozenset(ours), frozenset({_ETH0_ADDRESS} if router.values(*_ETH0_ADDRESS) else ()))


_SIDES = (("source", "address"), ("destination", "address"), ("translation", "address"))


def _is_our_peer(router: Tree, peer: str, ours: set[Path]) -> bool:
    """Whether a peer is ours: bound to a VTI, with an IKE group or a name that is."""
    group = router.value(*_PEER, peer, "ike-group") or ""
    return router.has(*_PEER, peer, "vti") and (peer.startswith(OUR_NAMES) or ("vpn", "ipsec", "ike-group", group) in ours)


def _bound(tree: Tree, peers: set[str]) -> set[str]:
    return {vti for peer in peers if (vti := tree.value(*_PEER, peer, "vti", "bind")) is not None}


def _is_our_rule(router: Tree, rule: Path, leaf: str, vtis: set[str]) -> bool:
    """Whether a NAT rule is ours: 1:1, on one of our VTIs."""
    interface = router.value(*rule, leaf, "name") or router.value(*rule, leaf)
    return interface in vtis and "/" in (router.value(*rule, "translation", "address") or "")


def _bgp(router: Tree, rendered: Tree, vtis: set[str], ours: set[Path]) -> tuple[set[str], Path | None]:
    """Adds what is ours of BGP; gives the prefixes that are announced as ours, and the instance that can't stay beside the rendered one."""
    inside = [link for vti in vtis if (link := _link(router, vti)) is not None]
    wanted = dict(_instances(rendered))
    announced: set[str] = {prefix for base in wanted for at in _NETWORKS for prefix in rendered.values(*base, *at)}
    listed = {
        prefix
        for name in router.values("policy", "prefix-list")
        if name.startswith(OUR_NAMES)
        for rule in router.values("policy", "prefix-list", name, "rule")
        if router.value("policy", "prefix-list", name, "rule", rule, "action") == "permit"
        and (prefix := router.value("policy", "prefix-list", name, "rule", rule, "prefix")) is not None
    }
    in_the_way = None
    for base, asn in _instances(router):
        neighbors = router.values(*base, "neighbor")
        mine = {one for one in neighbors if _is_within(one, inside) or any(rendered.has(*other, "neighbor", one) for other in wanted)}
        whole = len(mine) == len(neighbors)
        ours.update((*base, "neighbor", one) for one in mine)
        for at in _NETWORKS:
            own = {prefix for prefix in router.values(*base, *at) if whole or prefix in listed or prefix in announced}
            ours.update((*base, *at, prefix) for prefix in own)
            announced |= own
        if any(asn != other for other in wanted.values()) and not whole:
            in_the_way = base
        elif wanted and base not in wanted:
            ours.add(base)  # all of it was ours, and the rendered one takes its place
        ours.update((*base, *at) for at in REPLACED_OF_BGP if any(rendered.has(*other, *at) for other in wanted))
    return announced, in_the_way


def _instances(tree: Tree) -> Iterator[tuple[Path, str | None]]:
    """Where BGP is configured, and its ASN: below it up to 1.3, as `system-as` from 1.4."""
    below = tree.values("protocols", "bgp")
    numbers = [word for word in below if word.isdigit()]
    for number in numbers:
        yield ("protocols", "bgp", number), number
    if below and not numbers:
        yield ("protocols", "bgp"), tree.value("protocols", "bgp", "system-as")


def _link(tree: Tree, vti: str) -> IPv4Interface | None:
    try:
        return IPv4Interface(tree.value(*_VTI, vti, "address") or "")
    except ValueError:
        return None


def _is_within(word: str, links: list[IPv4Interface]) -> bool:
    try:
        return any(IPv4Address(word) in link.network for link in links)
    except ValueError:
        return False


def _in_the_way(router: Tree, path: Path, what: str, file: str) -> Finding:
    node = router.get(*path)
    where = Where(file, (node.line or None) if node is not None else None, path=" ".join(path))
    return error("name", f"{what}, and landbridge needs its place.", where, "Give yours another number or name, then compare again.")
