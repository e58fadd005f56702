"""Which tunnels can come up, and over which BGP can: what both ends' texts and rules must agree on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from landbridge.artifacts.manifest import Gateway, Options, Tunnel
from landbridge.findings import Where
from landbridge.verify.network import Network, subnet_of
from landbridge.verify.screening import Screened, accepts
from landbridge.verify.span import span_of, span_of_address
from landbridge.vyos.router import Interface, Neighbor, Peer, Proposal, Router

CIPHERS = {"aes128gcm128": "aes128-gcm", "aes256gcm128": "aes256-gcm"}
IKE_PORTS = (500, 4500)
BGP_PORT = 179
EPHEMERAL = 40000  # a port that a system gives to a client


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something can't be, the line to blame, and what to do. `against`: where a stack says what that line is at odds with."""

    message: str
    where: Where
    remedy: str
    against: Where | None = None


@dataclass(frozen=True, slots=True)
class TunnelState:
    """A tunnel as it will be with nothing broken. `ipsec` and `bgp` say why it, or the session over it, can't come up.

    `vti` is the interface that its peer is bound to ("" without a peer); `neighbor` the router's statement of the session.
    """

    tunnel: Tunnel
    gateway: str
    vti: str
    neighbor: Neighbor | None
    ipsec: Fault | None
    bgp: Fault | None
    cautions: tuple[Fault, ...]

    @property
    def up(self) -> bool:
        return self.ipsec is None

    @property
    def session(self) -> bool:
        return self.ipsec is None and self.bgp is None


def tunnel_states(network: Network) -> dict[str, TunnelState]:
    """Every tunnel of a network, by its name."""
    return {
        tunnel.name: tunnel_state(network, gateway, network.routers[gateway.name], tunnel)
        for gateway in network.manifest.gateways
        for tunnel in gateway.tunnels
    }


def tunnel_state(network: Network, gateway: Gateway, router: Router, tunnel: Tunnel) -> TunnelState:
    """One tunnel of a gateway."""
    outside = f"${{outside:{tunnel.name}}}"
    peer = _peer(router, tunnel, outside)
    if peer is None:
        missing = Fault(
            f"{gateway.name} has no IPsec peer for the tunnel {tunnel.name}",
            network.places.router(gateway.name, 0, "vpn ipsec site-to-site"),
            f"Add a peer for it, bound to a VTI with the address {tunnel.gateway}/30.",
        )
        return TunnelState(tunnel, gateway.name, "", None, missing, None, ())
    ipsec = _seen(network, tunnel.name, "tunnels") or next(_ipsec_faults(network, gateway, router, tunnel, peer, outside), None)
    neighbor = next((one for one in router.bgp.neighbors if one.address == tunnel.aws), None) if router.bgp else None
    bgp = _seen(network, tunnel.name, "sessions") or next(_bgp_faults(network, gateway, router, tunnel, peer), None)
    cautions = () if ipsec else tuple(_cautions(network, gateway, tunnel, peer, outside))
    return TunnelState(tunnel, gateway.name, peer.vti, neighbor, ipsec, bgp, cautions)


def _seen(network: Network, tunnel: str, what: Literal["tunnels", "sessions"]) -> Fault | None:
    """What is seen to be down, where the network runs, needs no other reason."""
    cut = getattr(network.live, what).get(tunnel) if network.live is not None else None
    return Fault(cut.message, cut.where, cut.remedy) if cut is not None else None


def _peer(router: Router, tunnel: Tunnel, outside: str) -> Peer | None:
    """The peer at a tunnel's outside address; in a text with addresses in the placeholders' place, that of the VTI with its inside one."""
    named = next((peer for peer in router.peers if peer.remote == outside), None)
    if named is not None:
        return named
    holding = {interface.name for interface in router.interfaces if any(own.ip == tunnel.gateway for own in interface.addresses)}
    return next((peer for peer in router.peers if peer.vti in holding and not peer.remote.startswith("${")), None)


