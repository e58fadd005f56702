"""Lifecycle hooks: a new instance waits in Pending:Wait, one that goes in Terminating:Wait, until each hook is completed or over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from uuid import uuid4

from landbridge.sandbox.happening.bus import emit
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"
LONGEST = 100  # heartbeats, or 48 hours, whichever is less
HOURS_48 = 172_800


@dataclass(slots=True)
class Wait:
    """One instance held by one hook."""

    account: str
    region: str
    group: str
    hook: str
    instance: str
    until: float
    last: float


def _of(backend: Foreign, group: str, transition: str) -> list[Foreign]:
    return [one for one in backend.describe_lifecycle_hooks(group) if one.lifecycle_transition == transition]


def launched(group: Foreign, state: Foreign) -> None:
    """Holds a new instance where the group has launch hooks, and tells each; else it is in service."""
    held = _of(group.autoscaling_backend, group.name, LAUNCHING)
    if held:
        state.lifecycle_state = "Pending:Wait"
    for hook in held:
        _hold(group, state, hook, LAUNCHING)
    if not held:
        _in_service(group, state)


def _hold(group: Foreign, state: Foreign, hook: Foreign, transition: str) -> None:
    """Lets a hook hold an instance, and tells that."""
    token = str(uuid4())
    now = time.time()
    last = now + min(HOURS_48, LONGEST * int(hook.heartbeat_timeout))
    until = now + int(hook.heartbeat_timeout)
    WORLD.kept.waits[token] = Wait(group.account_id, group.region, group.name, hook.name, state.instance.id, until, last)
    launching = transition == LAUNCHING
    detail = {
        "LifecycleActionToken": token,
        "AutoScalingGroupName": group.name,
        "LifecycleHookName": hook.name,
        "EC2InstanceId": state.instance.id,
        "LifecycleTransition": transition,
        "Origin": "EC2" if launching else "AutoScalingGroup",
        "Destination": "AutoScalingGroup" if launching else "EC2",
    }
    if getattr(hook, "notification_metadata", None):
        detail["NotificationMetadata"] = hook.notification_metadata
    kind = f"EC2 Instance-{'launch' if launching else 'terminate'} Lifecycle Action"
    emit(group.account_id, group.region, "aws.autoscaling", kind, [group.arn], detail)


def _leaving(backend: Foreign, group: Foreign, state: Foreign, decrement: bool) -> Foreign:
    """Holds an instance that the group is told to end, where it has hooks for that; what takes its place is launched at once."""
    from moto.autoscaling.models import TerminateInstanceActivity

    before = group.desired_capacity
    state.lifecycle_state = "Terminating:Wait"
    for hook in _of(backend, group.name, TERMINATING):
        _hold(group, state, hook, TERMINATING)
    group.set_desired_capacity(before - int(decrement))
    return TerminateInstanceActivity(state.instance, before)


def _gone(backend: Foreign, group: Foreign, state: Foreign) -> None:
    """Ends an instance that nothing holds any more."""
    group.instance_states = [one for one in group.instance_states if one is not state]
    backend.ec2_backend.terminate_instances([state.instance.id])


def _in_service(group: Foreign, state: Foreign) -> None:
    state.lifecycle_state = "InService"
    detail = {"StatusCode": "InProgress", "AutoScalingGroupName": group.name, "EC2InstanceId": state.instance.id}
    emit(group.account_id, group.region, "aws.autoscaling", "EC2 Instance Launch Successful", [group.arn], detail)


def _finish(token: str, result: str) -> None:
    """Completes one wait. ABANDON ends the instance at once, and the group launches another."""
    from moto.autoscaling.models import autoscaling_backends

    wait: Wait = WORLD.kept.waits.pop(token)
    backend: Foreign = autoscaling_backends[wait.account][wait.region]
    group = backend.autoscaling_groups.get(wait.group)
    state = next((one for one in group.instance_states if one.instance.id == wait.instance), None) if group is not None else None
    if group is None or state is None:
        return
    others = [name for name, one in WORLD.kept.waits.items() if one.instance == wait.instance]
    if state.lifecycle_state == "Terminating:Wait":
        if result != "CONTINUE" or not others:  # either way it goes; ABANDON only spares it the other hooks
            for other in others:
                del WORLD.kept.waits[other]
            _gone(backend, group, state)
    elif result != "CONTINUE":
        for other in others:
            del WORLD.kept.waits[other]
        backend.ec2_backend.terminate_instances([wait.instance])
        backend.replace_ended([wait.instance])
    elif not others:
        _in_service(group, state)


def expire(now: float) -> bool:
    """Ends the waits whose time is over, as their hooks say; and forgets those of instances that are gone. Whether there were any."""
    from moto.autoscaling.models import autoscaling_backends

    over = [token for token, wait in WORLD.kept.waits.items() if now >= min(wait.until, wait.last)]
    for token in over:
        wait = WORLD.kept.waits.get(token)
        if wait is not None:
            backend: Foreign = autoscaling_backends[wait.account][wait.region]
            hook = backend.lifecycle_hooks.get(f"{wait.group}_{wait.hook}")
            _finish(token, hook.default_result if hook is not None else "ABANDON")
    return bool(over)


def _waiting(self: Foreign) -> str:
    from moto.autoscaling.exceptions import AutoscalingClientError

    given = dict(self.params)
    place = (self.current_account, self.region, given["AutoScalingGroupName"], given["LifecycleHookName"])
    for token, wait in WORLD.kept.waits.items():
        mine = (wait.account, wait.region, wait.group, wait.hook) == place
        if mine and (given.get("LifecycleActionToken") == token or given.get("InstanceId") == wait.instance):
            return token
    wanted = given.get("LifecycleActionToken") or given.get("InstanceId")
    raise AutoscalingClientError("ValidationError", f"No active Lifecycle Action found with token or instance ID {wanted}")


def complete_lifecycle_action(self: Foreign) -> Foreign:
    """CompleteLifecycleAction."""
    from moto.core.responses import EmptyResult

    _finish(_waiting(self), self._get_param("LifecycleActionResult"))
    return EmptyResult()


def record_lifecycle_action_heartbeat(self: Foreign) -> Foreign:
    """RecordLifecycleActionHeartbeat: the hook's time begins anew."""
    from moto.core.responses import EmptyResult

    wait = WORLD.kept.waits[_waiting(self)]
    hook = self.autoscaling_backend.lifecycle_hooks[f"{wait.group}_{wait.hook}"]
    wait.until = time.time() + int(hook.heartbeat_timeout)
    return EmptyResult()


