"""What routing itself shows to be wrong, before any packet is followed: each with the line that is to blame."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.artifacts.manifest import Gateway
from landbridge.findings import Finding, Severity, Where
from landbridge.verify.network import router_address
from landbridge.verify.packets import PING, AtHub, Packets, Stopped
from landbridge.verify.policy import ROUTE_MAP
from landbridge.verify.proof import Proof
from landbridge.verify.rib import own_routes
from landbridge.verify.routing import Kept
from landbridge.verify.span import Span, span_of
from landbridge.verify.tunnels import Fault

LARGEST = 1 << 24  # addresses: a route of more (a default one, say) is meant for what is far away


def audit(proof: Proof) -> Iterator[Finding]:
    """Every audit's findings, in the order of the gateways."""
    yield from tunnels_down(proof)
    for gateway in proof.network.manifest.gateways:
        yield from not_announced(proof, gateway)
        yield from foreign(proof, gateway)
        yield from refused(proof, gateway)
        yield from without_role(proof, gateway)
        yield from misrouted(proof, gateway)
    yield from misled(proof)
    yield from loops_within(proof)


def tunnels_down(proof: Proof) -> Iterator[Finding]:
    """Tunnels, and BGP sessions over them, that can't come up; and what may keep them down on another day."""
    for state in proof.routing.states.values():
        fault = state.ipsec or state.bgp
        if fault is not None:
            message = f"{state.tunnel.name} can't come up: {fault.message}{_against(fault)}."
            yield Finding("tunnel-down", Severity.ERROR, message, fault.where, fault.remedy)
        for caution in state.cautions:
            message = f"{caution.message[0].upper()}{caution.message[1:]}{_against(caution)}."
            yield Finding("tunnel-down", Severity.WARNING, message, caution.where, caution.remedy)


def _against(fault: Fault) -> str:
    """The other of two lines that are at odds: which of them is wrong, nobody can tell."""
    return f" ({fault.against.file}:{fault.against.line})" if fault.against is not None else ""


def not_announced(proof: Proof, gateway: Gateway) -> Iterator[Finding]:
    """Subnets that don't reach the hub over a session that is up. One announcement may hold several."""
    routing = proof.routing
    up = [tunnel.name for tunnel in gateway.tunnels if routing.session(tunnel.name)]
    offers = routing.offers[gateway.name]
    for end in proof.ends(gateway.vpc):
        over = {offer.tunnel for prefix, some in offers.items() if prefix.holds(end.known) for offer in some}
        missing = [tunnel for tunnel in up if tunnel not in over]
        if not missing:
            continue
        kept = next((one for one in proof.kept(gateway.name) if one.tunnel in missing and one.prefix.holds(end.known)), None)
        subject = f"{end.known} ({end.name}) is announced to nobody" if missing == up else f"{end.known} ({end.name}) isn't announced"
        over_which = f" over {' and '.join(missing)}" if missing != up else ""
        if kept is None:
            bgp = proof.network.routers[gateway.name].bgp
            odd = next((one for one in bgp.networks if not proof.known(span_of(one.prefix))), None) if bgp else None
            line = odd.line if odd else bgp.line if bgp else 0
            where = proof.network.places.router(gateway.name, line, "protocols bgp network")
            instead = f", and one for {odd.prefix}, which is nobody's" if odd else ""
            message = f"{subject} by {gateway.name}{over_which}: it has no network statement for it{instead}."
            yield Finding("not-announced", Severity.ERROR, message, where, f"Add network {end.known}.")
        else:
            where = proof.network.places.router(gateway.name, _odd_rule(proof, gateway, kept), _path(kept))
            yield Finding(kept.code, Severity.ERROR, f"{subject} by {gateway.name}{over_which}: {kept.reason}.", where, _remedy(kept))


