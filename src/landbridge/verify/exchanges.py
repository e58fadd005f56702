"""A request from one subnet to another and its answer: what becomes of them, on every way that they may take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from landbridge.artifacts.manifest import Vpc
from landbridge.findings import Where
from landbridge.verify.forwarding import Forwarding
from landbridge.verify.packets import Arrived, AtHub, Packets, Service, Stopped, last_place
from landbridge.verify.report import Verdict, Way
from landbridge.verify.span import Span, span_of
from landbridge.verify.translating import likely_rule


class Endpoint(NamedTuple):
    """Hosts at one end: all of a subnet's, or one. `local` is how their own site knows them, `known` how everyone else does."""

    name: str
    vpc: str
    subnet: Span
    local: Span
    known: Span

    @property
    def shift(self) -> int:
        return self.known.first - self.local.first


class Exchange(NamedTuple):
    """One way of a request, and of its answer. `code` is "" where all is well, or works all the same (`asymmetric` with `works`)."""

    request: Packets
    answer: Packets | None
    code: str
    reason: str
    where: Where | None
    remedy: str
    works: bool

    def way(self) -> Way:
        """In words."""
        there = self.request.trail.hops() if self.request.trail else ()
        back = self.answer.trail.hops() if self.answer is not None and self.answer.trail else ()
        return Way(there, back, "" if self.works else self.code, self.reason, self.where, self.remedy)


def endpoints(vpc: Vpc) -> Iterator[Endpoint]:
    """The subnets of a VPC that take part, as ends."""
    for subnet in vpc.subnets:
        if subnet.host is not None and subnet.global_ is not None:
            yield Endpoint(subnet.host, vpc.name, span_of(subnet.cidr), span_of(subnet.cidr), span_of(subnet.global_))


def exchange(forwarding: Forwarding, source: Endpoint, destination: Endpoint, service: Service) -> Iterator[Exchange]:
    """A request and its answer, on each way."""
    request = Packets(source.local, destination.known, service)
    for end in forwarding.walk(source.vpc, request):
        if isinstance(end, Stopped):
            yield stopped(end, destination)
        elif isinstance(end, Arrived):
            wrong = misdelivered(forwarding, end, source, destination)
            if wrong is not None:
                yield wrong
            else:
                yield from _answer(forwarding, end, source)


def stopped(end: Stopped, destination: Endpoint) -> Exchange:
    """A request that gets no further; what was translated to something else on its way ends there for that reason."""
    packets = end.packets
    if packets.destination_by in (0, -destination.shift):
        return Exchange(packets, None, end.code, end.reason, end.where, end.remedy, False)
    step = packets.trail
    while step is not None and not step.event.startswith("destination translated"):
        step = step.before
    reason = (
        f"it becomes {packets.destination} on its way, and {destination.known} is {destination.local} of {destination.vpc}: {end.reason}"
    )
    where = step.where if step is not None else end.where
    return Exchange(packets, None, "translation-conflict", reason, where, f"Translate it to {destination.local}.", False)


def misdelivered(forwarding: Forwarding, end: Arrived, source: Endpoint, destination: Endpoint) -> Exchange | None:
    """What is wrong with a request that has arrived: where, or as whose."""
    packets = end.packets
    if (end.vpc, end.subnet) != (destination.vpc, destination.subnet) or packets.destination_by != -destination.shift:
        reason = f"it comes to {packets.destination} of {end.vpc}, and {destination.known} is {destination.local} of {destination.vpc}"
        return Exchange(
            packets, None, "translation-conflict", reason, last_place(packets), "Mend the translation that brought it there.", False
        )
    if packets.source_by != source.shift:
        seen = packets.source
        reason = f"{destination.vpc} sees it come from {seen}, and {source.local} of {source.vpc} is known as {source.known}"
        where = untranslated(forwarding, packets, source)
        code = "untranslated" if packets.source_by == 0 else "translation-conflict"
        return Exchange(packets, None, code, reason, where, f"Let a source rule translate it to {source.known}.", False)
    return None


def untranslated(forwarding: Forwarding, packets: Packets, source: Endpoint) -> Where | None:
    """The source rule that should have translated packets, where they left their site; or the gateway that has none."""
    routing = forwarding.routing
    for name in packets.gateways:
        if routing.gateways[name].vpc == source.vpc:
            router, tunnel = routing.network.routers[name], _left_by(packets, name)
            state = routing.states.get(tunnel)
            rule = likely_rule(router, "source", state.vti if state else "", source.local, partial(forwarding.places.subnet, source.vpc))
            path = f"nat source rule {rule.number}" if rule else "nat source"
            return routing.network.places.router(name, rule.line if rule else 0, path)
    return last_place(packets)


def _left_by(packets: Packets, gateway: str) -> str:
    """The tunnel into which a gateway sent packets."""
    step = packets.trail
    while step is not None:
        if step.node == gateway and step.event.startswith("into "):
            return step.event.split()[1]
        step = step.before
    return ""


def answer_of(request: Packets) -> Packets:
    """The answer to a request, as it leaves the host that got it."""
    return Packets(request.destination, request.source, request.service, reply=True, flows=request.flows)


def judged_answer(request: Packets, end: Arrived | Stopped, vpc: str, subnet: Span) -> Exchange:
    """An answer at its end, where it should be in a subnet of a VPC, and come from where the request was sent."""
    answer = end.packets
    same = answer.gateways == request.gateways[::-1]
    if isinstance(end, Stopped):
        code, blame = ("one-way", end.where) if same or not _split(request, answer) else ("asymmetric", end.where)
        return Exchange(request, answer, code, f"the answer is lost: {end.reason}", blame, end.remedy, False)
    there = (end.vpc, end.subnet) == (vpc, subnet) and answer.destination_by == -request.source_by
    if there and answer.source_by == -request.destination_by:
        if same:
            return Exchange(request, answer, "", "", None, "", True)
        reason = (
            f"the answer takes another way, through {', '.join(answer.gateways)}, than the request, through {', '.join(request.gateways)}"
        )
        return Exchange(request, answer, "asymmetric", reason, last_place(answer), _ONE_GATEWAY, True)
    what = f"comes from {answer.source}" if there else f"comes to {answer.destination} of {end.vpc}"
    code = "one-way" if same else "asymmetric"
    remedy = "Let the gateway's rules be each other's reverse." if same else _ONE_GATEWAY
    return Exchange(request, answer, code, f"the answer {what}, which the host that asked doesn't know", last_place(answer), remedy, False)


_ONE_GATEWAY = "Let both directions go through one gateway: its routes in the VPC, and the shorter AS path at the hub."


def _split(request: Packets, answer: Packets) -> bool:
    """Whether an answer has gone through a gateway that hasn't seen the request."""
    return any(name not in request.gateways for name in answer.gateways)


def _answer(forwarding: Forwarding, end: Arrived, source: Endpoint) -> Iterator[Exchange]:
    for back in forwarding.walk(end.vpc, answer_of(end.packets)):
        if not isinstance(back, AtHub):
            yield judged_answer(end.packets, back, source.vpc, source.subnet)


def verdict(exchanges: Iterable[Exchange]) -> Verdict:
    """All ways, none of them, or some."""
    works = {one.works for one in exchanges}
    return Verdict.SOMETIMES if len(works) > 1 else Verdict.ALWAYS if works == {True} else Verdict.NEVER