def _ipsec_faults(network: Network, gateway: Gateway, router: Router, tunnel: Tunnel, peer: Peer, outside: str) -> Iterator[Fault]:
    at = network.places.router(gateway.name, peer.line, f"vpn ipsec site-to-site peer {peer.name}")
    for what, is_, wanted in (
        ("pre-shared key", peer.secret, f"${{psk:{tunnel.name}}}"),
        ("local address", peer.local, f"${{private:{gateway.name}}}"),
        ("remote id", peer.remote_id, outside),
    ):
        if is_ is not None and is_.startswith("${") and is_ != wanted:
            yield Fault(f"the {what} of {tunnel.name} is that of something else", at, f"Write {wanted}.")
    if peer.remote_id is not None and not peer.remote_id.startswith("${") and peer.remote_id != peer.remote:
        yield Fault(f"AWS' end of {tunnel.name} is known by its address, and {peer.remote_id} is expected", at, f"Write {peer.remote}.")
    options = tunnel.options or gateway.options
    starts_here = peer.initiate
    if not starts_here and options is not None and options.startup != "aws":
        nobody = f"nobody begins {tunnel.name}: neither the gateway nor AWS"
        yield Fault(nobody, at, "Set connection-type initiate.", _aws_end(network, gateway, tunnel))
    if options is not None:
        yield from _negotiation(options, peer, tunnel, at, _aws_end(network, gateway, tunnel))
    yield from _translated_away(network, gateway, router, tunnel)
    for port in IKE_PORTS:
        for state in ("established",) if starts_here else ("established", "new"):
            refused = accepts(router, "local", "eth0", Screened("udp", port, state, "", outside, ""))
            if refused is not None:
                yield Fault(
                    f"the firewall of {gateway.name} ({refused.chain}) keeps out IKE and IPsec of {tunnel.name} (UDP {port})",
                    network.places.router(gateway.name, refused.line, "firewall"),
                    "Accept UDP 500 and 4500 from AWS' end of the tunnel, and what is established.",
                )
    if not starts_here and not _admitted(gateway, outside):
        yield Fault(
            f"the security group of {gateway.name} keeps out {tunnel.name}, which AWS begins",
            network.places.manifest(gateway.name, f"gateways.{gateway.name}.rules"),
            f"Let UDP 500 and 4500 in from {outside}.",
        )


def _aws_end(network: Network, gateway: Gateway, tunnel: Tunnel) -> Where | None:
    """Where a stack says what AWS' end of a tunnel is."""
    return network.places.stack(gateway.name, f"tunnels[{gateway.tunnels.index(tunnel)}]")


def _translated_away(network: Network, gateway: Gateway, router: Router, tunnel: Tunnel) -> Iterator[Fault]:
    """A source rule that takes the gateway's own packets for its VPC's: they leave eth0 from an address that isn't its own."""
    own = span_of(subnet_of(network.manifest, gateway))
    for rule in router.nat:
        if rule.kind != "source" or rule.interface not in (None, "eth0") or rule.protocol not in ("all", "udp", "tcp_udp"):
            continue
        if rule.source is not None and (rule.source.negated or not span_of(rule.source.prefix).meets(own)):
            continue
        if rule.destination is not None and not rule.destination.negated:
            continue  # AWS' end is none of the network's prefixes
        if not rule.exclude and rule.translation is not None:
            yield Fault(
                f"source rule {rule.number} of {gateway.name} translates the gateway's own packets to {tunnel.name}'s other end",
                network.places.router(gateway.name, rule.line, f"nat source rule {rule.number}"),
                "Let it translate at the tunnel's VTI only.",
            )
        return