def _put(backend: Foreign, group: str, given: Props) -> None:
    hook = backend.create_lifecycle_hook(
        name=given["LifecycleHookName"],
        as_name=group,
        transition=given.get("LifecycleTransition"),
        timeout=given.get("HeartbeatTimeout"),
        result=given.get("DefaultResult"),
    )
    hook.notification_metadata = given.get("NotificationMetadata")
    hook.role_arn, hook.notification_target_arn = given.get("RoleARN"), given.get("NotificationTargetARN")


def put_lifecycle_hook(self: Foreign) -> Foreign:
    """PutLifecycleHook."""
    from moto.autoscaling.exceptions import AutoscalingClientError
    from moto.core.responses import EmptyResult

    given = dict(self.params)
    if given["AutoScalingGroupName"] not in self.autoscaling_backend.autoscaling_groups:
        raise AutoscalingClientError("ValidationError", f"AutoScalingGroup name not found - {given['AutoScalingGroupName']}")
    _put(self.autoscaling_backend, given["AutoScalingGroupName"], given)
    return EmptyResult()


def install() -> None:
    """Adds the calls; a group made with hooks has them before its first instance."""
    from moto.autoscaling.models import AutoScalingBackend
    from moto.autoscaling.responses import AutoScalingResponse

    backend: Foreign = AutoScalingBackend
    ended = backend.terminate_instance

    def terminate(self: Foreign, instance_id: str, should_decrement: bool) -> Foreign:
        for group in self.autoscaling_groups.values():
            for state in group.instance_states:
                held = state.instance.id == instance_id and state.lifecycle_state == "InService"
                if held and _of(self, group.name, TERMINATING):
                    return _leaving(self, group, state, should_decrement)
        return ended(self, instance_id, should_decrement)

    backend.terminate_instance = terminate
    told = backend.set_instance_health

    def healthy(self: Foreign, instance_id: str, health_status: str) -> None:
        told(self, instance_id, health_status)
        if health_status == "Unhealthy":
            self.terminate_instance(instance_id, False)

    backend.set_instance_health = healthy

    kind: Foreign = AutoScalingResponse
    made, removed = kind.create_auto_scaling_group, kind.delete_lifecycle_hook

    def create(self: Foreign) -> Foreign:
        for hook in self._get_param("LifecycleHookSpecificationList", []) or []:
            _put(self.autoscaling_backend, self._get_param("AutoScalingGroupName"), hook)
        return made(self)

    def delete(self: Foreign) -> Foreign:
        place = (self.current_account, self.region, self._get_param("AutoScalingGroupName"), self._get_param("LifecycleHookName"))
        answer = removed(self)
        for token, wait in list(WORLD.kept.waits.items()):
            if (wait.account, wait.region, wait.group, wait.hook) == place and token in WORLD.kept.waits:
                _finish(token, "ABANDON")
        return answer

    kind.create_auto_scaling_group, kind.delete_lifecycle_hook = create, delete
    kind.put_lifecycle_hook = put_lifecycle_hook
    kind.complete_lifecycle_action = complete_lifecycle_action
    kind.record_lifecycle_action_heartbeat = record_lifecycle_action_heartbeat
