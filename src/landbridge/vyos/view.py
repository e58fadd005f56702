"""What the templates are told of one gateway: every decision is made here, the templates only lay it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from landbridge.findings import Finding, LandbridgeError, error
from landbridge.vyos.dialect import Dialect
from landbridge.vyos.roles import SCRIPTS

if TYPE_CHECKING:  # who only reads routers doesn't wait for the whole of design
    from landbridge.design.model import Design, GatewayPlan, SitePlan

MTU = 1436  # bytes in a tunnel, and the MSS that fits with any of its algorithms: AWS' own figures
MSS = 1379
FIRST_NAT_RULE = 32  # the number that the hand-made gateways begin with
FIRST_ADMIN_RULE = 100
ACTIVE_PRIORITY, STANDBY_PRIORITY = 110, 100
TIME = "169.254.169.123"  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-ec2-ntp.html


@dataclass(frozen=True, slots=True)
class TunnelView:
    """A tunnel: its VTI with the gateway's inside address (`169.254.12.78/30`), and AWS' inside (`neighbor`) and outside addresses."""

    name: str
    number: int
    vti: str
    inside: str
    neighbor: str
    outside: str
    secret: str


@dataclass(frozen=True, slots=True)
class IpsecView:
    """IPsec options in VyOS' words. `prf` is None where the integrity algorithm says it; times in seconds."""

    key_exchange: str
    encryption: str
    hash: str
    prf: str | None
    dh: int
    ike_lifetime: int
    esp_lifetime: int
    dpd_interval: int
    dpd_timeout: int
    initiate: bool


@dataclass(frozen=True, slots=True)
class NatView:
    """One translation on one tunnel: the number of its source rule and of its destination rule."""

    rule: int
    vti: str
    local: str
    global_: str


@dataclass(frozen=True, slots=True)
class KeyView:
    """An OpenSSH public key, taken apart."""

    name: str
    type: str
    key: str


@dataclass(frozen=True, slots=True)
class AdminView:
    """A prefix that SSH is let in from, and its rule's number."""

    rule: int
    cidr: str


@dataclass(frozen=True, slots=True)
class PairView:
    """How one of a pair watches the other: the VRRP group, both gateways' secondary addresses, the scripts' folder; times in seconds.

    VyOS takes no group without a `virtual` address, and nobody is to use it: it is one of a range that AWS keeps back from tunnels.
    """

    own: str
    peer: str
    priority: int
    group: str = "PAIR"
    vrid: int = 1
    virtual: str = "169.254.0.1/32"
    scripts: str = SCRIPTS
    check_interval: int = 5
    check_failures: int = 2


@dataclass(frozen=True, slots=True)
class GatewayView:
    """One gateway. Addresses are text: some are placeholders. `prepend` is None where the role asks for no prepends."""

    name: str
    keys: tuple[KeyView, ...]
    admins: tuple[AdminView, ...]
    tunnels: tuple[TunnelView, ...]
    ipsec: IpsecView
    local_address: str
    local_id: str
    pair: PairView | None
    nat: tuple[NatView, ...]
    router: str
    local: tuple[str, ...]
    translated: tuple[str, ...]
    advertised: tuple[str, ...]
    asn: int
    hub_asn: int
    router_id: str
    prepend: str | None
    mtu: int
    mss: int
    time: str = TIME


def view(site: SitePlan, gateway: GatewayPlan, design: Design, dialect: Dialect) -> GatewayView:
    """The view of a gateway. Raises LandbridgeError (code "release") with all that the release can't do."""
    findings: list[Finding] = []
    if len(site.gateways) > 1 and not dialect.pair:
        findings.append(
            _cannot(gateway, dialect, "a pair of gateways", "Make the site's availability `single`, or choose a later release.")
        )
    tunnels = tuple(
        TunnelView(
            name=tunnel.name,
            number=tunnel.number,
            vti=f"vti{tunnel.number - 1}",
            inside=f"{tunnel.gateway}/{tunnel.inside.prefixlen}",
            neighbor=str(tunnel.aws),
            outside=f"${{outside:{tunnel.name}}}",
            secret=f"${{psk:{tunnel.name}}}",
        )
        for tunnel in gateway.tunnels
    )
    result = GatewayView(
        name=gateway.name,
        keys=_keys(gateway, design.admin.ssh_keys, dialect, findings),
        admins=tuple(AdminView(FIRST_ADMIN_RULE + number, str(cidr)) for number, cidr in enumerate(design.admin.cidrs)),
        tunnels=tunnels,
        ipsec=_ipsec(site, gateway, dialect, findings),
        local_address=f"${{private:{gateway.name}}}",
        local_id=f"${{eip:{gateway.name}}}",
        pair=_pair(site, gateway),
        nat=_nat(site, gateway, tunnels, dialect, findings),
        router=str(gateway.subnet[1]) if gateway.subnet is not None else f"${{router:{gateway.name}}}",
        local=tuple(str(subnet.local) for subnet in site.subnets if not subnet.private),
        translated=tuple(str(translation.global_) for translation in site.translations),
        advertised=tuple(str(prefix) for prefix in site.advertised),
        asn=gateway.asn,
        hub_asn=design.hub.asn,
        router_id=str(gateway.tunnels[0].gateway),
        prepend=_prepend(site, gateway),
        mtu=MTU,
        mss=MSS,
    )
    if findings:
        raise LandbridgeError(*findings)
    return result


