"""What one router says of its site, and what of it no network file can say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.findings import Finding, Where, note, warning
from landbridge.importing.collecting import Source
from landbridge.vyos.owning import OUR_NAMES
from landbridge.vyos.router import NatRule, Peer, StaticRoute

MOST_UNREAD = 20  # of one file, one by one

_LINK_LOCAL = IPv4Network("169.254.0.0/16")
_DEFAULT = IPv4Network("0.0.0.0/0")
_PAIRED = re.compile(r"(.+)-([ab])")


@dataclass(frozen=True, slots=True)
class Gateway:
    """One router as a site's gateway. `inside` is empty where the tunnels aren't two of AWS'; `router` is the VPC's, where it is known."""

    source: Source
    site: str
    letter: str
    asn: int | None
    hub_asn: int | None
    inside: tuple[IPv4Network, ...]
    translations: dict[IPv4Network, IPv4Network]
    subnets: tuple[IPv4Network, ...]
    router: IPv4Address | None
    peer: Peer | None
    findings: tuple[Finding, ...]


def gateway_of(source: Source) -> Gateway:
    """What a router says, with findings on the rest (codes "not-represented" and "not-announced")."""
    router = source.router
    host = router.host_name if router.host_name != "vyos" else source.stem
    paired = _PAIRED.fullmatch(host)
    links = {interface.name: address for interface in router.interfaces for address in interface.addresses}
    peers = sorted((peer for peer in router.peers if peer.vti in links), key=lambda peer: (len(peer.vti), peer.vti))
    inside = tuple(links[peer.vti].network for peer in peers)
    own = {links[peer.vti].ip for peer in peers}
    translations = _translations(router.nat, {peer.vti for peer in peers})
    announced = [network.prefix for network in router.bgp.networks] if router.bgp is not None else []
    routes = [route for route in router.routes if _leads_home(route, translations, own)]
    globals_ = set(translations.values())
    subnets = dict.fromkeys([*(route.prefix for route in routes), *translations, *(one for one in announced if one not in globals_)])
    fit = tuple(prefix for prefix in subnets if 16 <= prefix.prefixlen <= 28)
    neighbors = [neighbor for neighbor in router.bgp.neighbors if _is_inside(neighbor.address, inside)] if router.bgp is not None else []
    hubs = {neighbor.remote_as for neighbor in neighbors}
    hops = {route.next_hop for route in routes}
    as_aws = len(inside) == 2 and all(one.prefixlen == 30 and one.subnet_of(_LINK_LOCAL) and one[2] in own for one in inside)
    return Gateway(
        source=source,
        site=paired[1] if paired else host,
        letter=paired[2] if paired else "a",
        asn=router.bgp.asn if router.bgp is not None else None,
        hub_asn=hubs.pop() if len(hubs) == 1 else None,
        inside=inside if as_aws else (),
        translations=translations,
        subnets=fit,
        router=hops.pop() if len(hops) == 1 else None,
        peer=peers[0] if peers else None,
        findings=(
            *_of_nat(source, translations),
            *_of_routes(source, translations, own, [prefix for prefix in subnets if prefix not in fit]),
            *_of_bgp(source, translations, subnets, inside, announced),
            *([] if as_aws else [_left(source, f"{len(inside)} tunnels, which aren't two of AWS' /30", 0)]),
            *_of_the_rest(source),
        ),
    )


def _left(source: Source, what: str, line: int, remedy: str = "") -> Finding:
    return note("not-represented", f"a network file can't say {what}.", Where(source.file, line or None), remedy)


def _translations(rules: tuple[NatRule, ...], vtis: set[str]) -> dict[IPv4Network, IPv4Network]:
    """The 1:1 translations: a source rule on a tunnel, and the destination rule that undoes it."""
    found: dict[IPv4Network, IPv4Network] = {}
    back = {(rule.destination.prefix, rule.translation) for rule in rules if rule.kind == "destination" and rule.destination is not None}
    for rule in rules:
        if rule.kind == "source" and rule.interface in vtis and rule.source is not None and rule.translation is not None:
            local, global_ = rule.source.prefix, rule.translation
            if not rule.source.negated and local.prefixlen == global_.prefixlen < 32 and (global_, local) in back:
                found.setdefault(local, global_)
    return found


def _leads_home(route: StaticRoute, translations: dict[IPv4Network, IPv4Network], own: set[IPv4Address]) -> bool:
    """Whether a route is to one of the site's subnets: by the VPC's router."""
    by_router = route.next_hop is not None and route.next_hop not in own and route.next_hop not in _LINK_LOCAL
    return by_router and route.prefix != _DEFAULT and route.prefix not in translations.values()


def _is_inside(address: IPv4Address, inside: tuple[IPv4Network, ...]) -> bool:
    return any(address in network for network in inside)


def _of_nat(source: Source, translations: dict[IPv4Network, IPv4Network]) -> Iterator[Finding]:
    for rule in source.router.nat:
        match, other = (rule.source, rule.destination) if rule.kind == "source" else (rule.destination, rule.source)
        pair = (match.prefix, rule.translation) if match is not None else (None, None)
        known = translations.items() if rule.kind == "source" else {(there, here) for here, there in translations.items()}
        global_ = pair[1] if rule.kind == "source" else pair[0]
        whole = other is None or (other.negated and other.prefix == global_)
        if pair not in known or not whole or rule.protocol != "all" or rule.exclude:
            yield _left(source, f"nat {rule.kind} rule {rule.number}: it isn't one half of a 1:1 translation on a tunnel", rule.line)


def _of_routes(
    source: Source, translations: dict[IPv4Network, IPv4Network], own: set[IPv4Address], unfit: list[IPv4Network]
) -> Iterator[Finding]:
    for route in source.router.routes:
        if route.prefix in unfit:
            yield _left(source, f"the subnet {route.prefix}: subnets of a VPC are /16 to /28", route.line)
        elif route.prefix in translations.values():
            if route.next_hop in own:
                where = Where(source.file, route.line or None)
                message = f"the route for {route.prefix} leads to the gateway's own tunnel address; landbridge writes a blackhole route."
                yield note("not-represented", message, where, "Nothing: it announces the same, and what isn't translated can't loop.")
            elif route.next_hop is not None or route.interface is not None:
                yield _left(source, f"where {route.prefix} is routed to: it is a translated prefix", route.line)
        elif not _leads_home(route, translations, own):
            yield _left(source, f"the static route {route.prefix}", route.line)


def _of_bgp(
    source: Source,
    translations: dict[IPv4Network, IPv4Network],
    subnets: dict[IPv4Network, None],
    inside: tuple[IPv4Network, ...],
    announced: list[IPv4Network],
) -> Iterator[Finding]:
    bgp = source.router.bgp
    if bgp is None:
        yield _left(source, "a gateway without BGP: its AS number will be chosen", 0)
        return
    for neighbor in bgp.neighbors:
        if not _is_inside(neighbor.address, inside):
            yield _left(source, f"the BGP neighbor {neighbor.address}: it isn't at the end of a tunnel", neighbor.line)
    remotes = {neighbor.remote_as for neighbor in bgp.neighbors if _is_inside(neighbor.address, inside)}
    if len(remotes) > 1:
        yield _left(source, f"hubs of several AS numbers ({', '.join(map(str, sorted(remotes)))})", bgp.line)
    for local in subnets:
        known_as = translations.get(local, local)
        if known_as not in announced:
            where = Where(source.file, next((route.line for route in source.router.routes if route.prefix == local), 0) or None)
            message = (
                f"{local} isn't announced{'' if known_as == local else f' as {known_as}'}, so nobody reaches it; landbridge announces it."
            )
            yield warning("not-announced", message, where, "Give it `private: true` in the network file if nobody shall.")
        if local in translations and local in announced:
            yield _left(source, f"that {local} is announced untranslated too", bgp.line)


def _of_the_rest(source: Source) -> Iterator[Finding]:
    router = source.router
    ends = {peer.vti for peer in router.peers}
    for interface in router.interfaces:
        if interface.name not in ends and (interface.name != "eth0" or interface.addresses):
            what = "eth0's own address: landbridge has it from DHCP" if interface.name == "eth0" else f"the interface {interface.name}"
            yield _left(source, what, interface.line)
    named = (("firewall", router.chains), ("prefix list", router.prefix_lists), ("route map", router.route_maps))
    for what, found in named:
        for one in found:
            if not one.name.startswith(OUR_NAMES):
                yield _left(source, f"the {what} {one.name}: landbridge writes its own", one.line)
    for unread in router.unread[:MOST_UNREAD]:
        yield _left(source, f"`{' '.join(unread.path[:-1] or unread.path)[:100]}`", unread.line)  # a last word may be a secret
    if len(router.unread) > MOST_UNREAD:
        yield _left(source, f"{len(router.unread) - MOST_UNREAD} more statements", router.unread[MOST_UNREAD].line)
