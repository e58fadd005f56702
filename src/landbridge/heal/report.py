"""One line a run, for people and for queries: what woke it, what it did, what it couldn't, and what it can't."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from landbridge.heal.act import Outcome


def line(network: str, event: Mapping[str, Any], outcomes: Iterable[Outcome], problems: Iterable[str], milliseconds: int) -> str:
    """JSON on one line. Nothing in it is secret: there are ids, addresses and AWS' own words."""
    told = {
        "landbridge": "heal",
        "network": network,
        "woken_by": event.get("detail-type", "call"),
        "event": event.get("id", ""),
        "actions": [_outcome(outcome) for outcome in outcomes],
        "problems": list(problems),
        "ms": milliseconds,
    }
    return json.dumps(told, separators=(",", ":"))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    trouble = {"trouble": outcome.trouble} if outcome.trouble else {}
    return {"do": type(outcome.action).__name__.lower(), **asdict(outcome.action), **trouble}
