"""Logs, alarms, dashboards, topics and queues."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.cloudformation.kinds.access import text_of
from landbridge.sandbox.server.foreign import Props


def _create_group(work: Work, props: Props) -> str:
    name: str = props.get("LogGroupName") or work.name(512)
    logs = work.call("logs")
    logs.create_log_group(logGroupName=name, tags=tags.as_map(work.tagged(props)), **picked(props, kmsKeyId="KmsKeyId"))
    _retain(work, name, {}, props)
    return name


def _retain(work: Work, name: str, before: Props, after: Props) -> None:
    logs = work.call("logs")
    if before.get("RetentionInDays") != after.get("RetentionInDays"):
        if "RetentionInDays" in after:
            logs.put_retention_policy(logGroupName=name, retentionInDays=whole(after["RetentionInDays"]))
        else:
            logs.delete_retention_policy(logGroupName=name)


def _update_group(work: Work, name: str, before: Props, after: Props) -> None:
    _retain(work, name, before, after)
    logs, arn = work.call("logs"), _group(work, name, after)["Arn"].removesuffix(":*")
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        logs.untag_resource(resourceArn=arn, tagKeys=gone)
    logs.tag_resource(resourceArn=arn, tags=tags.as_map(wanted))


def _group(work: Work, name: str, _: Props) -> Props:
    found = work.call("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    arn = next(one["arn"] for one in found if one["logGroupName"] == name)
    return {"Arn": arn if arn.endswith(":*") else f"{arn}:*"}


_ALARM = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "TreatMissingData",
    "Unit",
)


def _put_alarm(work: Work, name: str, props: Props) -> None:
    asked = picked(props, *_ALARM)
    asked |= {key: whole(props[key]) for key in ("Period", "EvaluationPeriods", "DatapointsToAlarm") if key in props}
    if "Threshold" in props:
        asked["Threshold"] = float(props["Threshold"])
    if "ActionsEnabled" in props:
        asked["ActionsEnabled"] = yes(props["ActionsEnabled"])
    work.call("cloudwatch").put_metric_alarm(AlarmName=name, Tags=work.tagged(props), **asked)


def _create_alarm(work: Work, props: Props) -> str:
    name: str = props.get("AlarmName") or work.name(255)
    _put_alarm(work, name, props)
    return name


def _alarm(work: Work, name: str, _: Props) -> Props:
    found = work.call("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {"Arn": found[0]["AlarmArn"]} if found else {}


def _dashboard(work: Work, props: Props) -> str:
    name: str = props.get("DashboardName") or work.name(255)
    work.call("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=text_of(props["DashboardBody"]))
    return name


def _update_dashboard(work: Work, name: str, _: Props, after: Props) -> None:
    work.call("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=text_of(after["DashboardBody"]))


def _topic(work: Work, props: Props) -> str:
    client = work.call("sns")
    kept = {key: str(props[key]) for key in ("DisplayName", "KmsMasterKeyId") if key in props}
    arn: str = client.create_topic(Name=props.get("TopicName") or work.name(255), Attributes=kept, Tags=work.tagged(props))["TopicArn"]
    for one in props.get("Subscription") or []:
        client.subscribe(TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
    return arn


def _update_topic(work: Work, arn: str, before: Props, after: Props) -> None:
    client = work.call("sns")
    for key in ("DisplayName", "KmsMasterKeyId"):
        if before.get(key) != after.get(key):
            client.set_topic_attributes(TopicArn=arn, AttributeName=key, AttributeValue=str(after.get(key, "")))
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        client.untag_resource(ResourceArn=arn, TagKeys=gone)
    client.tag_resource(ResourceArn=arn, Tags=wanted)


def _topic_policy(work: Work, props: Props) -> str:
    for arn in props["Topics"]:
        work.call("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text_of(props["PolicyDocument"]))
    return work.name()


def _subscribe(work: Work, props: Props) -> str:
    arn: str = work.call("sns").subscribe(**picked(props, "TopicArn", "Protocol", "Endpoint"), ReturnSubscriptionArn=True)[
        "SubscriptionArn"
    ]
    return arn


def _queue(work: Work, props: Props) -> str:
    names = ("MessageRetentionPeriod", "VisibilityTimeout", "KmsMasterKeyId", "SqsManagedSseEnabled", "DelaySeconds")
    kept = {name: str(props[name]).lower() for name in names if name in props}
    name = props.get("QueueName") or work.name(80)
    url: str = work.call("sqs").create_queue(QueueName=name, Attributes=kept, tags=tags.as_map(work.tagged(props)))["QueueUrl"]
    return url


def _queue_attributes(work: Work, url: str, _: Props) -> Props:
    arn = work.call("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return {"Arn": arn, "QueueUrl": url, "QueueName": arn.rsplit(":", 1)[-1]}


KINDS = (
    Kind(
        "AWS::Logs::LogGroup",
        _create_group,
        lambda work, name, _: work.call("logs").delete_log_group(logGroupName=name),
        _update_group,
        _group,
        frozenset({"LogGroupName"}),
        gone=frozenset({"ResourceNotFoundException"}),
    ),
    Kind(
        "AWS::CloudWatch::Alarm",
        _create_alarm,
        lambda work, name, _: work.call("cloudwatch").delete_alarms(AlarmNames=[name]),
        lambda work, name, _, after: _put_alarm(work, name, after),
        _alarm,
        frozenset({"AlarmName"}),
        gone=frozenset({"ResourceNotFound"}),
    ),
    Kind(
        "AWS::CloudWatch::Dashboard",
        _dashboard,
        lambda work, name, _: work.call("cloudwatch").delete_dashboards(DashboardNames=[name]),
        _update_dashboard,
        fixed=frozenset({"DashboardName"}),
    ),
    Kind(
        "AWS::SNS::Topic",
        _topic,
        lambda work, arn, _: work.call("sns").delete_topic(TopicArn=arn),
        _update_topic,
        lambda _, arn, __: {"TopicArn": arn, "TopicName": arn.rsplit(":", 1)[-1]},
        frozenset({"TopicName", "FifoTopic"}),
        gone=frozenset({"NotFound"}),
    ),
    Kind("AWS::SNS::TopicPolicy", _topic_policy, lambda _, __, ___: None, lambda work, _, __, after: _topic_policy(work, after)),
    Kind("AWS::SNS::Subscription", _subscribe, lambda work, arn, _: work.call("sns").unsubscribe(SubscriptionArn=arn)),
    Kind("AWS::SQS::Queue", _queue, lambda work, url, _: work.call("sqs").delete_queue(QueueUrl=url), attributes=_queue_attributes),
)
