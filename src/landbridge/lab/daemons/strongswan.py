"""strongSwan's configuration (swanctl.conf), for gateways and for the hub.

https://docs.strongswan.org/docs/5.9/swanctl/swanctlConf.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.artifacts.manifest import Options
from landbridge.findings import LandbridgeError, error
from landbridge.vyos.router import Peer, Proposal

PLUGINS = "random nonce aes sha1 sha2 hmac kdf gmp openssl kernel-netlink socket-default vici updown"
GROUPS = {
    1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048", 15: "modp3072", 16: "modp4096", 17: "modp6144", 18: "modp8192",
    19: "ecp256", 20: "ecp384", 21: "ecp521", 22: "modp1024s160", 23: "modp2048s224", 24: "modp2048s256", 25: "ecp192", 26: "ecp224",
    27: "ecp224bp", 28: "ecp256bp", 29: "ecp384bp", 30: "ecp512bp", 31: "curve25519", 32: "curve448",
}  # fmt: skip
CIPHERS = {"aes128gcm128": "aes128gcm16", "aes256gcm128": "aes256gcm16"}
AWS_CIPHERS = {"aes128-gcm": "aes128gcm16", "aes256-gcm": "aes256gcm16"}

# VyOS leaves strongSwan's own retransmission alone (4 s, 5 tries); AWS gives a silent peer up after its DPD timeout of 30 s.
GATEWAY_RETRANSMISSION = ""
HUB_RETRANSMISSION = "  retransmit_timeout = 3\n  retransmit_base = 1.6\n  retransmit_tries = 3\n"


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection with its one child, bound to a VTI by its mark."""

    name: str
    version: int
    local: str
    remote: str
    local_id: str
    remote_id: str
    ike: tuple[str, ...]
    ike_lifetime: int
    esp: tuple[str, ...]
    esp_lifetime: int
    dpd_delay: int
    dpd_timeout: int
    dpd_action: str
    start: bool
    mark: int
    vti: str | None
    unique: str
    close_action: str = "none"

    def text(self) -> str:
        closed = f"close_action = {self.close_action}\n      " if self.close_action != "none" else ""
        updown = f"updown = /guest/vti {self.vti}\n      " if self.vti else ""
        return f"""  {self.name} {{
    version = {self.version}
    local_addrs = {self.local}
    remote_addrs = {self.remote}
    proposals = {", ".join(self.ike)}
    rekey_time = {self.ike_lifetime}s
    keyingtries = 0
    mobike = no
    unique = {self.unique}
    dpd_delay = {self.dpd_delay}s
    dpd_timeout = {self.dpd_timeout}s
    local {{
      auth = psk
      id = {_quoted(self.local_id)}
    }}
    remote {{
      auth = psk
      id = {_quoted(self.remote_id)}
    }}
    children {{ {self.name} {{
      {updown}local_ts = 0.0.0.0/0
      remote_ts = 0.0.0.0/0
      esp_proposals = {", ".join(self.esp)}
      rekey_time = {self.esp_lifetime}s
      mark_in = {self.mark}
      mark_out = {self.mark}
      dpd_action = {self.dpd_action}
      {closed}start_action = {"start" if self.start else "none"}
    }} }}
  }}
"""


def swanctl(connections: Iterable[Connection]) -> str:
    """swanctl.conf without its secrets: those come by the machine's console and stay in its memory."""
    body = "".join(connection.text() for connection in connections)
    return f"connections {{\n{body}}}\ninclude /tmp/secrets.conf\n"


def strongswan(retransmission: str) -> str:
    """strongswan.conf: only the plugins that are needed, since loading all takes seconds."""
    charon = f"charon {{\n  load = {PLUGINS}\n  install_routes = no\n{retransmission}"
    log = "  filelog {\n    log {\n      path = /host/charon.log\n      flush_line = yes\n      default = 1\n    }\n  }\n"
    return f"{charon}{log}}}\nswanctl {{\n  load = random\n}}\n"


def gateway_connection(peer: Peer, mark: int) -> Connection:
    """A gateway's side, as its VyOS release would configure it."""
    restart = {"restart": "restart", "hold": "trap", "clear": "clear", None: "clear"}[peer.dpd_action]
    closed = {"restart": "start", "hold": "trap", "clear": "none", None: "none"}[peer.close_action]
    return Connection(
        name=f"tunnel{mark}",
        version=peer.ike_version,
        local="%any" if peer.local == "any" else peer.local,
        remote=peer.remote,
        local_id=identities(peer)[0],
        remote_id=identities(peer)[1],
        ike=tuple(_proposal(proposal, prf=True) for proposal in peer.ike),
        ike_lifetime=peer.ike_lifetime,
        esp=tuple(_proposal(proposal, prf=False) for proposal in peer.esp),
        esp_lifetime=peer.esp_lifetime,
        dpd_delay=peer.dpd_interval if peer.dpd_action else 0,
        dpd_timeout=peer.dpd_timeout if peer.dpd_action else 0,
        dpd_action=restart,
        start=peer.initiate,
        mark=mark,
        vti=peer.vti,
        unique="no",
        close_action=closed,
    )


def identities(peer: Peer) -> tuple[str, str]:
    """The ids of the two ends: strongSwan takes the addresses where a text names none."""
    return peer.local_id or ("%any" if peer.local == "any" else peer.local), peer.remote_id or peer.remote


def hub_connection(name: str, outside: str, eip: str, options: Options, mark: int) -> Connection:
    """AWS' side of a tunnel: it answers the gateway's Elastic IP, whatever id the gateway gives."""
    cipher = AWS_CIPHERS.get(options.encryption, options.encryption)
    group = _group(options.dh)
    aead = options.encryption in AWS_CIPHERS
    return Connection(
        name=name,
        version=2 if options.ike == "ikev2" else 1,
        local=outside,
        remote=eip,
        local_id=outside,
        remote_id="%any",
        ike=(f"{cipher}-{'prf' if aead else ''}{options.integrity}-{group}",),
        ike_lifetime=options.ike_lifetime,
        esp=(f"{cipher}-{group}" if aead else f"{cipher}-{options.integrity}-{group}",),
        esp_lifetime=options.esp_lifetime,
        dpd_delay=10,
        dpd_timeout=options.dpd,
        dpd_action="clear",
        start=options.startup == "aws",
        mark=mark,
        vti=None,
        unique="replace",  # one a tunnel: a gateway that has lost its memory takes its old place
    )


def secret(number: int, key: str, *identities: str) -> str:
    """A few lines of swanctl's secrets; with AWS' own address as the only identity, whoever asks for it must know the key."""
    ids = " ".join(f"id{position} = {_quoted(identity)}\n" for position, identity in enumerate(identities, 1))
    return f"ike{number} {{\nsecret = {_quoted(key)}\n{ids}}}"


def _proposal(proposal: Proposal, *, prf: bool) -> str:
    cipher = CIPHERS.get(proposal.encryption, proposal.encryption)
    words = [cipher]
    if proposal.integrity:
        words.append(proposal.integrity)
    if prf and proposal.prf:
        words.append(f"prf{proposal.prf}")
    if proposal.dh:
        words.append(_group(proposal.dh))
    return "-".join(words)


def _group(number: int) -> str:
    if number not in GROUPS:
        raise LandbridgeError(error("lab", f"the lab's machines have no Diffie-Hellman group {number}"))
    return GROUPS[number]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
