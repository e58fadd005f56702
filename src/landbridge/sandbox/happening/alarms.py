"""Alarms judged by their metrics: what the last periods held against the threshold."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from landbridge.sandbox.server.foreign import Foreign

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
_MISSING = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA"}


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)


_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Average": _average,
    "Sum": sum,
    "Minimum": min,
    "Maximum": max,
    "SampleCount": len,
}


def judge() -> None:
    """Sets every alarm on one metric to the state that its metric has it in. The caller holds the lock."""
    from moto.cloudwatch.models import cloudwatch_backends

    backends: list[Foreign] = list(cloudwatch_backends.iter_backends())
    for _, _, backend in backends:
        for alarm in list(backend.alarms.values()):
            if alarm.metric_name and alarm.namespace and alarm.comparison_operator in _COMPARE:
                state = _state(alarm, backend.metric_data)
                if state is not None and state != alarm.state_value:
                    backend.set_alarm_state(alarm.name, f"Threshold Crossed: {alarm.metric_name}", json.dumps({"version": "1.0"}), state)


def _state(alarm: Foreign, data: list[Foreign]) -> str | None:
    wanted = sorted((one.name, one.value) for one in alarm.dimensions)
    held = [
        one
        for one in data
        if (one.namespace, one.name) == (alarm.namespace, alarm.metric_name)
        and sorted((of.name, of.value) for of in one.dimensions) == wanted
    ]
    if not held:
        return None
    if alarm.namespace == "AWS/VPN":
        values = [held[-1].value]  # AWS tells it every minute; here it is told when it changes
    else:
        first = datetime.now(UTC) - timedelta(seconds=int(alarm.period) * int(alarm.evaluation_periods))
        values = [one.value for one in held if one.timestamp.replace(tzinfo=UTC) >= first]
    if not values:
        return _MISSING.get(alarm.treat_missing_data or "missing")
    statistic = _STATISTICS.get(alarm.statistic or "Average", _average)
    return "ALARM" if _COMPARE[alarm.comparison_operator](statistic(values), float(alarm.threshold)) else "OK"


def install() -> None:
    """Lets DescribeAlarms tell of those in a state alone where both names and a state are given, which the emulator's own doesn't."""
    from moto.cloudwatch.responses import CloudWatchResponse

    kind: Foreign = CloudWatchResponse
    told = kind.describe_alarms

    def describe(self: Foreign) -> Foreign:
        answer = told(self)
        state = self._get_param("StateValue")
        if state:
            answer.result.update({key: [one for one in alarms if one.state_value == state] for key, alarms in answer.result.items()})
        return answer

    kind.describe_alarms = describe
