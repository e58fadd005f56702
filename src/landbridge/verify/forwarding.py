"""The way of packets: through VPC routing, security groups, gateways (translation, routing, firewall, translation), tunnels and the hub.

Sets of packets go together for as long as they fare alike, and are split where a rule or route tells some of them apart. Where equal
ways are open, each is followed. A gateway remembers its requests (netfilter's conntrack): it undoes for the reply what it did to the
request, and a reply whose request it has not seen is not translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import NamedTuple

from landbridge.artifacts.manifest import Vpc
from landbridge.findings import Where
from landbridge.verify.packets import CLIENT_PORT, Arrived, AtHub, End, Flow, Packets, Stopped, last_place
from landbridge.verify.prefixes import PrefixTable, pieces
from landbridge.verify.rib import Exit
from landbridge.verify.routing import Routing
from landbridge.verify.screening import Screened, screen, side_match
from landbridge.verify.span import Span, span_of
from landbridge.verify.translating import likely_rule, translate
from landbridge.vyos.router import NatRule, Router

MOST_STEPS = 40  # a packet that has come this far goes round in a circle


class Places:
    """The VPCs' own tables, which no failure changes: what is local, and whose every global prefix is."""

    def __init__(self, vpcs: Sequence[Vpc]) -> None:
        self.local: dict[str, PrefixTable[Span | None]] = {}
        self.owners: PrefixTable[tuple[str, ...]] = PrefixTable()
        self.hub = next((vpc.name for vpc in vpcs if vpc.kind == "hub"), None)
        for vpc in vpcs:
            table: PrefixTable[Span | None] = PrefixTable()
            for cidr in vpc.cidrs:
                table.add(span_of(cidr), None)
            for subnet in vpc.subnets:
                table.add(span_of(subnet.cidr), span_of(subnet.cidr))
                if subnet.global_ is not None:
                    span = span_of(subnet.global_)
                    self.owners.add(span, (*(self.owners.exactly(span) or ()), vpc.name))
            self.local[vpc.name] = table

    def known(self, span: Span) -> bool:
        """Whether a prefix is some subnet's global one."""
        return self.owners.exactly(span) is not None

    def subnet(self, vpc: str, span: Span) -> bool:
        """Whether a prefix is a VPC's subnet."""
        return self.local[vpc].exactly(span) is not None


class _Passing(NamedTuple):
    """A gateway while packets pass it: where they came in, what it knows of their flow, and how far it has moved their destination."""

    name: str
    router: Router
    interface: str
    flow: Flow | None
    state: str
    destination_by: int


