"""`heal`: the Lambda that brings the gateways of an account and Region into service and keeps them there, the table of their words, what
wakes it, and the little that it may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, awslambda, dynamodb, events, iam, logs

from landbridge.aws.model import Account, Output, StackPlan, Stored
from landbridge.aws.packaging import HANDLER, heal_package
from landbridge.aws.stacks.forwarding import alarm_pattern
from landbridge.aws.stacks.names import Labels
from landbridge.aws.stacks.template import add_output, add_parameter, new_template, template_text
from landbridge.heal import tags
from landbridge.vyos.roles import heal_function, words_table

RETENTION_DAYS = 90
MEMORY = 512  # MB, and with it a share of a processor: a cold start takes twice as long with half of it, and a claim may meet one
PATIENCE = 60  # seconds
EVERY = "rate(1 minute)"  # what is missed otherwise, is seen to within this

_GROUP_EVENTS = (
    "EC2 Instance-launch Lifecycle Action",
    "EC2 Instance-terminate Lifecycle Action",
    "EC2 Instance Launch Successful",
    "EC2 Instance Terminate Successful",
)
_LEAVING = ("stopping", "stopped", "shutting-down", "terminated")


def heal_stack(
    network: str, account: Account, region: str, *, name: str, base: str, own: Mapping[str, str], hub_region: str | None
) -> StackPlan:
    """The stack called `name`, whose code goes to the bucket of the stack `base`. `own` are the user's tags; `hub_region` is None where the
    hub is in another account, whose alarms can't be read."""
    labels = Labels(network, None, "heal", own)
    return StackPlan(
        name=name,
        kind="heal",
        owner=account.alias,
        account=account,
        region=region,
        template=template_text(heal_template(network, labels, hub_region)),
        parameters={"Bucket": Output(base, "Bucket"), "Code": Stored("heal/", ".zip", heal_package())},
    )


def heal_template(network: str, labels: Labels, hub_region: str | None) -> Template:
    template = new_template(f"landbridge: what brings the gateways of {network} in this account and Region into service.")
    add_parameter(template, "Bucket", "The bucket that holds the code.")
    add_parameter(template, "Code", "The key of the code in it.")
    words = template.add_resource(
        dynamodb.Table(
            "Words",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            TableName=words_table(network),
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="name", AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="name", KeyType="HASH")],
            Tags=labels.of("words"),
        )
    )
    template.add_resource(
        logs.LogGroup(
            "Log",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            LogGroupName=f"/aws/lambda/{heal_function(network)}",
            RetentionInDays=RETENTION_DAYS,
            Tags=labels.of("heal"),
        )
    )
    template.add_resource(
        iam.Role(
            "Role",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
            },
            Policies=[
                iam.Policy(PolicyName="heal", PolicyDocument={"Version": "2012-10-17", "Statement": list(statements(network, hub_region))}),
            ],
            Tags=labels.of("heal"),
        )
    )
    # No concurrency is reserved: runs that overlap are harmless, one that has to wait would heal later, and an account whose quota is
    # small can't reserve any.
    function = template.add_resource(
        awslambda.Function(
            "Function",
            DependsOn="Log",  # or Lambda makes it, and keeps its lines for ever
            FunctionName=heal_function(network),
            Description=f"Brings the gateways of {network} into service.",
            Runtime="python3.12",
            Handler=HANDLER,
            Code=awslambda.Code(S3Bucket=Ref("Bucket"), S3Key=Ref("Code")),
            MemorySize=MEMORY,
            Timeout=PATIENCE,
            Environment=awslambda.Environment(
                Variables={"LANDBRIDGE_NETWORK": network, **({"LANDBRIDGE_HUB_REGION": hub_region} if hub_region else {})}
            ),
            Role=GetAtt("Role", "Arn"),
            Tags=labels.of("heal"),
        )
    )
    _woken(template, "Groups", "Its gateways come and go.", pattern=_groups(network))
    _woken(template, "Instances", "An instance is leaving: it may be a gateway.", pattern=_instances())
    _woken(template, "Alarms", "A tunnel has gone or come; the hub's Region hands these on.", pattern=dict(alarm_pattern(network)))
    _woken(template, "Schedule", "What was missed is seen to.", schedule=EVERY)
    add_output(template, "Function", "The function's name.", Ref(function))
    add_output(template, "Words", "The name of the table of the gateways' words.", Ref(words))
    return template