def _odd_rule(proof: Proof, gateway: Gateway, kept: Kept) -> int:
    """The line to blame for what isn't announced: of a prefix list that has no rule for it, the rule for a prefix that is nobody's."""
    for prefix_list in proof.network.routers[gateway.name].prefix_lists:
        if prefix_list.line == kept.line:
            odd = (rule for rule in prefix_list.rules if rule.prefix.prefixlen and not proof.known(span_of(rule.prefix)))
            return next((rule.line for rule in odd), kept.line)
    return kept.line


def foreign(proof: Proof, gateway: Gateway) -> Iterator[Finding]:
    """What a gateway announces without having it."""
    router = proof.network.routers[gateway.name]
    home = proof.network.manifest.vpc(gateway.vpc)
    own = [end.known for end in proof.ends(gateway.vpc)] + [span_of(cidr) for cidr in home.cidrs]
    hub = [span_of(cidr) for vpc in proof.network.manifest.vpcs if vpc.kind == "hub" for cidr in vpc.cidrs]
    for network in router.bgp.networks if router.bgp else ():
        prefix = span_of(network.prefix)
        if any(one.holds(prefix) or prefix.holds(one) for one in own):
            continue
        where = proof.network.places.router(gateway.name, network.line, f"protocols bgp network {network.prefix}")
        owners = sorted({end.vpc for end in proof.meeting(prefix)})
        if owners or any(prefix.meets(cidr) for cidr in hub):
            whose = " and ".join(owners) or proof.network.manifest.hub.name
            message = f"{gateway.name} has a network statement for {prefix}, which is {whose}'s."
            yield Finding("translation-conflict", Severity.ERROR, message, where, "Take the statement away.")
        else:
            message = f"{gateway.name} has a network statement for {prefix}, and nothing of {gateway.vpc} is known by it."
            yield Finding("blackhole", Severity.WARNING, message, where, "Take the statement away, or write the prefix that was meant.")


def refused(proof: Proof, gateway: Gateway) -> Iterator[Finding]:
    """Remote subnets whose announcement a gateway doesn't take over a session that is up."""
    routing = proof.routing
    up = [tunnel.name for tunnel in gateway.tunnels if routing.session(tunnel.name)]
    seen: set[tuple[str, int, str]] = set()
    for at, taken in proof.refusals(gateway.name):
        end = proof.remotes.all[at]
        if end.vpc == gateway.vpc or not any(True for _ in routing.hub_covering(end.known)):
            continue
        reason = routing.refusal(gateway.name, end.known)
        if reason is None or (reason.code, reason.line, reason.tunnel) in seen:
            continue
        seen.add((reason.code, reason.line, reason.tunnel))
        code = "asn-loop" if reason.code == "asn-loop" else "unreachable"
        over = " and ".join(tunnel for number, tunnel in enumerate(up) if number not in taken)
        message = f"{gateway.name} doesn't learn {end.known} ({end.name}) from the hub over {over}: {reason.reason}."
        where = proof.network.places.router(gateway.name, reason.line, _path(reason))
        remedy = "Give the sites ASNs of their own." if code == "asn-loop" else "Permit it."
        yield Finding(code, Severity.ERROR, message, where, remedy)


def without_role(proof: Proof, gateway: Gateway) -> Iterator[Finding]:
    """Sessions of a pair over which the role's prepends aren't announced: the hub can't tell there who is active."""
    if not proof.routing.roles[gateway.name].speaks:
        return
    for tunnel in gateway.tunnels:
        neighbor = proof.routing.states[tunnel.name].neighbor
        if neighbor is not None and neighbor.route_map_out != ROUTE_MAP:
            where = proof.network.places.router(gateway.name, neighbor.line, f"protocols bgp neighbor {neighbor.address}")
            message = f"{gateway.name} announces over {tunnel.name} without the prepends of its role (route-map {ROUTE_MAP})."
            yield Finding("asymmetric", Severity.ERROR, message, where, f"Set route-map export {ROUTE_MAP} of the neighbor.")


