"""One site's part of the proof: its subnets against each class of remote ones, up to the hub and from the hub, there and back.

A request passes two sites and its answer the same two. Each site is followed alone, the hub being the border: what leaves it as it should
(the global source, the destination untouched) is what the other expects. A pair of subnets is good when both ends are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.findings import Where
from landbridge.verify.exchanges import (
    Endpoint,
    Exchange,
    answer_of,
    judged_answer,
    misdelivered,
    stopped,
    untranslated,
)
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.network import Network
from landbridge.verify.packets import PING, TCP, UDP, Arrived, AtHub, Packets, Service, Stopped, last_place
from landbridge.verify.remotes import Cell, Remotes
from landbridge.verify.screening import word_span
from landbridge.verify.span import Span, span_of


class Broken(NamedTuple):
    """A subnet and a class of remote ones that fare badly: as the one that asks (`from`) or that is asked (`to`), on one way."""

    end: Endpoint
    cell: Cell
    remote: Endpoint
    side: Literal["from", "to"]
    service: Service
    exchange: Exchange


def prove_site(
    forwarding: Forwarding, remotes: Remotes, ends: Sequence[tuple[Endpoint, Sequence[Cell]]], services: Sequence[Service]
) -> list[Broken]:
    """What is broken between a VPC's subnets, each with its classes of remote ones, as far as the VPC and its gateways are to blame."""
    found = []
    for end, cells in ends:
        for cell in cells:
            remote = remotes.all[cell.runs[0][0]]
            for service in services:
                found += [Broken(end, cell, remote, "from", service, bad) for bad in _asking(forwarding, end, remote, service)]
                found += [Broken(end, cell, remote, "to", service, bad) for bad in _asked(forwarding, end, remote, service)]
    return found


def services_of(network: Network, vpc: Vpc, gateways: Iterable[Gateway]) -> tuple[Service, ...]:
    """What has to be followed apart: where no rule asks for a protocol, one stands for all."""
    cidrs = [span_of(cidr) for cidr in vpc.cidrs]
    for gateway in gateways:
        router = network.routers[gateway.name]
        through = {binding.chain for binding in router.bindings if binding.direction != "local"}
        if through or any(rule.protocol != "all" for rule in router.nat):
            return PING, TCP, UDP
        for rule in gateway.rules or ():
            span = word_span(rule.source)
            if rule.protocol in ("tcp", "udp", "icmp") and span is not None and any(span.meets(cidr) for cidr in cidrs):
                return PING, TCP, UDP
    return (PING,)


def _asking(forwarding: Forwarding, end: Endpoint, remote: Endpoint, service: Service) -> Iterator[Exchange]:
    """What goes wrong when a subnet asks a remote one: on the request's way to the hub, on the answer's from there."""
    seen = set()
    for out in forwarding.from_vpc(end.vpc, Packets(end.local, remote.known, service)):
        request = out.packets
        if isinstance(out, Stopped):
            yield Exchange(request, None, out.code, out.reason, out.where, out.remedy, False)
        elif isinstance(out, Arrived):
            reason = f"it comes to {request.destination} of {out.vpc}, and {remote.known} is {remote.vpc}'s"
            yield Exchange(request, None, "translation-conflict", reason, last_place(request), "Translate it to a free prefix.", False)
        elif (request.source_by, request.destination_by) != (end.shift, 0):
            yield _mistranslated(forwarding, request, end, remote)
        elif (key := (request.source, request.gateways, tuple(request.flows.items()))) not in seen:
            seen.add(key)
            answer = Packets(remote.known, request.source, service, reply=True, flows=request.flows)
            for back in forwarding.from_hub(answer):
                judged = _judged(forwarding, request, back, end)
                if not judged.works or judged.code:
                    yield judged


def _asked(forwarding: Forwarding, end: Endpoint, remote: Endpoint, service: Service) -> Iterator[Exchange]:
    """What goes wrong when a remote subnet asks this one: on the request's way from the hub, on the answer's to there."""
    seen = set()
    far = remote._replace(local=remote.known)
    for arrived in forwarding.from_hub(Packets(remote.known, end.known, service)):
        if isinstance(arrived, Stopped):
            yield stopped(arrived, end)
        elif isinstance(arrived, AtHub):
            turned = _returned(arrived.packets, forwarding)
            yield stopped(Stopped(arrived.packets, turned.code, turned.reason, turned.where, turned.remedy), end)
        elif (wrong := misdelivered(forwarding, arrived, far, end)) is not None:
            yield wrong
        elif (key := (arrived.packets.destination, arrived.packets.gateways, tuple(arrived.packets.flows.items()))) not in seen:
            seen.add(key)
            request = arrived.packets
            for back in forwarding.from_vpc(end.vpc, answer_of(request)):
                judged = _left(request, back)
                if not judged.works or judged.code:
                    yield judged


def _judged(forwarding: Forwarding, request: Packets, back: Arrived | AtHub | Stopped, end: Endpoint) -> Exchange:
    if isinstance(back, AtHub):
        return _returned(back.packets, forwarding)._replace(request=request, answer=back.packets)
    return judged_answer(request, back, end.vpc, end.subnet)


def _left(request: Packets, back: Arrived | AtHub | Stopped) -> Exchange:
    """An answer at the hub, on its way to the remote subnet that asked."""
    if isinstance(back, AtHub):
        # At the hub it is judged as if it had arrived: it must come from where the request was sent, and go to where that came from.
        return judged_answer(request, Arrived(back.packets, "", _NOWHERE), "", _NOWHERE)
    if isinstance(back, Arrived):
        return judged_answer(request, back, "", _NOWHERE)
    return judged_answer(request, back, "", _NOWHERE)


_NOWHERE = Span(0, 0)


def _returned(packets: Packets, forwarding: Forwarding) -> Exchange:
    """What comes from the hub and is sent back to it."""
    reason = f"{packets.gateways[-1] if packets.gateways else 'its site'} sends {packets.destination} back to the hub, which it came from"
    where = last_place(packets) or (forwarding.routing.network.places.router(packets.gateways[-1]) if packets.gateways else None)
    return Exchange(packets, None, "loop", reason, where, "Let a route lead it into the VPC.", False)


def _mistranslated(forwarding: Forwarding, request: Packets, end: Endpoint, remote: Endpoint) -> Exchange:
    if request.destination_by:
        reason = f"its destination becomes {request.destination} on the way out, and {remote.known} is {remote.vpc}'s"
        return Exchange(request, None, "translation-conflict", reason, last_place(request), "Mend the destination rule.", False)
    code = "untranslated" if request.source_by == 0 else "translation-conflict"
    reason = f"it leaves its site from {request.source}, and {end.local} of {end.vpc} is known as {end.known}"
    where: Where | None = untranslated(forwarding, request, end)
    return Exchange(request, None, code, reason, where, f"Let a source rule translate it to {end.known}.", False)
