"""Packets: sets of them that fare alike, and what has happened to them on their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from landbridge.findings import Where
from landbridge.verify.report import Hop
from landbridge.verify.span import Span

CLIENT_PORT = 40000  # a port that a system gives to a client


class Service(NamedTuple):
    """What is asked for: a protocol (`icmp`, `tcp`, `udp`) and a destination port (0 for ICMP)."""

    protocol: str
    port: int = 0

    def __str__(self) -> str:
        return f"{self.protocol}/{self.port}" if self.port else self.protocol


PING = Service("icmp")
TCP = Service("tcp", 7)
UDP = Service("udp", 7)


class Trail(NamedTuple):
    """The last step of a way, and those before it; put into words only when somebody asks."""

    before: Trail | None
    node: str
    event: str
    source: Span
    destination: Span
    where: Where | None

    def hops(self) -> tuple[Hop, ...]:
        found: list[Hop] = []
        step: Trail | None = self
        while step is not None:
            found.append(Hop(step.node, step.event, str(step.source), str(step.destination), step.where))
            step = step.before
        return tuple(reversed(found))


class Flow(NamedTuple):
    """What a gateway remembers of a request: how it moved its source and destination, and what it sent on."""

    source_by: int
    destination_by: int
    source: Span
    destination: Span


class Packets(NamedTuple):
    """A set of packets: every source with the destination at the same place in its span, or all with all: they fare alike.

    `source_by` and `destination_by` say how far translations have moved them so far. `reply` is True for an answer, `flows` what the
    gateways remember of its request (or, of a request, of itself so far), by the gateway's name; `gateways` those passed, in order.
    """

    source: Span
    destination: Span
    service: Service
    source_by: int = 0
    destination_by: int = 0
    reply: bool = False
    flows: Mapping[str, Flow] = {}
    gateways: tuple[str, ...] = ()
    trail: Trail | None = None
    steps: int = 0

    def at(self, node: str, event: str, where: Where | None = None) -> Packets:
        """The same, one step on."""
        return self._replace(trail=Trail(self.trail, node, event, self.source, self.destination, where), steps=self.steps + 1)

    def narrowed(self, source: Span, destination: Span) -> Packets:
        return self._replace(source=source, destination=destination)

    def moved(self, source_by: int, destination_by: int) -> Packets:
        """After a translation."""
        return self._replace(
            source=self.source.moved(source_by),
            destination=self.destination.moved(destination_by),
            source_by=self.source_by + source_by,
            destination_by=self.destination_by + destination_by,
        )


class Arrived(NamedTuple):
    """Packets at their end: in a subnet of a VPC."""

    packets: Packets
    vpc: str
    subnet: Span


class AtHub(NamedTuple):
    """Packets that have come to the hub."""

    packets: Packets


class Stopped(NamedTuple):
    """Packets that get no further. `code` is a finding's; `remedy` what would do."""

    packets: Packets
    code: str
    reason: str
    where: Where | None
    remedy: str


End = Arrived | AtHub | Stopped


def last_place(packets: Packets) -> Where | None:
    """The place of the last step that has one."""
    step = packets.trail
    while step is not None:
        if step.where is not None:
            return step.where
        step = step.before
    return None
