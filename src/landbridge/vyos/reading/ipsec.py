"""IPsec: the site-to-site peers that are bound to a VTI, with the proposals of their groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from landbridge.vyos.dialect import Dialect
from landbridge.vyos.placeholder import PLACEHOLDER
from landbridge.vyos.reading.statement import Statement
from landbridge.vyos.router import Interface, Peer, Proposal

DpdAction = Literal["hold", "clear", "restart"]

_AEAD = re.compile(r"aes\d+(gcm|ccm)\d+|chacha20poly1305")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_DPD_ACTIONS: Mapping[str, DpdAction] = {"hold": "hold", "trap": "hold", "clear": "clear", "restart": "restart"}
_CLOSE_ACTIONS: Mapping[str, DpdAction | None] = {**_DPD_ACTIONS, "start": "restart", "none": None}


@dataclass(frozen=True, slots=True)
class _IkeGroup:
    version: Literal[0, 1, 2]
    version_line: int
    proposals: tuple[Proposal, ...]
    lifetime: int
    dpd_action: DpdAction | None
    dpd_interval: int
    dpd_timeout: int
    close_action: DpdAction | None


@dataclass(frozen=True, slots=True)
class _EspGroup:
    """`pfs` is a group number, None without; `ike` where it is the group of the peer's first IKE proposal."""

    proposals: tuple[Proposal, ...]
    lifetime: int
    pfs: int | None
    pfs_line: int
    ike: bool


def read_ipsec_interfaces(root: Statement, dialect: Dialect) -> tuple[str, ...]:
    """The interfaces that IPsec is enabled on. 1.1 to 1.3 refuse to commit without."""
    path = ("interface",) if dialect.named_peers else ("ipsec-interfaces", "interface")
    ipsec = root.below("vpn", "ipsec")
    if ipsec is None:
        return ()
    found = tuple(value.word for value in ipsec.each(*path))
    if not found and not dialect.named_peers and ipsec.tree:
        ipsec.fail("no interface is named for IPsec.", "Add `set vpn ipsec ipsec-interfaces interface eth0`.")
    return found


def read_peers(root: Statement, dialect: Dialect, interfaces: tuple[Interface, ...]) -> tuple[Peer, ...]:
    """The peers bound to a VTI, in order; those of policy-based tunnels are left unread."""
    ipsec = root.below("vpn", "ipsec")
    if ipsec is None:
        return ()
    for word in ("nat-traversal", "options", "logging", "log", "disable-uniqreqids", "nat-networks", "auto-update"):
        ipsec.ignore(word)  # every release here detects NAT, and no routes are installed for a VTI
    ikes = {group.word: _ike_group(group, dialect) for group in ipsec.each("ike-group")}
    esps = {group.word: _esp_group(group) for group in ipsec.each("esp-group")}
    keys = _keys(ipsec)
    vtis = {interface.name for interface in interfaces}
    peers: list[Peer] = []
    for statement in ipsec.each("site-to-site", "peer"):
        if statement.has("disable"):
            statement.ignore()
        elif not statement.has("vti"):
            if not statement.has("tunnel"):
                statement.fail("the peer has neither a VTI nor a tunnel.", "Bind it: `… vti bind vti0`.")
            statement.leave()
        elif (peer := _peer(statement, dialect, ikes, esps, keys)) is not None:
            if peer.vti not in vtis:
                statement.fail(
                    f"there is no interface {peer.vti!r}.", f"Configure it: `set interfaces vti {peer.vti} address …`.", code="name"
                )
            elif any(other.vti == peer.vti for other in peers):
                statement.fail(f"{peer.vti} is bound by another peer already.", "Give each peer a VTI of its own.", code="name")
            peers.append(peer)
    return tuple(peers)