def _cannot(gateway: GatewayPlan, dialect: Dialect, what: str, remedy: str) -> Finding:
    return error("release", f"{gateway.name}: VyOS {dialect.release} has no {what}.", None, remedy)


def _ipsec(site: SitePlan, gateway: GatewayPlan, dialect: Dialect, findings: list[Finding]) -> IpsecView:
    vpn = site.vpn
    if vpn.encryption not in dialect.ciphers:
        findings.append(_cannot(gateway, dialect, f"encryption {vpn.encryption}", f"Use one of {', '.join(dialect.ciphers)}."))
    aead = vpn.encryption.endswith("-gcm")
    return IpsecView(
        key_exchange=vpn.ike,
        encryption=dialect.ciphers.get(vpn.encryption, vpn.encryption),
        hash=vpn.integrity,
        prf=f"prf{vpn.integrity}" if aead and dialect.prf else None,
        dh=vpn.dh,
        ike_lifetime=vpn.ike_lifetime,
        esp_lifetime=vpn.esp_lifetime,
        dpd_interval=max(dialect.least_dpd_interval, vpn.dpd // 3),
        dpd_timeout=max(dialect.least_dpd_timeout, vpn.dpd),
        initiate=vpn.startup == "gateway",
    )


def _nat(
    site: SitePlan, gateway: GatewayPlan, tunnels: tuple[TunnelView, ...], dialect: Dialect, findings: list[Finding]
) -> tuple[NatView, ...]:
    """The rules of each translation on each tunnel, the second tunnel first: so number the hand-made gateways' rules."""
    rules = [
        NatView(FIRST_NAT_RULE + len(tunnels) * number + place, tunnel.vti, str(translation.local), str(translation.global_))
        for number, translation in enumerate(site.translations)
        for place, tunnel in enumerate(reversed(tunnels))
    ]
    if rules and rules[-1].rule > dialect.highest_nat_rule:
        most = (dialect.highest_nat_rule + 1 - FIRST_NAT_RULE) // len(tunnels)
        findings.append(
            _cannot(gateway, dialect, f"room for {len(site.translations)} translations", f"Translate at most {most} subnets of a site.")
        )
    return tuple(rules)


def _pair(site: SitePlan, gateway: GatewayPlan) -> PairView | None:
    """How the gateway and the pair's other one watch each other; None for a single."""
    peer = next((other.secondary for other in site.gateways if other.name != gateway.name), None)
    if peer is None or gateway.secondary is None:
        return None
    return PairView(str(gateway.secondary), str(peer), ACTIVE_PRIORITY if gateway.role == "active" else STANDBY_PRIORITY)


def _prepend(site: SitePlan, gateway: GatewayPlan) -> str | None:
    """Of a pair, the active announces with its ASN once more and the standby twice: one that takes over, with none, beats both."""
    if len(site.gateways) == 1:
        return None
    return " ".join([str(gateway.asn)] * (1 if gateway.role == "active" else 2))


def _keys(gateway: GatewayPlan, lines: tuple[str, ...], dialect: Dialect, findings: list[Finding]) -> tuple[KeyView, ...]:
    """OpenSSH public keys (`type base64 comment`), each under a name of its own that is safe in a configuration path."""
    keys: dict[str, KeyView] = {}
    for number, line in enumerate(lines, 1):
        words = line.split(None, 2)
        if len(words) < 2 or not re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", words[1]):
            findings.append(
                error(
                    "schema", f"admin.ssh_keys: key {number} is not an OpenSSH public key.", None, "Write it as `ssh-ed25519 AAAA… name`."
                )
            )
            continue
        if words[0] not in dialect.ssh_key_types:
            known = ", ".join(sorted(dialect.ssh_key_types))
            findings.append(
                _cannot(gateway, dialect, f"SSH keys such as key {number} of admin.ssh_keys", f"Give a key of another type ({known}).")
            )
            continue
        name = re.sub(r"[^A-Za-z0-9._@-]+", "-", words[2] if len(words) > 2 else "").strip("-")[:64] or f"key-{number}"
        if name in keys:
            name = f"{name}-{number}"
        keys[name] = KeyView(name, words[0], words[1])
    return tuple(keys.values())
