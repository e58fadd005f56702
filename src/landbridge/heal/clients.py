"""Through what heal calls AWS, and how patiently."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

FAILURES = (ClientError, BotoCoreError)  # an answer that refuses; none at all: a timeout, a broken connection

PATIENT = Config(connect_timeout=2, read_timeout=8, retries={"mode": "standard", "total_max_attempts": 3})
# Nothing waits long for what heal can do without. Alarms are in another Region, and tell what is minutes old.
BRISK = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
IMPATIENT = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 1})


class Client(Protocol):
    """A boto3 client."""

    def __getattr__(self, name: str, /) -> Callable[..., dict[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Clients:
    """`alarms` is CloudWatch in the hub's Region; None where the hub is in another account."""

    ec2: Client
    autoscaling: Client
    words: Client
    events: Client
    alarms: Client | None = None


@cache
def clients(hub_region: str) -> Clients:
    """Those of this Region."""
    return Clients(
        ec2=boto3.client("ec2", config=PATIENT),
        autoscaling=boto3.client("autoscaling", config=PATIENT),
        words=boto3.client("dynamodb", config=BRISK),
        events=boto3.client("events", config=BRISK),
        alarms=boto3.client("cloudwatch", hub_region, config=IMPATIENT) if hub_region else None,
    )


def code(problem: Exception) -> str:
    """AWS' code of a failure."""
    return str(problem.response["Error"].get("Code", "")) if isinstance(problem, ClientError) else type(problem).__name__


def trouble(problem: Exception) -> str:
    """A failure in AWS' words."""
    said = problem.response["Error"].get("Message", "") if isinstance(problem, ClientError) else problem
    return f"{code(problem)}: {said}"
