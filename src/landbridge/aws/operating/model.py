"""What a planned change tells while it is under way, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from landbridge.findings import Finding, Severity


@dataclass(frozen=True, slots=True)
class Event:
    """How far a step is. `of` is what it is done to (a site, a gateway, a tunnel), `what` the step, `lacks` what is still waited for.
    `seconds` is None until it has ended; then `lacks` says why in vain."""

    of: str
    what: str
    lacks: tuple[str, ...] = ()
    seconds: float | None = None


Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has ended, and what it took."""

    of: str
    what: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change. `findings` say where it stands, if it isn't done."""

    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)