def misrouted(proof: Proof, gateway: Gateway) -> Iterator[Finding]:
    """Static routes that lead nowhere: to what the VPC hasn't, or over a next hop that nothing leads to."""
    own = own_routes(proof.network, gateway, proof.routing.up(gateway.name))
    home = [span_of(cidr) for cidr in proof.network.manifest.vpc(gateway.vpc).cidrs]
    known = [end.known for end in proof.ends(gateway.vpc)]
    lost = {route.line for route in own.unresolved if proof.routing.session_up(gateway.name)}
    for route in proof.network.routers[gateway.name].routes:
        prefix = span_of(route.prefix)
        where = proof.network.places.router(gateway.name, route.line, f"protocols static route {route.prefix}")
        if route.line in lost and not any(found.value.line == route.line for found in proof.routing.own(gateway.name)):
            message = f"{gateway.name} doesn't use its route to {prefix}: nothing leads to the next hop {route.next_hop}."
            yield Finding(
                "blackhole", Severity.WARNING, message, where, f"Name the VPC's router, {router_address(proof.network.manifest, gateway)}."
            )
        elif prefix.size <= LARGEST and not any(prefix.meets(one) for one in (*home, *known)):
            what = "holds" if route.next_hop is None and route.interface is None else "routes"
            message = f"{gateway.name} {what} {prefix}, and nothing of {gateway.vpc} is known by it."
            yield Finding("blackhole", Severity.WARNING, message, where, "Take the route away, or write the prefix that was meant.")


def misled(proof: Proof) -> Iterator[Finding]:
    """VPC routes that lead to a pair's standby, until something moves them."""
    for vpc in proof.network.manifest.vpcs:
        for number, route in enumerate(vpc.routes):
            role = proof.routing.roles.get(route.target)
            first = next((gateway for gateway in proof.routing.of_site.get(vpc.name, ()) if gateway.role == "active"), None)
            if role is not None and role.speaks and first is not None and route.target != first.name:
                where = proof.network.places.manifest(vpc.name, f"vpcs.{vpc.name}.routes[{number}]")
                message = f"{vpc.name}'s VPC sends {route.destination} to {route.target}, and {first.name} is the active one."
                yield Finding("asymmetric", Severity.WARNING, message, where, f"Route it to {first.name}.")


def loops_within(proof: Proof) -> Iterator[Finding]:
    """Packets from within a translated prefix to the same prefix: no rule translates what seems to be at home, and it must end there."""
    for vpc in proof.network.manifest.vpcs:
        for end in proof.ends(vpc.name):
            if not end.shift:
                continue
            for stop in proof.forwarding.from_hub(Packets(end.known, end.known, PING)):
                round_ = isinstance(stop, AtHub) or (isinstance(stop, Stopped) and stop.code == "loop")
                if round_:
                    gateway = stop.packets.gateways[-1] if stop.packets.gateways else ""
                    message = (
                        f"a packet from {end.known} to {end.known} goes round between {gateway or vpc.name} and the hub until it dies."
                    )
                    where = _static(proof, gateway, end.known)
                    hops = tuple(map(str, stop.packets.trail.hops())) if stop.packets.trail else ()
                    remedy = f"Let a blackhole route, and not one into a tunnel, hold {end.known}."
                    yield Finding("loop", Severity.ERROR, message, where, remedy, hops)
                    break


def _static(proof: Proof, gateway: str, prefix: Span) -> Where | None:
    if not gateway:
        return None
    route = next((one for one in proof.network.routers[gateway].routes if span_of(one.prefix).holds(prefix)), None)
    return proof.network.places.router(gateway, route.line if route else 0, "protocols static")


def _path(kept: Kept) -> str:
    return "policy" if "prefix-list" in kept.reason or "route-map" in kept.reason else "protocols bgp"


def _remedy(kept: Kept) -> str:
    if kept.code == "asn-loop":
        return "Prepend the site's own ASN only."
    return "Permit it." if _path(kept) == "policy" else "Add a blackhole route for it with distance 254."
