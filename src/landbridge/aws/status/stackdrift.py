"""Drift of stacks, as CloudFormation detects it: all stacks at once, since a detection takes AWS a minute or so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.deploying.walking import walk
from landbridge.findings import Finding, Where, error, warning

Tell = Callable[[str, int, int], None]
DRIFTED = ["MODIFIED", "DELETED"]


@dataclass(frozen=True, slots=True)
class ResourceDrift:
    """A resource that isn't as its template has it. `status` is MODIFIED or DELETED; `properties` are names, without values."""

    name: str
    type: str
    id: str
    status: str
    properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StackDrift:
    """What became of one stack's detection. `status` is IN_SYNC, DRIFTED or UNKNOWN, with the reason."""

    name: str
    place: Place
    status: str
    reason: str = ""
    resources: tuple[ResourceDrift, ...] = ()


def stack_drift(cloud: Cloud, ground: Ground, there: Sequence[str], patience: Patience, tell: Tell) -> tuple[StackDrift, ...]:
    """The drift of the stacks that are `there`. Nothing is changed but what CloudFormation remembers of its last detection."""
    plans = {plan.name: plan for plan in ground.plans if plan.name in there}
    counting, done = threading.Lock(), [0]

    def look(name: str) -> StackDrift:
        found = _detected(cloud, place(plans[name]), name, patience)
        with counting:
            done[0] += 1
            tell("detecting drift", done[0], len(plans))
        return found

    walked = walk(dict.fromkeys(plans, ()), look, patience.stop)
    for problem in walked.failed.values():
        raise problem
    return tuple(walked.done[name] for name in plans)


def drift_findings(drifts: Sequence[StackDrift]) -> list[Finding]:
    """A finding a drifted resource, and one for what couldn't be looked at."""
    found: list[Finding] = []
    for one in drifts:
        if one.status == "UNKNOWN":
            remedy = "Look at it when nothing is under way with it."
            found.append(warning("drift", f"the drift of {one.name} ({one.place}) can't be told: {one.reason}.", None, remedy))
        for resource in one.resources:
            how = "is gone" if resource.status == "DELETED" else "was changed"
            what = f" ({', '.join(resource.properties)})" if resource.properties else ""
            message = f"{resource.name} ({resource.type.removeprefix('AWS::')}) of {one.name} {how} outside of its stack{what}."
            remedy = "Put it back as it was; a property that the file has otherwise is changed with `landbridge deploy`."
            found.append(error("drift", message, Where(f"AWS {one.place.region}", path=resource.id), remedy))
    return found


def _detected(cloud: Cloud, there: Place, name: str, patience: Patience) -> StackDrift:
    try:
        number = cloud.call(there, "cloudformation", "detect_stack_drift", StackName=name)["StackDriftDetectionId"]
    except CallError as problem:
        if problem.aws_code != "ValidationError":
            raise
        return StackDrift(name, there, "UNKNOWN", problem.aws_message)
    began = patience.clock()
    while True:
        answer = cloud.call(there, "cloudformation", "describe_stack_drift_detection_status", StackDriftDetectionId=number)
        if answer["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        if patience.clock() - began > patience.longest_s:
            return StackDrift(name, there, "UNKNOWN", f"AWS has looked for more than {patience.longest_s / 60:.0f} min")
        patience.pause()
    status = str(answer.get("StackDriftStatus", "UNKNOWN"))
    failed = answer["DetectionStatus"] == "DETECTION_FAILED"
    resources = _resources(cloud, there, name) if status == "DRIFTED" else ()
    reason = str(answer.get("DetectionStatusReason", "")) if failed else ""
    return StackDrift(name, there, "UNKNOWN" if failed and status != "DRIFTED" else status, reason, resources)


def _resources(cloud: Cloud, there: Place, name: str) -> tuple[ResourceDrift, ...]:
    drifts = cloud.each(
        there,
        "cloudformation",
        "describe_stack_resource_drifts",
        "StackResourceDrifts",
        StackName=name,
        StackResourceDriftStatusFilters=DRIFTED,
    )
    return tuple(
        ResourceDrift(
            one["LogicalResourceId"],
            one["ResourceType"],
            one.get("PhysicalResourceId") or "",
            one["StackResourceDriftStatus"],
            tuple(each["PropertyPath"] for each in one.get("PropertyDifferences") or ()),
        )
        for one in drifts
        if one["StackResourceDriftStatus"] in DRIFTED
    )
