"""FRR's configuration, one text a daemon: zebra, bgpd and staticd.

https://docs.frrouting.org/en/stable-8.4/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from landbridge.vyos.router import Neighbor, PrefixList, RouteMap, Router, StaticRoute

LOG = "log file /host/frr.log\n"
# Only how soon a laboratory's sessions come up: FRR waits a second for more updates to send with the first.
PROMPT = " coalesce-time 0"
NOTHING = "NOTHING"  # a route map that lets none pass
TELL_UPDATES = "debug bgp updates in\n"  # into the log: whoever reads it knows when to ask what the routes are


@dataclass(frozen=True, slots=True)
class Spoke:
    """A gateway's end of a tunnel, as the hub's BGP sees it: whether it is told the hub's routes, and whether its own are taken."""

    address: IPv4Address
    asn: int
    told: bool = True
    taken: bool = True


def zebra(host_name: str) -> str:
    return f"hostname {host_name}\n{LOG}"


def gateway_bgp(router: Router) -> str:
    """bgpd's text for a gateway: what its VyOS release makes of `protocols bgp`."""
    bgp = router.bgp
    if bgp is None:
        return f"hostname {router.host_name}\n{LOG}"
    head = (
        f"hostname {router.host_name}\n{LOG}"
        + "".join(map(_prefix_list, router.prefix_lists))
        + "".join(map(_route_map, router.route_maps))
    )
    lines = [
        f"router bgp {bgp.asn}",
        PROMPT,
        " no bgp ebgp-requires-policy",
        " no bgp default ipv4-unicast",
        " bgp log-neighbor-changes",
        *([] if bgp.import_check else [" no bgp network import-check"]),
        *([f" bgp router-id {bgp.router_id}"] if bgp.router_id else []),
        *([" bgp bestpath as-path multipath-relax"] if bgp.multipath_relax else []),
    ]
    for neighbor in bgp.neighbors:
        lines += [f" neighbor {neighbor.address} remote-as {neighbor.remote_as}", _timers(neighbor)]
    lines.append(" address-family ipv4 unicast")
    lines += [f"  network {announcement.prefix}" for announcement in bgp.networks]
    for neighbor in bgp.neighbors:
        lines += _family(neighbor)
    lines += [f"  maximum-paths {bgp.maximum_paths}", " exit-address-family", "exit", ""]
    return head + "\n".join(lines)


def hub_bgp(
    name: str, asn: int, spokes: Iterable[Spoke], networks: Iterable[IPv4Network], paths: int = 50, router: IPv4Address | None = None
) -> str:
    """bgpd's text for a Transit Gateway: it announces its VPC's CIDRs, spreads over equal paths, and re-announces between its attachments.

    Timers as AWS has them (10 and 30 s). It asks every second whether a gateway is there; a real one asks less often.
    """
    spokes = list(spokes)
    text = f"hostname {name}\n{LOG}router bgp {asn}\n{PROMPT}\n no bgp ebgp-requires-policy\n no bgp network import-check\n"
    text += " bgp log-neighbor-changes\n" + (f" bgp router-id {router}\n" if router else "")
    for spoke in spokes:
        peer = f" neighbor {spoke.address}"
        text += f"{peer} remote-as {spoke.asn}\n{peer} timers 10 30\n{peer} timers connect 1\n"
    text += " address-family ipv4 unicast\n"
    text += "".join(f"  network {network}\n" for network in networks)
    shut = [(spoke, way) for spoke in spokes for way, opened in (("in", spoke.taken), ("out", spoke.told)) if not opened]
    text += "".join(f"  neighbor {spoke.address} route-map {NOTHING} {way}\n" for spoke, way in shut)
    text += f"  maximum-paths {paths}\n exit-address-family\nexit\n"
    return text + (f"route-map {NOTHING} deny 10\nexit\n" if shut else "")


def static(router: Router) -> str:
    """staticd's text. On 1.1, a next hop that is the gateway's own tunnel address is the way through that tunnel's interface."""
    own = {address.ip: interface.name for interface in router.interfaces for address in interface.addresses}
    return f"hostname {router.host_name}\n{LOG}" + "".join(
        f"ip route {route.prefix} {_target(route, own, router.release)}\n" for route in router.routes
    )


def _target(route: StaticRoute, own: dict[IPv4Address, str], release: str) -> str:
    if route.next_hop is not None:
        device = own.get(route.next_hop) if release == "1.1" else None
        target = device or str(route.next_hop)
    else:
        target = route.interface or "blackhole"
    return target if route.distance == 1 else f"{target} {route.distance}"


def _timers(neighbor: Neighbor) -> str:
    return f" neighbor {neighbor.address} timers {neighbor.keepalive} {neighbor.holdtime}"


def _family(neighbor: Neighbor) -> list[str]:
    if not neighbor.activated:
        return []
    peer = f"  neighbor {neighbor.address}"
    lines = [f"{peer} activate"]
    if neighbor.soft_reconfiguration:
        lines.append(f"{peer} soft-reconfiguration inbound")
    for kind, name, way in (
        ("route-map", neighbor.route_map_in, "in"),
        ("route-map", neighbor.route_map_out, "out"),
        ("prefix-list", neighbor.prefix_list_in, "in"),
        ("prefix-list", neighbor.prefix_list_out, "out"),
    ):
        if name:
            lines.append(f"{peer} {kind} {name} {way}")
    return lines


def _prefix_list(prefix_list: PrefixList) -> str:
    text = ""
    for rule in prefix_list.rules:
        bounds = (f" ge {rule.ge}" if rule.ge is not None else "") + (f" le {rule.le}" if rule.le is not None else "")
        text += f"ip prefix-list {prefix_list.name} seq {rule.number} {'permit' if rule.permit else 'deny'} {rule.prefix}{bounds}\n"
    return text


def _route_map(route_map: RouteMap) -> str:
    text = ""
    for rule in route_map.rules:
        text += f"route-map {route_map.name} {'permit' if rule.permit else 'deny'} {rule.number}\n"
        if rule.prefix_list:
            text += f" match ip address prefix-list {rule.prefix_list}\n"
        if rule.prepend:
            text += f" set as-path prepend {' '.join(map(str, rule.prepend))}\n"
        if rule.local_preference is not None:
            text += f" set local-preference {rule.local_preference}\n"
        if rule.metric is not None:
            text += f" set metric {rule.metric}\n"
        text += "exit\n"
    return text
