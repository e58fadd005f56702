"""How often an event is delivered, and how often a function that is invoked for later is run. Both promise "at least once", and both
keep less, or more, now and then."""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Props

MOST = 5
_copies = [1]


def of_events() -> int:
    """How often each event reaches each target of a rule. Schedules always do, at least once."""
    return _copies[0]


def of_invocations() -> int:
    """How often a function runs that was invoked for later, or is due."""
    return max(1, _copies[0])


def told(said: Props) -> Props:
    """POST /sandbox/deliveries. Raises ValueError."""
    copies = int(said["copies"])
    if not 0 <= copies <= MOST:
        raise ValueError(f"0 to {MOST} copies, not {copies}")
    _copies[0] = copies
    return {"copies": copies}
