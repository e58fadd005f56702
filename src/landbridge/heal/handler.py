"""What Lambda calls. Whatever woke it, it looks at everything and does what is missing: an event is only a reason to look.

So events may come twice, late, in any order or never, and runs may overlap.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from landbridge.heal.act import Outcome, act, tell
from landbridge.heal.clients import FAILURES, Clients, clients, trouble
from landbridge.heal.decide import decide, problems
from landbridge.heal.observe import observe
from landbridge.heal.report import Told, happened, line

NETWORK = "LANDBRIDGE_NETWORK"  # the environment variable that says which network it heals
HUB_REGION = "LANDBRIDGE_HUB_REGION"  # the one that says where the hub's alarms are; unset where that is another account


class Unfinished(Exception):  # noqa: N818 - not a fault of the code: Lambda is to call again
    """Something that was to be done is not done."""


def handle(event: Mapping[str, Any], _context: object) -> None:
    """One run. Raises `Unfinished` where an action failed, so that Lambda runs it again."""
    run(os.environ[NETWORK], event, clients(os.environ.get(HUB_REGION, "")))


def run(network: str, event: Mapping[str, Any], through: Clients) -> None:
    """Observe, decide, act, report."""
    began = time.monotonic()
    outcomes: tuple[Outcome, ...] = ()
    told: tuple[Told, ...] = ()
    try:
        seen = observe(network, through, _caller(event))
    except FAILURES as problem:
        failed = [trouble(problem)]
        wrong: tuple[str, ...] = (f"the network couldn't be looked at: {failed[0]}",)
    else:
        outcomes = tuple(act(decide(seen), through))
        failed = [outcome.trouble for outcome in outcomes if outcome.trouble]
        told = happened(seen, outcomes)
        unsent = tell([one.entry(network) for one in told], through.events)
        wrong = (*problems(seen), *((f"no event was sent: {unsent}",) if unsent else ()))
    took = int(1000 * (time.monotonic() - began))
    sys.stdout.write(line(network, event, outcomes, wrong, told, failures=len(failed), now=time.time(), took=took) + "\n")
    if failed:
        raise Unfinished(f"{len(failed)} failed, the first with {failed[0]}")


def _caller(event: Mapping[str, Any]) -> str:
    """The gateway that called, if one did. It is taken for nothing but its name."""
    detail = event.get("detail")
    return str(detail.get("gateway", "")) if event.get("source") == "landbridge.gateway" and isinstance(detail, Mapping) else ""
