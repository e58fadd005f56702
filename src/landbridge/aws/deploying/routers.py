"""Routers that run when their text changes: the stacks only see to it that a replacement boots with it, so it is pushed to them."""

from __future__ import annotations

import re
import threading
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from landbridge.aws.deploying.model import Event, Tell
from landbridge.aws.deploying.objects import key_of
from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.walking import walk
from landbridge.aws.model import StackPlan, Stored
from landbridge.findings import Finding, LandbridgeError, Severity, error, note, warning

HANDS = 8  # sites whose routers are pushed to at once
ACTIVE = "-a"  # of a pair, the one that is active where nobody can tell
SUFFIX = ".set"  # a gateway's scripts lie beside its text
TEXT = re.compile(r"^routers/(?P<gateway>[a-z0-9-]+)[/.-]")


def for_the_next(gateway: str, why: str) -> Finding:
    """That a router which is to be replaced keeps its text, for the new one isn't in its language."""
    message = f"{gateway} keeps its text, for the new one is of another release: {why}."
    return warning("release", message, None, "`landbridge upgrade` replaces the router by one that boots with the new text.")


class Pusher(Protocol):
    """Reaches routers that run."""

    def is_active(self, gateway: str) -> bool:
        """Whether it is the one of its pair that carries the site now."""

    def push(self, gateway: str, text: str, leaving: bool) -> tuple[Finding, ...]:
        """Bring a router to its text, commit-confirmed. What it returns is why it isn't confirmed: errors, or, of one that is `leaving`
        (it runs another image than its next instance), a warning that its text is for another release."""


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
        if isinstance(source, Stored) and source.suffix == SUFFIX and plan.kind == "gateways" and (named := TEXT.match(source.prefix))
    ]


def boots_with(plan: StackPlan, record: Record) -> None:
    """Remember, before a site's gateways are created, the texts that they boot with: those need no push."""
    for text in texts([plan]):
        record.keep_delivered(text.gateway, text.key)


def deliver(
    wanted: Sequence[Text], record: Record, pusher: Pusher | None, tell: Tell, stop: threading.Event, leaving: Container[str] = ()
) -> list[Finding]:
    """Push every text that its router doesn't run yet, sites at once, a site's standby first: what is wrong with a text must not meet the
    router that carries the site. What isn't confirmed stays due. `leaving` are the gateways that run another image than their next
    instance: those that are of another release, too, are left alone."""
    due = [text for text in wanted if record.delivered(text.gateway) != text.key]
    if not due:
        return []
    if pusher is None:
        names = ", ".join(text.gateway for text in due)
        message = f"the text of {names} is stored for whatever router boots next, and isn't pushed to the one that runs"
        remedy = "Deploy without --no-push; or push it: `landbridge push FILE GATEWAY --host ADDRESS`, a pair's standby first."
        return [note("router", message, None, remedy)]

    def of_site(site: str) -> tuple[Finding, ...]:
        here = [text for text in due if text.site == site]
        in_turn = sorted(here, key=lambda text: (pusher.is_active(text.gateway), text.gateway.endswith(ACTIVE)))
        return _push(in_turn, record, pusher, tell, leaving)

    walked = walk({text.site: () for text in due}, of_site, stop, HANDS)
    told = [finding for findings in walked.done.values() for finding in findings]
    return [*told, *(finding for problem in walked.failed.values() for finding in problem.findings)]


def _push(due: Sequence[Text], record: Record, pusher: Pusher, tell: Tell, leaving: Container[str]) -> tuple[Finding, ...]:
    spared: list[Finding] = []
    for index, text in enumerate(due):
        tell(Event(text.gateway, "PUSH_IN_PROGRESS"))
        try:
            why = pusher.push(text.gateway, text.content, text.gateway in leaving)
        except LandbridgeError as problem:
            why = tuple(error(one.code, f"{text.gateway}: {one.message}", None, one.remedy) for one in problem.findings)
        failed = any(finding.severity is Severity.ERROR for finding in why)
        what = "PUSH_FAILED" if failed else "PUSH_SPARED" if why else "PUSH_COMPLETE"
        tell(Event(text.gateway, what, reason="; ".join(finding.message for finding in why)))
        if failed:
            return (*spared, *why, *_spared(text, due[index + 1 :]))
        if not why:
            record.keep_delivered(text.gateway, text.key)
        spared += why
    return tuple(spared)


def _spared(failed: Text, rest: Sequence[Text]) -> Iterator[Finding]:
    """What comes after one that failed isn't tried: it carries its site."""
    for text in rest:
        message = f"{text.gateway} keeps its text, for {failed.gateway} isn't confirmed with the new one"
        yield error("router", message, None, "Mend that, and run the same command again.")
