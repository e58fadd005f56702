"""The text form of a download ("Vyatta Network OS 6.5+"): `set` commands of release 1.1 among comment lines that begin with `!`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface

from landbridge.findings import Finding, LandbridgeError, Where, error, note
from landbridge.vyos.download.facts import Download, Phase, Tunnel, as_cipher, as_group, as_hash, is_key
from landbridge.vyos.reading.statement import Ledger, Statement
from landbridge.vyos.text import parse

_COMMENT = re.compile(r"^[ \t]*!.*$", re.MULTILINE)
_CONNECTION = re.compile(r"\bvpn-[0-9a-f]{8,17}\b")


def read_vyatta(text: str, file: str) -> Download:
    """The facts of a text. Raises LandbridgeError with all that is wrong with it; keys aren't quoted."""
    ledger = Ledger(file)
    root = Statement(parse(_COMMENT.sub("", text.replace("\r\n", "\n")), file), (), ledger)
    peers = list(root.each("vpn", "ipsec", "site-to-site", "peer"))
    if not peers:
        raise LandbridgeError(
            error("syntax", "has no tunnels.", Where(file), 'Download the configuration for "Vyatta Network OS 6.5+", or the XML.')
        )
    for path in ("ipsec-interfaces", "esp-group"):
        root.ignore("vpn", "ipsec", path)
    tunnels = [tunnel for peer in peers if (tunnel := _tunnel(root, peer)) is not None]
    customers = [address for peer in peers if (address := peer.address("local-address", required=True)) is not None]
    dropped = list(_left_out(root, file))
    if ledger.findings:
        raise LandbridgeError(*ledger.findings)
    if len({tunnel.number for tunnel in tunnels}) < len(tunnels):
        raise LandbridgeError(error("syntax", "binds two tunnels to one VTI.", Where(file), "Download it again."))
    found = _CONNECTION.search(text)
    return Download(found[0] if found else "vpn", customers[0], tuple(sorted(tunnels, key=lambda one: one.number)), tuple(dropped))


def _left_out(root: Statement, file: str) -> Iterator[Finding]:
    """What of the text isn't in the facts: the announcement of a default route, and what AWS' text doesn't have."""
    for bgp in root.each("protocols", "bgp"):
        for network in bgp.each("network"):
            message = f"`network {network.word[:40]}` is left out: announced to AWS, it would draw the other sites' traffic here."
            yield note("not-represented", message, Where(file, network.line), "Announce the site's own prefixes.")
    for unread in root.unread():
        shown = " ".join(unread.path[:-1][:4])  # never a value: it may be a secret
        yield note("not-represented", f"`{shown[:80]} …` is left out: AWS' text has no such line.", Where(file, unread.line))


def _tunnel(root: Statement, peer: Statement) -> Tunnel | None:
    peer.ignore("description")
    peer.ignore("authentication", "mode")
    outside = peer.as_address()
    key = peer.text("authentication", "pre-shared-secret", required=True)
    if key is not None and not is_key(key):
        peer.fail("the pre-shared key isn't one as AWS makes them.", "Download it again.")
    vti = peer.value("vti", "bind", required=True)
    ike = _phase(root, peer, peer.text("ike-group", required=True), "ike-group")
    esp = _phase(root, peer, peer.text("vti", "esp-group", required=True), "esp-group")
    for extra in ("connection-type", "ikev2-reauth"):
        peer.ignore(extra)  # what is corrected by hand may be there already
    if vti is None or outside is None or key is None or ike is None or esp is None:
        return None
    link = root.below("interfaces", "vti", vti.word)
    address = link.value("address", required=True) if link is not None else None
    own = address.as_interface() if address is not None else None
    if link is None or own is None or own.network.prefixlen > 30 or not re.fullmatch(r"vti[0-9]{1,3}", vti.word):
        vti.fail("the VTI has no inside address.", "Download it again.")
        return None
    link.ignore("description")
    link.ignore("mtu")
    group = root.below("vpn", "ipsec", "ike-group", peer.tree.value("ike-group") or "")
    assert group is not None
    for extra in ("key-exchange", "ikev2-reauth"):
        group.ignore(extra)
    group.ignore("dead-peer-detection", "action")
    interval = group.number("dead-peer-detection", "interval", least=1, most=3600) or 10
    timeout = group.number("dead-peer-detection", "timeout", least=1, most=3600) or 30
    asn, aws, aws_asn, holdtime = _bgp(root, own)
    number = int(vti.word.removeprefix("vti")) + 1
    inside = own.network
    return Tunnel(number, outside, inside, own.ip, aws or inside[1], key, ike, esp, interval, timeout, asn, aws_asn, holdtime)


def _phase(root: Statement, peer: Statement, name: str | None, kind: str) -> Phase | None:
    group = root.below("vpn", "ipsec", kind, name) if name is not None else None
    proposal = next(iter(group.each("proposal")), None) if group is not None else None
    if group is None or proposal is None:
        peer.fail(f"there is no {kind} with a proposal.", "Download it again.", code="name")
        return None
    encryption = as_cipher(proposal.text("encryption", required=True) or "")
    integrity = as_hash(proposal.text("hash", required=True) or "")
    word = proposal.text("dh-group", required=True) if kind == "ike-group" else group.text("pfs")
    lifetime = group.number("lifetime", least=60, most=86400, required=True)
    if encryption is None or integrity is None:
        proposal.fail("the algorithms aren't ones that AWS has.", "Download it again.")
    if encryption is None or integrity is None or lifetime is None:
        return None
    return Phase(encryption, integrity, as_group(word) if word is not None else None, lifetime)


def _bgp(root: Statement, own: IPv4Interface) -> tuple[int | None, IPv4Address | None, int | None, int | None]:
    """The gateway's ASN, AWS' address and ASN, and the hold time; all None without BGP."""
    for bgp in root.each("protocols", "bgp"):
        for neighbor in bgp.each("neighbor"):
            address = neighbor.as_address()
            if address is not None and address in own.network:
                neighbor.ignore("soft-reconfiguration")
                neighbor.ignore("timers", "keepalive")
                asn = bgp.as_number(1, 4294967294)
                remote = neighbor.number("remote-as", least=1, most=4294967294, required=True)
                return asn, address, remote, neighbor.number("timers", "holdtime", least=3, most=65535) or 30
    return None, None, None, None
