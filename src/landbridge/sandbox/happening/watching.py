"""What has changed since the last look: instances' states and alarms', told as the events that AWS makes of them."""

from __future__ import annotations

from datetime import UTC, datetime

from landbridge.sandbox.cloudformation.stack import partition_of
from landbridge.sandbox.happening.bus import emit
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.world import WORLD

_STEPS = {"running": ("pending", "running"), "terminated": ("shutting-down", "terminated"), "stopped": ("stopping", "stopped")}


def look() -> None:
    """Looks, and tells. The caller holds the lock."""
    _instances()
    _alarms()


def _instances() -> None:
    from moto.ec2.models import ec2_backends

    known = WORLD.kept.instances
    backends: list[Foreign] = list(ec2_backends.iter_backends())
    for account, region, backend in backends:
        for instance in backend.all_instances():
            state = instance.state
            if known.get(instance.id) == state:
                continue
            steps = _STEPS.get(state, (state,)) if instance.id in known or state == "running" else ()
            known[instance.id] = state
            arn = f"arn:{partition_of(region)}:ec2:{region}:{account}:instance/{instance.id}"
            for step in steps:
                detail = {"instance-id": instance.id, "state": step}
                emit(account, region, "aws.ec2", "EC2 Instance State-change Notification", [arn], detail)


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