def _negotiation(options: Options, peer: Peer, tunnel: Tunnel, at: Where, against: Where | None) -> Iterator[Fault]:
    version = {"ikev1": 1, "ikev2": 2}[options.ike]
    if (peer.ike_version or 2) != version:
        message = f"{tunnel.name} is {options.ike} for AWS, and IKEv{peer.ike_version or 2} for the gateway"
        yield Fault(message, _on(at, peer.version_line), "Write the same.", against)
    for kind, proposals, wrong in (("IKE", peer.ike, _ike_wrong), ("ESP", peer.esp, partial(_esp_wrong, at_once=version == 1))):
        lines = [wrong(proposal, options) for proposal in proposals]
        if None not in lines:
            wanted = f"{options.encryption}, {options.integrity}, group {options.dh}"
            message = f"no {kind} proposal of {tunnel.name} is what AWS is told: {wanted}"
            line = next((line for line in lines if line), 0)
            yield Fault(message, _on(at, line), f"Write the same in the {kind.lower()}-group.", against)


def _on(at: Where, line: int) -> Where:
    """The same text, at the line that says it, if one does."""
    return replace(at, line=line, path="vpn ipsec") if line else at


def _ike_wrong(proposal: Proposal, options: Options) -> int | None:
    """The line in which a proposal differs from what AWS is told (0 if there is none); None where it doesn't."""
    integrity = proposal.prf if options.encryption.endswith("gcm") else proposal.integrity
    return _first_wrong(proposal, (_cipher(proposal) == options.encryption, integrity == options.integrity, proposal.dh == options.dh))


def _esp_wrong(proposal: Proposal, options: Options, at_once: bool) -> int | None:
    """With IKEv2 the first keys come with the IKE exchange: a wrong group only shows when they are renewed (RFC 7296, 1.2)."""
    integrity = options.encryption.endswith("gcm") or proposal.integrity == options.integrity
    return _first_wrong(proposal, (_cipher(proposal) == options.encryption, integrity, not at_once or proposal.dh == options.dh))


def _first_wrong(proposal: Proposal, right: tuple[bool, bool, bool]) -> int | None:
    return next((line for line, fits in zip(proposal.lines, right, strict=True) if not fits), None)


def _cipher(proposal: Proposal) -> str:
    return CIPHERS.get(proposal.encryption, proposal.encryption)


def _admitted(gateway: Gateway, outside: str) -> bool:
    if gateway.rules is None:
        return True
    return all(
        any(
            rule.protocol in ("udp", "all") and (not rule.ports or port in rule.ports) and rule.source in (outside, "0.0.0.0/0")
            for rule in gateway.rules
        )
        for port in IKE_PORTS
    )


def _cautions(network: Network, gateway: Gateway, tunnel: Tunnel, peer: Peer, outside: str) -> Iterator[Fault]:
    """What doesn't keep a tunnel down today, but may on another day."""
    if not _admitted(gateway, outside):
        yield Fault(
            f"the security group of {gateway.name} doesn't let {tunnel.name} in: it comes up only while the gateway begins it",
            network.places.manifest(gateway.name, f"gateways.{gateway.name}.rules"),
            f"Let UDP 500 and 4500 in from {outside}.",
        )
    router = network.routers[gateway.name]
    for port in IKE_PORTS:
        refused = accepts(router, "local", "eth0", Screened("udp", port, "new", "", outside, ""))
        if refused is not None and peer.initiate:
            yield Fault(
                f"the firewall of {gateway.name} ({refused.chain}) keeps {tunnel.name} out: it comes up only while the gateway begins it",
                network.places.router(gateway.name, refused.line, "firewall"),
                "Accept UDP 500 and 4500 from AWS' end of the tunnel.",
            )
            break
    asked = Screened("tcp", BGP_PORT, "new", "", span_of_address(tunnel.aws), span_of_address(tunnel.gateway))
    unasked = accepts(router, "local", peer.vti, asked)
    if unasked is not None:
        yield Fault(
            f"the firewall of {gateway.name} ({unasked.chain}) keeps BGP of {tunnel.aws} out: it comes up only while the gateway begins",
            network.places.router(gateway.name, unasked.line, "firewall"),
            f"Accept TCP 179 from {tunnel.aws}.",
        )
    options = tunnel.options or gateway.options
    if options is not None and options.ike == "ikev2" and all(_esp_wrong(proposal, options, True) is not None for proposal in peer.esp):
        yield Fault(
            f"the keys of {tunnel.name} can't be renewed: AWS is told group {options.dh} for ESP",
            network.places.router(gateway.name, peer.esp[0].lines[2] or peer.line, "vpn ipsec esp-group"),
            f"Set pfs of its esp-group to group {options.dh}.",
            _aws_end(network, gateway, tunnel),
        )