def statements(network: str, hub_region: str | None) -> Sequence[dict[str, Any]]:
    """What heal may do: look at everything (EC2 and Auto Scaling know no narrower right to look), read the gateways' words, change what has
    the network's tag, and tell what it did."""
    ours: dict[str, Any] = {"StringEquals": {f"aws:ResourceTag/{tags.NETWORK}": network}}
    # A route table that belongs to no site is none of its business, although it is the network's.
    with_owner = {**ours, "Null": {f"aws:ResourceTag/{tags.OWNER}": "false"}}
    groups = "arn:${AWS::Partition}:autoscaling:${AWS::Region}:${AWS::AccountId}:autoScalingGroup"
    place = "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}"
    return (
        {
            "Sid": "Look",
            "Effect": "Allow",
            "Action": [
                "autoscaling:DescribeAutoScalingGroups",
                "ec2:DescribeAddresses",
                "ec2:DescribeInstances",
                "ec2:DescribeManagedPrefixLists",
                "ec2:DescribeRouteTables",
            ],
            "Resource": "*",
        },
        *_alarms_of(hub_region),
        {
            "Sid": "Words",
            "Effect": "Allow",
            "Action": "dynamodb:Scan",
            "Resource": GetAtt("Words", "Arn"),
        },
        {
            "Sid": "ElasticIps",
            "Effect": "Allow",
            "Action": "ec2:AssociateAddress",
            "Resource": [Sub(f"{place}:{kind}/*") for kind in ("elastic-ip", "instance", "network-interface")],
            "Condition": ours,
        },
        {
            "Sid": "Interfaces",
            "Effect": "Allow",
            "Action": ["ec2:AssignPrivateIpAddresses", "ec2:ModifyNetworkInterfaceAttribute"],
            "Resource": [Sub(f"{place}:{kind}/*") for kind in ("instance", "network-interface")],
            "Condition": ours,
        },
        {
            "Sid": "Routes",
            "Effect": "Allow",
            "Action": ["ec2:CreateRoute", "ec2:ReplaceRoute"],
            "Resource": Sub(f"{place}:route-table/*"),
            "Condition": with_owner,
        },
        {
            "Sid": "Groups",
            "Effect": "Allow",
            "Action": ["autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceHealth"],
            "Resource": Sub(f"{groups}:*:autoScalingGroupName/{network}-*"),
            "Condition": ours,
        },
        {
            "Sid": "Events",
            "Effect": "Allow",
            "Action": "events:PutEvents",
            "Resource": Sub("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default"),
            "Condition": {"StringEquals": {"events:source": "landbridge.heal"}},
        },
        {
            "Sid": "Log",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": GetAtt("Log", "Arn"),
        },
    )


def _alarms_of(hub_region: str | None) -> Sequence[dict[str, Any]]:
    """Alarms are looked at where the hub's connections have theirs. They have no keys; connections themselves would show theirs."""
    if hub_region is None:
        return ()
    where = {"StringEquals": {"aws:RequestedRegion": hub_region}}
    return ({"Sid": "Alarms", "Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*", "Condition": where},)


def _groups(network: str) -> dict[str, Any]:
    """The events of the network's groups: no pattern knows tags, but their names begin with the network's. One more that begins so only
    makes heal look."""
    return {
        "source": ["aws.autoscaling"],
        "detail-type": list(_GROUP_EVENTS),
        "detail": {"AutoScalingGroupName": [{"prefix": f"{network}-"}]},
    }


def _instances() -> dict[str, Any]:
    return {"source": ["aws.ec2"], "detail-type": ["EC2 Instance State-change Notification"], "detail": {"state": list(_LEAVING)}}


def _woken(template: Template, name: str, description: str, *, pattern: dict[str, Any] | None = None, schedule: str | None = None) -> None:
    """A rule that calls the function, and the function's leave to be called by it."""
    when = {"EventPattern": pattern} if pattern is not None else {"ScheduleExpression": schedule}
    template.add_resource(
        events.Rule(
            f"{name}Rule",
            Description=description,
            State="ENABLED",
            Targets=[events.Target(Id="heal", Arn=GetAtt("Function", "Arn"))],
            **when,
        )
    )
    template.add_resource(
        awslambda.Permission(
            f"{name}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref("Function"),
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(f"{name}Rule", "Arn"),
        )
    )