class Forwarding:
    """Follows packets through a network as it is routed."""

    def __init__(self, routing: Routing, places: Places) -> None:
        self.routing = routing
        self.places = places
        self._network = routing.network
        self._where = routing.network.places
        self._targets: dict[tuple[str, IPv4Network | None], list[tuple[Span | None, str]]] = {}

    def walk(self, vpc: str, packets: Packets) -> Iterator[End]:
        """From a host of a VPC to wherever each packet ends, on every way that it may take."""
        waiting: list[End] = list(self.from_vpc(vpc, packets))
        seen: set[tuple[object, ...]] = set()
        while waiting:
            end = waiting.pop()
            if not isinstance(end, AtHub):
                yield end
                continue
            at = end.packets
            if len(set(at.gateways)) < len(at.gateways):
                hub, again = self._network.manifest.hub.name, at.gateways[-1]
                yield Stopped(at, "loop", f"it goes round between {hub} and {again}", last_place(at), "Mend the route that sends it back.")
                continue
            key = (at.source, at.destination, at.source_by, at.destination_by, at.gateways, tuple(at.flows.items()))
            if key not in seen:  # by which of a gateway's tunnels they came makes no difference any more
                seen.add(key)
                waiting += self.from_hub(at)

    def from_hub(self, packets: Packets) -> Iterator[End]:
        """From the hub to the next end: a subnet, or the hub again."""
        hub = self._network.manifest.hub.name
        for piece, route in self.routing.hub_lookup(packets.destination):
            part = packets._replace(destination=piece)
            if part.steps > MOST_STEPS:
                yield Stopped(part, "loop", f"it goes round in a circle through {hub}", None, "Mend the route that sends it back.")
            elif route is None:
                yield self._unknown(part, hub)
            elif route.kind == "vpc" and self.places.hub is not None:
                yield from self.from_vpc(self.places.hub, part.at(hub, "to its VPC"), from_hub=True)
            else:
                for tunnel in route.tunnels:
                    state = self.routing.states[tunnel]
                    yield from self._gateway(state.gateway, state.vti, part.at(hub, f"into {tunnel}"))

    def _unknown(self, packets: Packets, hub: str) -> Stopped:
        kept = next((kept for kept in self.routing.kept if kept.prefix.holds(packets.destination)), None)
        reason = f"{hub} has no route to {packets.destination}"
        if kept is not None:
            where = self._where.router(kept.gateway, kept.line, "protocols bgp")
            return Stopped(packets, kept.code, f"{reason}: {kept.reason}", where, "Let it be announced.")
        owner = next((found.value[0] for found in self.places.owners.covering(packets.destination)), None)
        gateways = self.routing.of_site.get(owner or "", [])
        blamed = next((gateway for gateway in gateways if any(self.routing.session(one.name) for one in gateway.tunnels)), None)
        if blamed is None:
            fault = next((state for gateway in gateways for tunnel in gateway.tunnels if (state := self.routing.states[tunnel.name])), None)
            cause = (fault.ipsec or fault.bgp) if fault else None
            if cause is None:
                return Stopped(packets, "unreachable", reason, None, "Let a gateway of its site announce it.")
            return Stopped(packets, "unreachable", f"{reason}: {cause.message}", cause.where, cause.remedy)
        router = self._network.routers[blamed.name]
        where = self._where.router(blamed.name, router.bgp.line if router.bgp else 0, "protocols bgp")
        return Stopped(packets, "not-announced", f"{reason}: {blamed.name} doesn't announce it", where, "Add a network statement.")

    # VPCs

    def from_vpc(self, vpc: str, packets: Packets, *, from_hub: bool = False) -> Iterator[End]:
        """From a VPC's router: to a subnet, to the hub, or through a gateway."""
        if packets.steps > MOST_STEPS:
            yield Stopped(packets, "loop", f"it goes round in a circle through {vpc}", None, "Mend the route that sends it back.")
            return
        local, remote, targets = self.places.local[vpc], self.places.owners, self.targets(vpc, packets.source)
        edges = [span for span, _ in targets if span is not None and span.meets(packets.destination)]
        for piece in pieces(packets.destination, local.inside(packets.destination), remote.inside(packets.destination), edges):
            part = packets._replace(destination=piece)
            own = next(local.covering(piece), None)
            if own is not None and own.value is not None:
                yield Arrived(part.at(vpc, f"delivered in {own.span}"), vpc, own.span)
            elif own is not None:
                where = self._where.manifest(vpc, f"vpcs.{vpc}.subnets")
                yield Stopped(part, "blackhole", f"{piece} is {vpc}'s own, and in no subnet of it", where, "Translate it to a free prefix.")
            else:
                yield from self._routed(vpc, part, targets, from_hub)

    def targets(self, vpc: str, source: Span) -> list[tuple[Span | None, str]]:
        """A VPC's routes as spans (None: every other VPC's global prefixes) and targets, as those who send from `source` have them."""
        live = self._network.live
        apart = live.tables.get(vpc, ()) if live is not None else ()
        subnet, own = next(((cidr, routes) for cidr, routes in apart if span_of(cidr).holds(source)), (None, None))
        if (vpc, subnet) not in self._targets:
            routes = self.routing.targets(vpc) if own is None else [(route.destination, route.target) for route in own]
            self._targets[vpc, subnet] = [
                (None if destination == "remote" else span_of(IPv4Network(destination)), target) for destination, target in routes
            ]
        return self._targets[vpc, subnet]

    def _routed(self, vpc: str, packets: Packets, targets: list[tuple[Span | None, str]], from_hub: bool) -> Iterator[End]:
        piece = packets.destination
        where = self._where.manifest(vpc, f"vpcs.{vpc}.routes")
        chosen, longest = None, -1
        for span, target in targets:
            if span is None:
                length = next(
                    (found.length for found in self.places.owners.covering(piece) if any(owner != vpc for owner in found.value)), -1
                )
            else:
                length = 33 - span.size.bit_length() if span.holds(piece) else -1
            if length >= 0 and length >= longest:
                chosen, longest = target, length
        if chosen is None:
            yield Stopped(packets, "blackhole", f"no route of {vpc}'s VPC leads to {piece}", where, "Route it to the gateway.")
        elif chosen == "tgw" and vpc == self.places.hub:
            if from_hub:
                yield Stopped(packets, "loop", f"{vpc}'s VPC sends {piece} back to the hub", where, "Take the route away.")
            else:
                yield AtHub(packets.at(vpc, "to the hub"))
        elif chosen in self.routing.dead or chosen not in self.routing.gateways or self.routing.gateways[chosen].vpc != vpc:
            absent = "which isn't in that VPC" if self._network.live is None else "which is no gateway of it that runs"
            why = "which is dead" if chosen in self.routing.dead else absent
            yield Stopped(packets, "blackhole", f"{vpc}'s VPC sends {piece} to {chosen}, {why}", where, "Mend the route.")
        else:
            yield from self._into(chosen, packets.at(vpc, f"to {chosen}"))

    def _into(self, gateway: str, packets: Packets) -> Iterator[End]:
        """Through a gateway's security group, which lets every answer in."""
        if (dropped := self._dropped(gateway, packets)) is not None:
            yield dropped
            return
        rules = self.routing.gateways[gateway].rules
        if packets.reply or rules is None:
            yield from self._gateway(gateway, "eth0", packets)
            return
        waiting: list[Span] = [packets.source]
        for rule in rules:
            if rule.protocol not in ("all", packets.service.protocol) or (rule.ports and packets.service.port not in rule.ports):
                continue
            left: list[Span] = []
            for span in waiting:
                within, without = side_match((rule.source,), span)
                for admitted in within:
                    if not isinstance(admitted, str):
                        yield from self._gateway(gateway, "eth0", packets._replace(source=admitted))
                left += [other for other in without if not isinstance(other, str)]
            waiting = left
        where = self._where.manifest(gateway, f"gateways.{gateway}.rules")
        for span in waiting:
            part = packets._replace(source=span)
            reason = f"the security group of {gateway} lets no {packets.service} from {span} in"
            yield Stopped(part, "unreachable", reason, where, f"Let its VPC's own packets in: all from {span}.")

    def _dropped(self, gateway: str, packets: Packets) -> Stopped | None:
        """What passes the interface of a gateway that may only send and get its own."""
        cut = self._network.live.checked.get(gateway) if self._network.live is not None else None
        return Stopped(packets, "blackhole", cut.message, cut.where, cut.remedy) if cut is not None else None

    # Gateways

    def _gateway(self, name: str, interface: str, packets: Packets) -> Iterator[End]:
        """Through a gateway, from one interface to another."""
        if packets.steps > MOST_STEPS:
            yield Stopped(packets, "loop", f"it goes round in a circle through {name}", None, "Mend the route that sends it back.")
            return
        router = self._network.routers[name]
        flow, state = _known(name, packets)
        passing = _Passing(name, router, interface, flow, state, 0)
        if flow is not None:
            yield from self._routes(passing, self._restored(name, packets.moved(0, -flow.source_by), flow.source_by))
        elif state == "new":
            for found in translate(router.nat, "destination", interface, packets):
                if found.many:
                    yield self._many(name, found.packets, found.rule)
                else:
                    part = self._after(name, found.packets, found.by, found.rule, source=False)
                    yield from self._routes(passing._replace(destination_by=found.by), part)
        else:
            yield from self._routes(passing, packets)

    def _routes(self, passing: _Passing, packets: Packets) -> Iterator[End]:
        name = passing.name
        for piece, entry in self.routing.lookup(name, packets.destination):
            routed = packets._replace(destination=piece)
            if entry is None:
                yield Stopped(routed, "unreachable", f"{name} has no route to {piece}", self._where.router(name), "Add a route.")
            else:
                for exit_ in entry.exits:
                    yield from self._out(passing, exit_, routed)

    def _restored(self, name: str, packets: Packets, by: int) -> Packets:
        return packets.at(name, "the answer's translation undone") if by else packets

    def _after(self, name: str, packets: Packets, by: int, rule: NatRule | None, *, source: bool) -> Packets:
        if rule is None or not by:
            return packets
        moved = packets.moved(by, 0) if source else packets.moved(0, by)
        where = self._where.router(name, rule.line, f"nat {rule.kind} rule {rule.number}")
        return moved.at(name, f"{rule.kind} translated by rule {rule.number}", where)

    def _many(self, name: str, packets: Packets, rule: NatRule | None) -> Stopped:
        line, number, kind = (rule.line, rule.number, rule.kind) if rule else (0, 0, "")
        reason = f"{kind} rule {number} of {name} gives many addresses one"
        where = self._where.router(name, line, f"nat {kind} rule {number}")
        return Stopped(packets, "translation-conflict", reason, where, "Translate to a prefix of the same length.")

    def _out(self, passing: _Passing, exit_: Exit, packets: Packets) -> Iterator[End]:
        name, router, interface = passing.name, passing.router, passing.interface
        place = self._where.router(name, exit_.line, "protocols static") if exit_.line else self._where.router(name)
        if exit_.kind == "blackhole":
            yield self._undone(passing, packets, place)
            return
        if exit_.kind == "nobody":
            reason = f"nobody answers for the next hop of {name}'s route to {packets.destination}"
            yield Stopped(packets, "blackhole", reason, place, "Name the VPC's router: the first address of the gateway's subnet.")
            return
        if exit_.kind == "vpc" and interface == exit_.interface:
            yield self._turned(name, packets)
            return
        if name not in self.routing.screened:
            yield from self._sent(passing, exit_, packets)
            return
        screened = Screened(*_as_screened(packets), passing.state, _icmp(packets), packets.source, packets.destination)
        for judged in screen(router, (("in", interface), ("out", exit_.interface)), screened):
            if isinstance(judged.source, str) or isinstance(judged.destination, str):
                continue
            part = packets.narrowed(judged.source, judged.destination)
            if not judged.passes:
                where = self._where.router(name, judged.line, f"firewall {judged.chain}")
                reason = f"the firewall of {name} ({judged.chain}) drops {part.service} from {part.source} to {part.destination}"
                yield Stopped(part, "unreachable", reason, where, "Accept it, if it is meant to pass.")
            else:
                yield from self._sent(passing, exit_, part)

    def _sent(self, passing: _Passing, exit_: Exit, packets: Packets) -> Iterator[End]:
        name, flow = passing.name, passing.flow
        if flow is not None:
            yield from self._on(name, exit_, self._restored(name, packets.moved(-flow.destination_by, 0), flow.destination_by))
            return
        if passing.state != "new":
            yield from self._on(name, exit_, packets)
            return
        for found in translate(passing.router.nat, "source", exit_.interface, packets):
            if found.many:
                yield self._many(name, found.packets, found.rule)
                continue
            part = self._after(name, found.packets, found.by, found.rule, source=True)
            known = Flow(found.by, passing.destination_by, part.source, part.destination)
            yield from self._on(name, exit_, part._replace(flows={**part.flows, name: known}))

    def _on(self, name: str, exit_: Exit, packets: Packets) -> Iterator[End]:
        passed = packets._replace(gateways=(*packets.gateways, name))
        if exit_.kind == "tunnel":
            yield AtHub(passed.at(name, f"into {exit_.name} ({exit_.interface})"))
        elif (dropped := self._dropped(name, passed)) is not None:
            yield dropped
        else:
            yield from self.from_vpc(self.routing.gateways[name].vpc, passed.at(name, "to its VPC"))

    def _turned(self, name: str, packets: Packets) -> Stopped:
        """What came from the VPC goes back there: the gateway has no better route than its default one."""
        refused = self.routing.refusal(name, packets.destination)
        reason = f"{name} has no route to {packets.destination} but the one back to its VPC"
        if refused is not None:
            where = self._where.router(name, refused.line, "protocols bgp")
            code = "asn-loop" if refused.code == "asn-loop" else "unreachable"
            return Stopped(packets, code, f"{reason}: {refused.reason}", where, "Let the route in.")
        states = [self.routing.states[tunnel.name] for tunnel in self.routing.gateways[name].tunnels]
        cause = next((state.ipsec or state.bgp for state in states if not state.session), None)
        if cause is not None and not any(self.routing.session(state.tunnel.name) for state in states):
            return Stopped(packets, "unreachable", f"{reason}: {cause.message}", cause.where, cause.remedy)
        if any(route is None for _, route in self.routing.hub_lookup(packets.destination)):
            return self._unknown(packets, self._network.manifest.hub.name)
        return Stopped(packets, "loop", reason, self._where.router(name), "Let the hub's routes in.")

    def _undone(self, passing: _Passing, packets: Packets, where: Where) -> Stopped:
        """A blackhole takes what a destination rule should have translated: that rule is to blame, if there is anything like it."""
        name = passing.name
        rule = likely_rule(passing.router, "destination", passing.interface, packets.destination, self.places.known)
        if rule is not None and passing.state == "new":
            where = self._where.router(name, rule.line, f"nat destination rule {rule.number}")
        reason = f"nothing translated {packets.destination} at {passing.interface} of {name}, which has only a blackhole for it"
        if passing.state == "invalid":
            reason = f"{name} has not seen what {packets.destination} is an answer to, and has only a blackhole for it"
        return Stopped(packets, "blackhole", reason, where, "Let a destination rule at that interface translate it.")


def _known(name: str, packets: Packets) -> tuple[Flow | None, str]:
    """What a gateway remembers of a packet's flow, and conntrack's word for the packet.

    A lone answer is `invalid`, whether of ICMP or TCP; UDP knows no answers: it is a new flow.
    """
    if not packets.reply:
        return None, "new"
    flow = packets.flows.get(name)
    if flow is not None and flow.source.holds(packets.destination) and flow.destination.holds(packets.source):
        return flow, "established"
    return None, "new" if packets.service.protocol == "udp" else "invalid"


def _as_screened(packets: Packets) -> tuple[str, int]:
    return packets.service.protocol, CLIENT_PORT if packets.reply and packets.service.port else packets.service.port


def _icmp(packets: Packets) -> str:
    if packets.service.protocol != "icmp":
        return ""
    return "echo-reply" if packets.reply else "echo-request"
