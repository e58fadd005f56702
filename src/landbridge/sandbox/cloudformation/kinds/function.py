"""Functions, who may invoke them, and the rules that do."""

from __future__ import annotations

import io
import json
import zipfile
from uuid import uuid4

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Props


def _code(props: Props) -> Props:
    given = props["Code"]
    if "ZipFile" not in given:
        return picked(given, "S3Bucket", "S3Key", "S3ObjectVersion")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:  # a function's text in a template is its `index` module
        archive.writestr("index.py", given["ZipFile"])
    return {"ZipFile": packed.getvalue()}


def _settings(props: Props) -> Props:
    names = (
        "Handler",
        "Runtime",
        "Role",
        "Description",
        "Environment",
        "VpcConfig",
        "KMSKeyArn",
        "TracingConfig",
        "DeadLetterConfig",
        "LoggingConfig",
    )
    found = picked(props, *names)
    found |= {name: whole(props[name]) for name in ("Timeout", "MemorySize") if name in props}
    return found


def _create(work: Work, props: Props) -> str:
    name: str = props.get("FunctionName") or work.name()
    client = work.call("lambda")
    listed = tags.as_map(work.tagged(props))
    client.create_function(FunctionName=name, Code=_code(props), Tags=listed, **picked(props, "Architectures"), **_settings(props))
    if "ReservedConcurrentExecutions" in props:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=whole(props["ReservedConcurrentExecutions"]))
    return name


def _update(work: Work, name: str, before: Props, after: Props) -> None:
    client = work.call("lambda")
    if before["Code"] != after["Code"]:
        client.update_function_code(FunctionName=name, **_code(after))
    client.update_function_configuration(FunctionName=name, **_settings(after))
    arn = _function(work, name, after)["Arn"]
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        client.untag_resource(Resource=arn, TagKeys=gone)
    client.tag_resource(Resource=arn, Tags=tags.as_map(wanted))


def _function(work: Work, name: str, _: Props) -> Props:
    return {"Arn": work.call("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]}


def _permit(work: Work, props: Props) -> str:
    statement = f"{work.stack}-{work.logical}-{uuid4().hex[:12]}"
    asked = picked(props, "FunctionName", "Action", "Principal", "SourceArn", "SourceAccount", "EventSourceToken", "PrincipalOrgID")
    work.call("lambda").add_permission(StatementId=statement, **asked)
    return statement


def _forbid(work: Work, statement: str, props: Props) -> None:
    work.call("lambda").remove_permission(FunctionName=props["FunctionName"], StatementId=statement)


def _configure(work: Work, props: Props) -> str:
    asked = picked(props, "FunctionName", "Qualifier", "DestinationConfig")
    asked |= {name: whole(props[name]) for name in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds") if name in props}
    work.call("lambda").put_function_event_invoke_config(**asked)
    return f"{props['FunctionName']}|{props['Qualifier']}"


def _put_rule(work: Work, name: str, props: Props) -> None:
    events = work.call("events")
    asked = picked(props, "ScheduleExpression", "State", "Description", "RoleArn", "EventBusName")
    if "EventPattern" in props:
        pattern = props["EventPattern"]
        asked["EventPattern"] = pattern if isinstance(pattern, str) else json.dumps(pattern)
    events.put_rule(Name=name, Tags=work.tagged(props), **asked)
    if props.get("Targets"):
        events.put_targets(Rule=name, Targets=props["Targets"], **picked(props, "EventBusName"))


def _create_rule(work: Work, props: Props) -> str:
    name: str = props.get("Name") or work.name()
    _put_rule(work, name, props)
    return name


def _update_rule(work: Work, name: str, before: Props, after: Props) -> None:
    kept = {target["Id"] for target in after.get("Targets") or []}
    gone = [target["Id"] for target in before.get("Targets") or [] if target["Id"] not in kept]
    if gone:
        work.call("events").remove_targets(Rule=name, Ids=gone, **picked(before, "EventBusName"))
    _put_rule(work, name, after)


def _delete_rule(work: Work, name: str, props: Props) -> None:
    events, bus = work.call("events"), picked(props, "EventBusName")
    held = [target["Id"] for target in events.list_targets_by_rule(Rule=name, **bus)["Targets"]]
    if held:
        events.remove_targets(Rule=name, Ids=held, **bus)
    events.delete_rule(Name=name, **bus)


def _rule(work: Work, name: str, props: Props) -> Props:
    return {"Arn": work.call("events").describe_rule(Name=name, **picked(props, "EventBusName"))["Arn"], "RuleName": name}


_GONE = frozenset({"ResourceNotFoundException"})
KINDS = (
    Kind(
        "AWS::Lambda::Function",
        _create,
        lambda work, name, _: work.call("lambda").delete_function(FunctionName=name),
        _update,
        _function,
        frozenset({"FunctionName", "PackageType"}),
        gone=_GONE,
    ),
    Kind("AWS::Lambda::Permission", _permit, _forbid, attributes=lambda _, statement, __: {"Id": statement}, gone=_GONE),
    Kind(
        "AWS::Lambda::EventInvokeConfig",
        _configure,
        lambda work, _, props: work.call("lambda").delete_function_event_invoke_config(**picked(props, "FunctionName", "Qualifier")),
        lambda work, _, __, after: _configure(work, after),
        fixed=frozenset({"FunctionName", "Qualifier"}),
        gone=_GONE,
    ),
    Kind("AWS::Events::Rule", _create_rule, _delete_rule, _update_rule, _rule, frozenset({"Name"}), gone=_GONE),
)
