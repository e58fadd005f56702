"""What verifying says: a verdict a pair of hosts, a trace a packet, and the report of it all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.findings import Finding, Severity, Where


class Verdict(StrEnum):
    """Whether a request gets its answer: each time, never, or as the choice among equal ways falls."""

    ALWAYS = "always"
    NEVER = "never"
    SOMETIMES = "sometimes"


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a packet: where it is, what happens to it there, the packet afterwards, and the line that decides it."""

    node: str
    event: str
    source: str
    destination: str
    where: Where | None = None

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        return f"{self.node}: {self.source} -> {self.destination}: {self.event}{place}"


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a packet there and, if it arrives, of its reply back. `code` is a finding's, "" where all is well."""

    there: tuple[Hop, ...]
    back: tuple[Hop, ...]
    code: str
    ended: str
    where: Where | None = None
    remedy: str = ""

    @property
    def ok(self) -> bool:
        return not self.code


@dataclass(frozen=True, slots=True)
class Report:
    """`pairs` ordered pairs of hosts were proved; `failures` of single things and of two tunnels were considered."""

    pairs: int
    failures: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)
