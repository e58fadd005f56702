"""The push: what would change, and changing it so that a router that is cut off by it returns by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from landbridge.findings import Finding, LandbridgeError, error
from landbridge.vyos.asking import TunnelStatus
from landbridge.vyos.comparing import diff
from landbridge.vyos.delivery.checking import Check, problems, tunnels
from landbridge.vyos.delivery.filling import Filled, hide
from landbridge.vyos.delivery.session import Connect, ConnectionLostError, Rollback, Session
from landbridge.vyos.owning import ownership
from landbridge.vyos.reading import read_router
from landbridge.vyos.router import Router
from landbridge.vyos.tree import Tree

PAUSE_S = 3.0
SAVE_ATTEMPTS = 3
SPARE = 0.25  # of the time until the rollback: confirming and saving take some, and clocks differ

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push would do: the commands as they are sent, and as they may be shown."""

    gateway: str
    release: str
    wanted: Filled
    commands: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a push. Not confirmed, the router returns to what it was saved as; `findings` say why, or why it isn't saved."""

    confirmed: bool
    tunnels: tuple[TunnelStatus, ...]
    findings: tuple[Finding, ...] = ()


def plan(gateway: str, release: str, live: Tree, wanted: Filled) -> Plan:
    """The commands that make the router what it should be, as far as it is landbridge's. Raises LandbridgeError for what is in the way."""
    changes = diff(live, wanted.tree, ownership(live, wanted.tree))
    commands = tuple(str(change) for change in changes)
    if any("\n" in command or "\t" in command for command in commands):
        raise LandbridgeError(error("syntax", "a value of more than one line can't be sent to a router that runs."))
    return Plan(gateway, release, wanted, commands, tuple(hide(command, wanted.secrets) for command in commands))


def push(planned: Plan, session: Session, connect: Connect, minutes: int, check: Check, tell: Tell, minute_s: float = 60.0) -> Outcome:
    """Change a router over `session` (which is closed), check it over new connections, confirm and save.

    Raises LandbridgeError where nothing was changed. `minute_s` is what the router takes for a minute.
    """
    before_live = session.live()
    try:
        before = tunnels(planned.gateway, _router(planned), session.ask())
    except LandbridgeError:
        before = ()  # IPsec or BGP isn't set up on it yet: none is up
    if session.unsaved():
        remedy = "Log in, look with `compare saved`, and save or discard it: a rollback would take it away."
        raise LandbridgeError(error("router", f"{planned.gateway} runs a configuration that isn't saved.", remedy=remedy))
    began = time.monotonic()
    rollback = session.arm(before_live, minutes)
    try:
        session.commit(planned.commands, rollback, minutes, minutes * minute_s / 2)
    except ConnectionLostError:
        tell("The connection broke while it committed; trying a new one.")
    except LandbridgeError as refusal:
        raise LandbridgeError(*refusal.findings, *_after_refusal(session, before_live, rollback, minutes)) from None
    finally:
        session.close()
    tell(f"Committed; without confirmation it returns in {minutes} min.")
    until = began + minutes * minute_s * (1 - SPARE)
    return _check_and_confirm(planned, connect, rollback, check, before, until, min(PAUSE_S, minute_s / 20), tell)


def _check_and_confirm(
    planned: Plan,
    connect: Connect,
    rollback: Rollback,
    check: Check,
    before: Sequence[TunnelStatus],
    until: float,
    pause: float,
    tell: Tell,
) -> Outcome:
    """Ask over one new connection after another until all is as it should be, or the time is up."""
    after: tuple[TunnelStatus, ...] = ()
    why = ["no new connection was tried"]
    while time.monotonic() < until:
        try:
            session = connect()
        except ConnectionLostError as lost:
            why = [f"a new connection can't be made ({lost})"]
        except LandbridgeError as problem:
            why = [f"a new connection can't be made ({problem.findings[0].message})"]
        else:
            try:
                after, why = _look(planned, session, check, before)
                if not why:
                    tell("All is as it should be: confirming and saving.")
                    session.call_off(rollback)
                    return Outcome(True, after, tuple(_save(planned, session, connect, pause)))
            except ConnectionLostError as lost:
                why = [f"the new connection broke ({lost})"]
            except LandbridgeError as problem:
                why = [problem.findings[0].message]
            finally:
                session.close()
        time.sleep(max(0.0, min(pause, until - time.monotonic())))
    message = (
        f"{planned.gateway} isn't as it should be: {'; '.join(why)}. It isn't confirmed: the router returns to its saved configuration"
    )
    return Outcome(False, after, (error("router", f"{message[:600]}.", remedy="Wait for it, then look at what was pushed."),))


def _save(planned: Plan, session: Session, connect: Connect, pause: float) -> list[Finding]:
    """Save what is confirmed now; over another connection where this one breaks."""
    why = ""
    for attempt in range(SAVE_ATTEMPTS):
        try:
            if attempt == 0:
                session.save()
            else:
                time.sleep(pause)
                with closing(connect()) as other:
                    other.save()
            return []
        except (ConnectionLostError, LandbridgeError) as problem:
            why = str(problem)
    message = f"the change is confirmed and runs on {planned.gateway}, but isn't saved: {why[:300]}"
    return [error("router", message, remedy="Log in: `configure`, `save`.")]


def _look(planned: Plan, session: Session, check: Check, before: Sequence[TunnelStatus]) -> tuple[tuple[TunnelStatus, ...], list[str]]:
    """The tunnels now, and why the change may not be confirmed."""
    left = plan(planned.gateway, planned.release, session.live(), planned.wanted).commands
    if left:
        return (), [f"{len(left)} of {len(planned.commands)} changes aren't there"]
    if check is Check.REACH:
        return (), []
    after = tunnels(planned.gateway, _router(planned), session.ask())
    return after, problems(check, before, after)


def _after_refusal(session: Session, before: Tree, rollback: Rollback, minutes: int) -> list[Finding]:
    """Old releases commit what they can before they refuse: only where nothing was changed is the rollback called off."""
    with suppress(ConnectionLostError, LandbridgeError):
        if session.live() == before:
            session.call_off(rollback)
            return []
    return [error("router", f"a part of it may run; the router returns to its saved configuration within {minutes} min.")]


def _router(planned: Plan) -> Router:
    return read_router(planned.wanted.tree, planned.release, planned.gateway)
