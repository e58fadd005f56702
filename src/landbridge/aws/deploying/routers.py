"""Routers that run when their text changes: the stacks only see to it that a replacement boots with it, so it is pushed to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from landbridge.aws.deploying.model import Event, Tell
from landbridge.aws.deploying.objects import key_of
from landbridge.aws.deploying.record import Record
from landbridge.aws.model import StackPlan, Stored
from landbridge.findings import Finding, LandbridgeError, note

TEXT = re.compile(r"^routers/(?P<gateway>[a-z0-9-]+)[/.-]")


class Pusher(Protocol):
    """Reaches routers that run."""

    def is_active(self, gateway: str) -> bool:
        """Whether it is the one of its pair that carries the site now."""

    def push(self, gateway: str, text: str) -> tuple[Finding, ...]:
        """Bring a router to its text, commit-confirmed. What it returns is why it isn't confirmed."""


@dataclass(frozen=True, slots=True)
class Text:
    """A router's text, as it was stored."""

    gateway: str
    site: str
    key: str
    content: str


def texts(plans: Sequence[StackPlan]) -> list[Text]:
    """The routers' texts among what the stacks store."""
    return [
        Text(named["gateway"], plan.owner, key_of(source), source.content.decode())
        for plan in plans
        for source in plan.parameters.values()
        if isinstance(source, Stored) and plan.kind == "gateways" and (named := TEXT.match(source.prefix))
    ]


def boots_with(plan: StackPlan, record: Record) -> None:
    """Remember, before a site's gateways are created, the texts that they boot with: those need no push."""
    for text in texts([plan]):
        record.keep_delivered(text.gateway, text.key)


def deliver(wanted: Sequence[Text], record: Record, pusher: Pusher | None, tell: Tell) -> list[Finding]:
    """Push every text that its router doesn't run yet, a site's standby first: what is wrong with a text must not meet the router that
    carries the site."""
    findings: list[Finding] = []
    for site in dict.fromkeys(text.site for text in wanted):
        due = [text for text in wanted if text.site == site and record.delivered(text.gateway) != text.key]
        if due and pusher is None:
            names = ", ".join(text.gateway for text in due)
            message = f"the text of {names} is stored for whatever router boots next, and isn't pushed to the one that runs"
            findings.append(
                note("router", message, None, "Push it: `landbridge push FILE GATEWAY --host ADDRESS`, a pair's standby first.")
            )
            for text in due:
                record.keep_delivered(text.gateway, text.key)
        elif due and pusher is not None:
            findings += _push(sorted(due, key=lambda text: pusher.is_active(text.gateway)), record, pusher, tell)
    return findings


def _push(due: Sequence[Text], record: Record, pusher: Pusher, tell: Tell) -> tuple[Finding, ...]:
    for text in due:
        tell(Event(text.gateway, "PUSH_IN_PROGRESS"))
        try:
            why = pusher.push(text.gateway, text.content)
        except LandbridgeError as problem:
            why = problem.findings
        tell(Event(text.gateway, "PUSH_FAILED" if why else "PUSH_COMPLETE", reason="; ".join(finding.message for finding in why)))
        if why:
            return why
        record.keep_delivered(text.gateway, text.key)
    return ()