def _bgp_faults(network: Network, gateway: Gateway, router: Router, tunnel: Tunnel, peer: Peer) -> Iterator[Fault]:
    places, hub = network.places, network.manifest.hub
    interface = next((one for one in router.interfaces if one.name == peer.vti), None)
    yield from _address_faults(network, gateway, tunnel, interface, peer.vti)
    bgp = router.bgp
    if bgp is None:
        yield Fault(f"{gateway.name} has no BGP", places.router(gateway.name, 0, "protocols bgp"), "Add it, with a neighbor a tunnel.")
        return
    if bgp.asn != gateway.asn:
        yield Fault(
            f"{gateway.name} says it is AS {bgp.asn}, and AWS expects AS {gateway.asn}, its customer gateway's",
            places.router(gateway.name, bgp.line, "protocols bgp"),
            f"Write {gateway.asn}.",
            places.stack(gateway.name, "asn"),
        )
    neighbor = next((one for one in bgp.neighbors if one.address == tunnel.aws), None)
    if neighbor is None:
        yield Fault(
            f"{gateway.name} has no BGP neighbor {tunnel.aws}, AWS' end of {tunnel.name}",
            places.router(gateway.name, bgp.line, "protocols bgp"),
            f"Add it, with remote-as {hub.asn}.",
            _aws_end(network, gateway, tunnel),
        )
        return
    at = places.router(gateway.name, neighbor.line, f"protocols bgp neighbor {neighbor.address}")
    if neighbor.remote_as != hub.asn:
        expected = f"{gateway.name} expects AS {neighbor.remote_as} at {tunnel.aws}, which is AS {hub.asn}"
        yield Fault(expected, at, f"Write {hub.asn}.", places.stack(hub.name, "asn"))
    if bgp.asn == hub.asn:
        own = f"{gateway.name} has the hub's own ASN, {hub.asn}"
        yield Fault(own, at, "Give the site an ASN of its own.", places.stack(hub.name, "asn"))
    if not neighbor.activated:
        yield Fault(f"{gateway.name} exchanges no IPv4 routes with {tunnel.aws}", at, "Add address-family ipv4-unicast to the neighbor.")
    hub_address = Screened("tcp", BGP_PORT, "new", "", span_of_address(tunnel.aws), span_of_address(tunnel.gateway))
    answered = hub_address._replace(state="established")
    begun_here = answered._replace(port=EPHEMERAL)
    inward = accepts(router, "local", peer.vti, hub_address) or accepts(router, "local", peer.vti, answered)
    outward = accepts(router, "local", peer.vti, begun_here)
    if inward is not None and outward is not None:
        yield Fault(
            f"the firewall of {gateway.name} ({inward.chain}) keeps BGP of {tunnel.aws} out",
            places.router(gateway.name, inward.line, "firewall"),
            f"Accept TCP 179 from {tunnel.aws}, and what is established.",
        )


def _address_faults(network: Network, gateway: Gateway, tunnel: Tunnel, interface: Interface | None, vti: str) -> Iterator[Fault]:
    own = interface.addresses[0] if interface is not None and interface.addresses else None
    if own is None or own.ip != tunnel.gateway or tunnel.aws not in own.network:
        said = "no address" if own is None else f"the address {own}"
        yield Fault(
            f"{vti} of {gateway.name} has {said}, and {tunnel.name} has {tunnel.gateway}/30 there",
            network.places.router(gateway.name, interface.line if interface else 0, f"interfaces vti {vti}"),
            f"Write {tunnel.gateway}/30.",
            _aws_end(network, gateway, tunnel),
        )
