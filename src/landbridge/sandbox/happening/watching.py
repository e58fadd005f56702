"""What has changed since the last look: instances' states and alarms', told as the events that AWS makes of them."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from landbridge.sandbox.cloudformation.stack import partition_of
from landbridge.sandbox.happening.bus import emit
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.world import WORLD

SHUTTING_S = 5.0  # an instance shuts down for so long; on AWS it may take a minute


def look() -> None:
    """Looks, and tells. The caller holds the lock."""
    _instances()
    _alarms()


def _instances() -> None:
    from moto.ec2.models import ec2_backends

    known, now = WORLD.kept.instances, time.time()
    backends: list[Foreign] = list(ec2_backends.iter_backends())
    for account, region, backend in backends:
        for instance in backend.all_instances():
            was = known.get(instance.id)
            if was == instance.state:
                continue
            if was == "shutting-down" and now - instance.ended_at < SHUTTING_S:
                continue
            steps = _steps(was, instance.state)
            known[instance.id] = steps[-1] if steps else instance.state
            arn = f"arn:{partition_of(region)}:ec2:{region}:{account}:instance/{instance.id}"
            for step in steps:
                detail = {"instance-id": instance.id, "state": step}
                emit(account, region, "aws.ec2", "EC2 Instance State-change Notification", [arn], detail)


def _steps(was: str | None, state: str) -> tuple[str, ...]:
    """What is told of an instance that was seen last as `was`."""
    if state == "running":
        return ("pending", "running")
    if was is None:
        return ()
    if state == "terminated":
        return ("terminated",) if was == "shutting-down" else ("shutting-down",)
    return ("stopping", "stopped") if state == "stopped" else (state,)


def _alarms() -> None:
    from moto.cloudwatch.models import cloudwatch_backends

    known = WORLD.kept.alarms
    backends: list[Foreign] = list(cloudwatch_backends.iter_backends())
    for account, region, backend in backends:
        for alarm in backend.alarms.values():
            before = known.get(alarm.alarm_arn)
            if before == alarm.state_value:
                continue
            known[alarm.alarm_arn] = alarm.state_value
            if before is None:
                continue  # it is just made
            at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
            detail = {
                "alarmName": alarm.name,
                "state": {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": at},
                "previousState": {"value": before},
                "configuration": {"description": alarm.description},
            }
            emit(account, region, "aws.cloudwatch", "CloudWatch Alarm State Change", [alarm.alarm_arn], detail)
