"""Which resources each action is judged on, and by which of a call's parameters they are named: the Service Authorization Reference.

An action that isn't here is judged on `*`: it is allowed where it is allowed on everything.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"


@dataclass(frozen=True, slots=True)
class Named:
    """A type of resources, and the parameter that names them. Without one it is what the call makes: `TYPE/*`; tables, buses and all
    alarms are found otherwise."""

    kind: str
    parameter: str = ""


def _named(*words: str) -> tuple[Named, ...]:
    return tuple(Named(*word.split("=")) for word in words)


_INTERFACE = "network-interface=NetworkInterfaceId"
_TABLE, _INSTANCE, _INSTANCES = "route-table=RouteTableId", "instance=InstanceId", "instance=InstanceId"
_ADDRESS, _GROUP, _LIST = "elastic-ip=AllocationId", "security-group=GroupId", "prefix-list=PrefixListId"
_SUBNET, _VPC = "subnet=SubnetId", "vpc=VpcId"
_SCALING, _SECRET, _KEY, _PARAMETER = "autoScalingGroup=AutoScalingGroupName", "secret=SecretId", "key=KeyId", "parameter=Name"
_STREAM, _TOPIC, _ROLE, _FUNCTION = "log-stream=logStreamName", "topic=TopicArn", "role=RoleName", "function=FunctionName"
_BUCKET, _OBJECT = "bucket=Bucket", "object=Key"
_BY_SERVICE: dict[str, dict[str, tuple[Named, ...]]] = {
    "ec2": {
        "AssociateAddress": _named(_ADDRESS, _INTERFACE, _INSTANCE),
        "DisassociateAddress": _named("elastic-ip=AssociationId", "network-interface=AssociationId"),
        "ReleaseAddress": _named(_ADDRESS),
        "AllocateAddress": _named("elastic-ip"),
        "AssignPrivateIpAddresses": _named(_INTERFACE),
        "UnassignPrivateIpAddresses": _named(_INTERFACE),
        "ModifyNetworkInterfaceAttribute": _named(_INTERFACE, "security-group=SecurityGroupId"),
        "ResetNetworkInterfaceAttribute": _named(_INTERFACE),
        "AttachNetworkInterface": _named(_INTERFACE, _INSTANCE),
        "CreateNetworkInterface": _named("network-interface", _SUBNET, "security-group=SecurityGroupId"),
        "DeleteNetworkInterface": _named(_INTERFACE),
        "CreateRouteTable": _named("route-table", _VPC),
        "CreateRoute": _named(_TABLE),
        "ReplaceRoute": _named(_TABLE),
        "DeleteRoute": _named(_TABLE),
        "DeleteRouteTable": _named(_TABLE),
        "AssociateRouteTable": _named(_TABLE, _SUBNET),
        "CreateManagedPrefixList": _named("prefix-list"),
        "ModifyManagedPrefixList": _named(_LIST),
        "DeleteManagedPrefixList": _named(_LIST),
        "GetManagedPrefixListEntries": _named(_LIST),
        "ModifyInstanceAttribute": _named(_INSTANCE),
        "StartInstances": _named(_INSTANCES),
        "StopInstances": _named(_INSTANCES),
        "RebootInstances": _named(_INSTANCES),
        "TerminateInstances": _named(_INSTANCES),
        "RunInstances": _named(
            "instance",
            "network-interface",
            "volume",
            "image=ImageId",
            _SUBNET,
            "security-group=SecurityGroupId",
            "launch-template=LaunchTemplate.LaunchTemplateId",
        ),
        "CreateSecurityGroup": _named("security-group", _VPC),
        "AuthorizeSecurityGroupIngress": _named(_GROUP),
        "AuthorizeSecurityGroupEgress": _named(_GROUP),
        "RevokeSecurityGroupIngress": _named(_GROUP),
        "RevokeSecurityGroupEgress": _named(_GROUP),
        "DeleteSecurityGroup": _named(_GROUP),
        "CreateTags": _named("any=ResourceId"),
        "DeleteTags": _named("any=ResourceId"),
        "ModifyVpnTunnelOptions": _named("vpn-connection=VpnConnectionId"),
        "ReplaceVpnTunnel": _named("vpn-connection=VpnConnectionId"),
        "DeleteVpnConnection": _named("vpn-connection=VpnConnectionId"),
    },
    "autoscaling": {
        "CompleteLifecycleAction": _named(_SCALING),
        "RecordLifecycleActionHeartbeat": _named(_SCALING),
        "UpdateAutoScalingGroup": _named(_SCALING),
        "DeleteAutoScalingGroup": _named(_SCALING),
        "SetDesiredCapacity": _named(_SCALING),
        "PutLifecycleHook": _named(_SCALING),
        "DeleteLifecycleHook": _named(_SCALING),
        "SuspendProcesses": _named(_SCALING),
        "ResumeProcesses": _named(_SCALING),
        "CreateOrUpdateTags": _named("autoScalingGroup=Tags.ResourceId"),
        "DeleteTags": _named("autoScalingGroup=Tags.ResourceId"),
        "TerminateInstanceInAutoScalingGroup": _named("autoScalingGroup=InstanceId"),
        "SetInstanceHealth": _named("autoScalingGroup=InstanceId"),
    },
    "s3": {
        "GetObject": _named(_OBJECT),
        "GetObjectVersion": _named(_OBJECT),
        "PutObject": _named(_OBJECT),
        "DeleteObject": _named(_OBJECT),
        "DeleteObjectVersion": _named(_OBJECT),
        "ListBucket": _named(_BUCKET),
        "ListBucketVersions": _named(_BUCKET),
        "GetBucketLocation": _named(_BUCKET),
        "GetBucketPolicy": _named(_BUCKET),
        "PutBucketPolicy": _named(_BUCKET),
        "DeleteBucketPolicy": _named(_BUCKET),
        "DeleteBucket": _named(_BUCKET),
    },
    "secretsmanager": {
        name: _named(_SECRET)
        for name in (
            *("GetSecretValue", "DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy", "PutSecretValue", "UpdateSecret"),
            *("DeleteSecret", "RestoreSecret", "RotateSecret", "PutResourcePolicy", "DeleteResourcePolicy", "TagResource", "UntagResource"),
        )
    },
    "kms": {
        name: _named(_KEY)
        for name in (
            *("Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey", "GetKeyPolicy", "PutKeyPolicy", "CreateGrant", "DisableKey"),
            *("ScheduleKeyDeletion", "TagResource", "UntagResource"),
        )
    },
    "ssm": {
        "GetParameter": _named(_PARAMETER),
        "PutParameter": _named(_PARAMETER),
        "DeleteParameter": _named(_PARAMETER),
        "GetParameters": _named("parameter=Names"),
        "GetParametersByPath": _named("parameter=Path"),
    },
    "logs": {
        "CreateLogStream": _named(_STREAM),
        "PutLogEvents": _named(_STREAM),
        "GetLogEvents": _named(_STREAM),
        "CreateLogGroup": _named("log-group=logGroupName"),
        "DeleteLogGroup": _named("log-group=logGroupName"),
        "PutRetentionPolicy": _named("log-group=logGroupName"),
    },
    "sns": {name: _named(_TOPIC) for name in ("Publish", "Subscribe", "DeleteTopic", "SetTopicAttributes")},
    "lambda": {
        name: _named(_FUNCTION) for name in ("InvokeFunction", "GetFunction", "UpdateFunctionCode", "DeleteFunction", "AddPermission")
    },
    "dynamodb": {
        name: _named("table")
        for name in (
            *("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
            *("DescribeTable", "DescribeTimeToLive", "UpdateTable", "DeleteTable"),
        )
    },
    "events": {"PutEvents": _named("event-bus")},
    "cloudwatch": {
        "DescribeAlarms": _named("alarms"),
        "DeleteAlarms": _named("alarm=AlarmNames"),
        "SetAlarmState": _named("alarm=AlarmName"),
        "PutMetricAlarm": _named("alarm=AlarmName"),
    },
    "iam": {
        **{
            name: _named(_ROLE)
            for name in (
                *("GetRole", "GetRolePolicy", "PutRolePolicy", "DeleteRolePolicy", "AttachRolePolicy", "DetachRolePolicy"),
                *("UpdateAssumeRolePolicy", "DeleteRole", "TagRole", "UntagRole", "CreateRole"),
            )
        },
        "PassRole": _named("role=Role"),
    },
    "sts": {"AssumeRole": _named("role=RoleArn")},
}
TABLE = {f"{service}:{name}": named for service, names in _BY_SERVICE.items() for name, named in names.items()}
# Operations whose permission has another name; and what a call that hands a role over asks besides: iam:PassRole, to which service, by
# which parameter.
OTHERWISE = {"lambda:Invoke": "lambda:InvokeFunction"}
PASSING = {
    "ec2:RunInstances": ("ec2", "IamInstanceProfile"),
    "ec2:AssociateIamInstanceProfile": ("ec2", "IamInstanceProfile"),
    "iam:AddRoleToInstanceProfile": ("ec2", "RoleName"),
    "lambda:CreateFunction": ("lambda", "Role"),
    "events:PutTargets": ("events", "Targets.RoleArn"),
}
FREE = {"sts:GetCallerIdentity"}  # which no policy can refuse


def named_by(action: str) -> tuple[Named, ...]:
    """The resources that an action is judged on; none: on `*`."""
    return TABLE.get(action, ())
