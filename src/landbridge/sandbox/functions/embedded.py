"""Embedded metric format: of a line in a log that declares metrics, CloudWatch has them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from landbridge.sandbox.server.foreign import Foreign, Props


def keep(account: str, region: str, lines: Iterable[str]) -> None:
    """Gives CloudWatch what these lines declare. The caller holds the lock."""
    from moto.cloudwatch.models import cloudwatch_backends

    backend: Foreign = cloudwatch_backends[account][region]
    for line in lines:
        for namespace, metrics in declared(line):
            backend.put_metric_data(namespace, metrics)


def declared(line: str) -> Iterator[tuple[str, list[Props]]]:
    """The metrics that a line declares, by namespace: one for each set of dimensions. What isn't of that form declares none."""
    try:
        said = json.loads(line)
        for one in said["_aws"]["CloudWatchMetrics"]:
            at = datetime.fromtimestamp(said["_aws"]["Timestamp"] / 1000, UTC)
            yield (
                str(one["Namespace"]),
                [
                    {
                        "MetricName": metric["Name"],
                        "Unit": metric.get("Unit", "None"),
                        "Value": float(said[metric["Name"]]),
                        "Timestamp": at,
                        "Dimensions": [{"Name": name, "Value": str(said[name])} for name in names],
                    }
                    for names in one["Dimensions"]
                    for metric in one["Metrics"]
                ],
            )
    except (ValueError, KeyError, TypeError, OverflowError):
        return