def _ike_group(group: Statement, dialect: Dialect) -> _IkeGroup:
    for word in ("description", "mode", "ikev2-reauth", "mobike", "disable-mobike"):
        group.ignore(word)
    exchange = group.choice("key-exchange", among=("ikev1", "ikev2"))
    version: Literal[0, 1, 2] = 1 if exchange == "ikev1" else 2 if exchange == "ikev2" else dialect.default_ike_version
    dpd = group.below("dead-peer-detection")
    action: DpdAction | None = None
    if dpd is not None:
        chosen = dpd.choice("action", among=tuple(_DPD_ACTIONS))
        action = _DPD_ACTIONS[chosen] if chosen is not None else dialect.default_dpd_action
    interval = group.number("dead-peer-detection", "interval", least=dialect.least_dpd_interval, most=86400)
    timeout = group.number("dead-peer-detection", "timeout", least=dialect.least_dpd_timeout, most=86400)
    closed = group.choice("close-action", among=tuple(_CLOSE_ACTIONS))
    proposals = []
    for statement in group.each("proposal"):
        encryption, integrity = _algorithms(statement)
        dh = statement.number("dh-group", least=1, most=32)
        prf = statement.text("prf")
        aead = _AEAD.fullmatch(encryption) is not None
        named = prf.removeprefix("prf") if prf is not None else integrity if aead else None
        group_number = dh if dh is not None else dialect.default_dh
        proposals.append(Proposal(encryption, None if aead else integrity, group_number, named, _lines(statement)))
    if not proposals:
        group.fail("the IKE group has no proposal.", f"Add one: `set {group.shown} proposal 1 encryption …`.")
    lifetime = group.number("lifetime", least=0, most=86400)
    return _IkeGroup(
        version,
        group.line_of("key-exchange"),
        tuple(proposals),
        28800 if lifetime is None else lifetime,
        action,
        interval or 30,
        timeout or 120,
        _CLOSE_ACTIONS[closed] if closed is not None else None,
    )


def _esp_group(group: Statement) -> _EspGroup:
    for word in ("description", "compression"):
        group.ignore(word)
    if group.text("mode") == "transport":
        group.fail("a VTI needs tunnel mode.", f"Delete `{group.shown} mode`.")
    pfs = group.value("pfs")
    number: int | None = None
    if pfs is not None and pfs.word not in ("enable", "disable"):
        match = re.fullmatch(r"dh-group([12]?\d|3[0-2])", pfs.word)
        if match is None:
            pfs.wrong("enable, disable or a group such as dh-group14")
        else:
            number = int(match[1])
    proposals = []
    for statement in group.each("proposal"):
        encryption, integrity = _algorithms(statement)
        proposals.append(Proposal(encryption, None if _AEAD.fullmatch(encryption) else integrity, None, None, _lines(statement)))
    if not proposals:
        group.fail("the ESP group has no proposal.", f"Add one: `set {group.shown} proposal 1 encryption …`.")
    lifetime = group.number("lifetime", least=30, most=86400)
    seconds = 3600 if lifetime is None else lifetime
    return _EspGroup(tuple(proposals), seconds, number, group.line_of("pfs"), pfs is None or pfs.word == "enable")


def _lines(proposal: Statement) -> tuple[int, int, int]:
    return proposal.line_of("encryption"), proposal.line_of("hash"), proposal.line_of("dh-group")


def _algorithms(proposal: Statement) -> tuple[str, str]:
    encryption = proposal.value("encryption")
    if encryption is not None and not re.fullmatch(r"[a-z0-9]+", encryption.word):
        encryption.wrong("the name of a cipher")
    integrity = proposal.value("hash")
    if integrity is not None and not re.fullmatch(r"[a-z0-9_]+", integrity.word):
        integrity.wrong("the name of a hash")
    return encryption.word if encryption is not None else "aes128", integrity.word if integrity is not None else "sha1"


