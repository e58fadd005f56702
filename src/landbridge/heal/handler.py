"""What Lambda calls. Whatever woke it, it looks at everything and does what is missing: an event is only a reason to look.

So events may come twice, late, in any order or never, and runs may overlap.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

from landbridge.heal.act import act
from landbridge.heal.decide import decide, problems
from landbridge.heal.observe import Client, observe
from landbridge.heal.report import line

NETWORK = "LANDBRIDGE_NETWORK"  # the environment variable that says which network it heals
PATIENCE = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})


class Unfinished(Exception):  # noqa: N818 - not a fault of the code: Lambda is to call again
    """Something that was to be done is not done."""


def handle(event: Mapping[str, Any], _context: object) -> None:
    """One run. Raises `Unfinished` where an action failed, so that Lambda runs it again."""
    run(os.environ[NETWORK], event, _client("ec2"), _client("autoscaling"))


def run(network: str, event: Mapping[str, Any], ec2: Client, autoscaling: Client) -> None:
    """Observe, decide, act, report."""
    began = time.monotonic()
    seen = observe(network, ec2, autoscaling)
    outcomes = act(decide(seen), ec2, autoscaling)
    sys.stdout.write(line(network, event, outcomes, problems(seen), int(1000 * (time.monotonic() - began))) + "\n")
    failed = [outcome.trouble for outcome in outcomes if outcome.trouble]
    if failed:
        raise Unfinished(f"{len(failed)} of {len(outcomes)} actions failed, the first with {failed[0]}")


@cache
def _client(service: str) -> Client:
    client: Client = boto3.client(service, config=PATIENCE)
    return client