def _peer(
    peer: Statement,
    dialect: Dialect,
    ikes: Mapping[str, _IkeGroup],
    esps: Mapping[str, _EspGroup],
    keys: tuple[tuple[frozenset[str], str], ...],
) -> Peer | None:
    for word in ("description", "ikev2-reauth", "force-udp-encapsulation", "replay-window"):
        peer.ignore(word)
    initiate = peer.choice("connection-type", among=("initiate", "respond", "none")) in (None, "initiate")
    vti = peer.text("vti", "bind", required=True)
    ike_name = peer.value("ike-group", required=True)
    default_esp = peer.value("default-esp-group")
    esp_name = peer.value("vti", "esp-group") or default_esp
    for name, groups, what in ((ike_name, ikes, "IKE group"), (esp_name, esps, "ESP group"), (default_esp, esps, "ESP group")):
        if name is not None and name.word not in groups:
            name.unknown(what)
    if esp_name is None:
        peer.fail("the peer has no ESP group.", f"Add `set {peer.shown} vti esp-group …`.")
    local = _local(peer)
    local_id = peer.text("authentication", "local-id" if dialect.named_peers else "id")
    remote_id = peer.text("authentication", "remote-id") or dialect.default_remote_id
    remote = _remote(peer, dialect)
    mode = peer.text("authentication", "mode", required=dialect.named_peers)
    if mode not in (None, "pre-shared-secret"):
        peer.leave()  # certificates and RSA keys aren't built
        return None
    if dialect.named_peers:
        secret = _secret(keys, local_id or local, peer.tree.value("authentication", "remote-id") or remote)
    else:
        secret = peer.text("authentication", "pre-shared-secret", required=True) or ""
    ike = ikes.get(ike_name.word) if ike_name is not None else None
    esp = esps.get(esp_name.word) if esp_name is not None else None
    if ike is None or esp is None or vti is None:
        return None
    dh = (ike.proposals[0].dh if ike.proposals else None) if esp.ike else esp.pfs
    return Peer(
        name=peer.word,
        remote=remote,
        local=local,
        local_id=local_id,
        remote_id=remote_id,
        secret=secret,
        initiate=initiate,
        ike_version=ike.version,
        ike=ike.proposals,
        ike_lifetime=ike.lifetime,
        esp=tuple(
            Proposal(proposal.encryption, proposal.integrity, dh, None, (*proposal.lines[:2], esp.pfs_line)) for proposal in esp.proposals
        ),
        esp_lifetime=esp.lifetime,
        dpd_action=ike.dpd_action,
        dpd_interval=ike.dpd_interval,
        dpd_timeout=ike.dpd_timeout,
        vti=vti,
        line=peer.line,
        version_line=ike.version_line,
        close_action=ike.close_action,
    )


def _local(peer: Statement) -> str:
    """The peer's `local-address`; `any` where it is what DHCP gave an interface."""
    address = peer.value("local-address")
    interface = peer.value("dhcp-interface")
    if (address is None) == (interface is None):
        peer.fail("the peer needs a local-address or a dhcp-interface.", "Set exactly one of the two.")
    if address is None:
        return "any"
    if address.word != "any" and not PLACEHOLDER.fullmatch(address.word):
        address.as_address()
    return address.word


def _remote(peer: Statement, dialect: Dialect) -> str:
    value = peer.value("remote-address", required=True) if dialect.named_peers else peer
    if value is None:
        return ""
    if not (PLACEHOLDER.fullmatch(value.word) or _HOST.fullmatch(value.word)) or (
        _looks_like_address(value.word) and value.as_address() is None
    ):
        value.wrong("an IPv4 address or a host name")
    return value.word


def _looks_like_address(word: str) -> bool:
    return re.fullmatch(r"[0-9.]+", word) is not None


def _keys(ipsec: Statement) -> tuple[tuple[frozenset[str], str], ...]:
    """The pre-shared keys that stand on their own (1.4 on): for which ids, and the secret."""
    keys = []
    for psk in ipsec.each("authentication", "psk"):
        ids = frozenset(value.word for value in psk.each("id"))
        secret = psk.text("secret", required=True)
        if not ids:
            psk.fail("the key is for no id.", f"Add `set {psk.shown} id …`.")
        keys.append((ids, secret or ""))
    return tuple(keys)


def _secret(keys: tuple[tuple[frozenset[str], str], ...], local: str, remote: str) -> str:
    """The key that strongSwan takes: the one that names most of the two ends; empty if none does."""
    best = max(keys, key=lambda key: (remote in key[0]) * 2 + (local in key[0]), default=None)
    return best[1] if best is not None and best[0] & {local, remote} else ""
