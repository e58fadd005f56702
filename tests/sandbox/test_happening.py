"""What happens by itself: hooks that hold instances, events that reach functions, routes that lead nowhere."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable
from typing import Any

from landbridge.sandbox.happening.schedule import due
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
MAY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["ssm:PutParameter", "autoscaling:CompleteLifecycleAction", "logs:CreateLogGroup"],
                "Resource": "*",
            }
        ],
    }
)
NOTE = """
import boto3, json, os
def handler(event, context):
    print("seen", event.get("detail-type"))
    boto3.client("ssm").put_parameter(Name="/seen/" + os.environ["WHAT"], Value=json.dumps(event), Type="String", Overwrite=True)
    if event.get("fail"):
        raise ValueError("as asked")
    detail = event.get("detail", {})
    if "LifecycleActionToken" in detail:
        boto3.client("autoscaling").complete_lifecycle_action(
            AutoScalingGroupName=detail["AutoScalingGroupName"],
            LifecycleHookName=detail["LifecycleHookName"],
            LifecycleActionToken=detail["LifecycleActionToken"],
            LifecycleActionResult=os.environ.get("RESULT", "CONTINUE"),
        )
    return {"who": boto3.client("sts").get_caller_identity()["Arn"], "left": context.get_remaining_time_in_millis() > 0}
"""


def until(true: Callable[[], Foreign], seconds: float = 20) -> Foreign:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError("it didn't happen")


def function(client: Client, region: str, name: str, **variables: str) -> str:
    iam = client("iam")
    if name not in [role["RoleName"] for role in iam.list_roles()["Roles"]]:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName=name, PolicyName="note", PolicyDocument=MAY)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("note.py", NOTE)
    made = client("lambda", region).create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="note.handler",
        Role=f"arn:aws:iam::111122223333:role/{name}",
        Code={"ZipFile": packed.getvalue()},
        Timeout=5,
        Environment={"Variables": {"WHAT": name, **variables}},
    )
    arn: str = made["FunctionArn"]
    return arn


def on(client: Client, region: str, name: str, arn: str, pattern: dict[str, Any]) -> None:
    client("events", region).put_rule(Name=name, EventPattern=json.dumps(pattern))
    client("events", region).put_targets(Rule=name, Targets=[{"Id": "f", "Arn": arn}])


def seen(client: Client, region: str, name: str) -> dict[str, Any] | None:
    held = client("ssm", region).get_parameters(Names=[f"/seen/{name}"])["Parameters"]
    return json.loads(held[0]["Value"]) if held else None


def group(client: Client, region: str, name: str, **hook: Foreign) -> Foreign:
    ec2, scaling = client("ec2", region), client("autoscaling", region)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    data = {"ImageId": "ami-014141414141414", "InstanceType": "c6in.large", "MetadataOptions": {"HttpTokens": "required"}}
    template = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)["LaunchTemplate"]["LaunchTemplateId"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=1,
        MaxSize=1,
        VPCZoneIdentifier=subnet,
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
        Tags=[{"Key": "g", "Value": name, "PropagateAtLaunch": True}],
        LifecycleHookSpecificationList=[
            {"LifecycleHookName": "launch", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING", **hook}
        ],
    )

    def instances() -> list[tuple[str, str]]:
        found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["Instances"]
        return [(one["InstanceId"], one["LifecycleState"]) for one in found]

    return instances


def test_a_function_runs_as_its_role_and_its_failure_is_told(client: Client) -> None:
    region = "us-west-2"
    function(client, region, "plain")
    answer = client("lambda", region).invoke(FunctionName="plain", Payload=b'{"a": 1}')
    said = json.loads(answer["Payload"].read())
    assert "assumed-role/plain" in said["who"]
    assert said["left"]
    assert seen(client, region, "plain") == {"a": 1}
    failed = client("lambda", region).invoke(FunctionName="plain", Payload=b'{"fail": true}')
    assert failed["FunctionError"] == "Unhandled"
    assert json.loads(failed["Payload"].read())["errorMessage"] == "as asked"
    streams = client("logs", region).describe_log_streams(logGroupName="/aws/lambda/plain")["logStreams"]
    lines = client("logs", region).get_log_events(logGroupName="/aws/lambda/plain", logStreamName=streams[0]["logStreamName"])["events"]
    assert any("seen None" in one["message"] for one in lines)


def test_a_function_whose_role_may_not_create_groups_leaves_none_behind_when_its_own_is_deleted(client: Client) -> None:
    region, logs = "us-west-2", client("logs", "us-west-2")
    function(client, region, "quiet")
    narrower = MAY.replace("logs:CreateLogGroup", "logs:PutLogEvents")
    client("iam").put_role_policy(RoleName="quiet", PolicyName="note", PolicyDocument=narrower)
    logs.create_log_group(logGroupName="/aws/lambda/quiet")
    client("lambda", region).invoke(FunctionName="quiet", Payload=b"{}")
    assert logs.describe_log_streams(logGroupName="/aws/lambda/quiet")["logStreams"]
    logs.delete_log_group(logGroupName="/aws/lambda/quiet")
    client("lambda", region).invoke(FunctionName="quiet", Payload=b"{}")
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/quiet")["logGroups"] == []


def test_a_hook_holds_an_instance_until_the_function_completes_it(client: Client) -> None:
    region = "us-east-1"
    on(
        client,
        region,
        "launching",
        function(client, region, "launched"),
        {"source": ["aws.autoscaling"], "detail-type": ["EC2 Instance-launch Lifecycle Action"]},
    )
    instances = group(client, region, "held", HeartbeatTimeout=60)
    assert instances()[0][1] == "Pending:Wait"
    until(lambda: instances()[0][1] == "InService")
    event = seen(client, region, "launched")
    assert event is not None
    assert event["detail"]["EC2InstanceId"] == instances()[0][0]
    described = client("ec2", region).describe_instances(InstanceIds=[instances()[0][0]])["Reservations"][0]["Instances"][0]
    assert described["MetadataOptions"]["HttpTokens"] == "required"


def test_an_instance_that_ends_is_told_twice_and_its_group_notices_by_itself_only_in_between(client: Client) -> None:
    """So that whoever heals isn't woken by all of it at once, as nobody is on AWS."""
    region = "eu-north-1"
    for state in ("shutting-down", "terminated"):
        on(client, region, state, function(client, region, state), {"source": ["aws.ec2"], "detail": {"state": [state]}})
    kind = "EC2 Instance-launch Lifecycle Action"
    on(client, region, "follows", function(client, region, "follows"), {"source": ["aws.autoscaling"], "detail-type": [kind]})
    instances = group(client, region, "ends", HeartbeatTimeout=60)
    until(lambda: instances()[0][1] == "InService")
    before = instances()[0][0]
    client("ec2", region).terminate_instances(InstanceIds=[before])
    told = until(lambda: seen(client, region, "terminated"))
    began, launched = seen(client, region, "shutting-down"), seen(client, region, "follows")
    assert began is not None
    assert launched is not None
    assert began["detail"]["instance-id"] == told["detail"]["instance-id"] == before
    assert launched["detail"]["EC2InstanceId"] == instances()[0][0] != before
    assert began["time"] < launched["time"] < told["time"]


def test_a_hook_that_is_abandoned_or_forgotten_ends_the_instance(client: Client) -> None:
    region = "us-east-2"
    instances = group(client, region, "abandoned", HeartbeatTimeout=600)
    (first, state) = instances()[0]
    assert state == "Pending:Wait"
    client("autoscaling", region).complete_lifecycle_action(
        AutoScalingGroupName="abandoned", LifecycleHookName="launch", InstanceId=first, LifecycleActionResult="ABANDON"
    )
    assert instances()[0][0] != first
    gone = client("ec2", region).describe_instances(InstanceIds=[first])["Reservations"][0]["Instances"][0]
    assert gone["State"]["Name"] == "terminated"
    forgotten = group(client, region, "forgotten", HeartbeatTimeout=1, DefaultResult="CONTINUE")
    assert forgotten()[0][1] == "Pending:Wait"
    until(lambda: forgotten()[0][1] == "InService")


def test_an_instance_that_its_group_ends_is_held_by_the_hooks_for_that_while_another_takes_its_place(client: Client) -> None:
    region = "ap-southeast-2"
    scaling, ec2 = client("autoscaling", region), client("ec2", region)
    told = function(client, region, "leaves")
    on(client, region, "leaving", told, {"source": ["aws.autoscaling"], "detail-type": ["EC2 Instance-terminate Lifecycle Action"]})
    instances = group(client, region, "leaving", LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING", HeartbeatTimeout=600)
    ((first, state),) = instances()
    assert state == "InService"
    scaling.terminate_instance_in_auto_scaling_group(InstanceId=first, ShouldDecrementDesiredCapacity=False)
    held = dict(instances())
    assert (held.pop(first), list(held.values())) == ("Terminating:Wait", ["InService"])
    assert ec2.describe_instances(InstanceIds=[first])["Reservations"][0]["Instances"][0]["State"]["Name"] == "running"
    until(lambda: first not in dict(instances()))  # the function completes the hook
    assert list(dict(instances())) == list(held)
    assert ec2.describe_instances(InstanceIds=[first])["Reservations"][0]["Instances"][0]["State"]["Name"] == "terminated"


def test_an_instance_that_is_said_to_be_ill_is_replaced(client: Client) -> None:
    region = "eu-west-3"
    instances = group(client, region, "ill", LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING", HeartbeatTimeout=600)
    ((first, _),) = instances()
    client("autoscaling", region).set_instance_health(InstanceId=first, HealthStatus="Healthy")
    assert instances() == [(first, "InService")]
    client("autoscaling", region).set_instance_health(InstanceId=first, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    held = dict(instances())
    assert (held.pop(first), list(held.values())) == ("Terminating:Wait", ["InService"])


def test_states_of_instances_and_alarms_reach_functions(client: Client) -> None:
    region = "eu-central-1"
    on(client, region, "ec2", function(client, region, "states"), {"source": ["aws.ec2"], "detail": {"state": ["terminated"]}})
    on(
        client,
        region,
        "alarm",
        function(client, region, "alarms"),
        {"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}},
    )
    ec2, watch = client("ec2", region), client("cloudwatch", region)
    made = ec2.run_instances(ImageId="ami-014141414141414", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[made])
    assert until(lambda: seen(client, region, "states"))["detail"] == {"instance-id": made, "state": "terminated"}
    watch.put_metric_alarm(
        AlarmName="a",
        Namespace="N",
        MetricName="M",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Period=60,
        Statistic="Maximum",
    )
    watch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="tried")
    assert until(lambda: seen(client, region, "alarms"))["detail"]["alarmName"] == "a"


def test_a_schedule_and_an_event_of_ones_own_reach_a_function(client: Client) -> None:
    region = "eu-north-1"
    events = client("events", region)
    events.put_rule(Name="often", ScheduleExpression="rate(1 minute)", State="DISABLED")
    arn = function(client, region, "own")
    on(client, region, "own", arn, {"source": ["landbridge.test"]})
    events.put_events(Entries=[{"Source": "landbridge.test", "DetailType": "claim", "Detail": '{"gateway": "x-a"}'}])
    assert until(lambda: seen(client, region, "own"))["detail"] == {"gateway": "x-a"}
    at = 1_700_000_040.0  # 2023-11-14 22:14:00, a Tuesday
    assert due("rate(1 minute)", at - 60, at)
    assert not due("rate(2 minutes)", at - 60, at)
    assert due("cron(14 22 * * ? *)", at - 60, at)
    assert due("cron(0/7 22 ? * TUE *)", at - 60, at)
    assert not due("cron(0/7 22 ? * MON-MON *)", at - 60, at)
    assert not due("cron(14 22 * * ? *)", at, at + 10)


def test_a_route_to_a_dead_gateway_is_a_black_hole_and_its_address_is_free(client: Client) -> None:
    ec2 = client("ec2", "ap-northeast-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.run_instances(ImageId="ami-014141414141414", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]
    interface = made["NetworkInterfaces"][0]["NetworkInterfaceId"]
    prefixes = ec2.create_managed_prefix_list(PrefixListName="r", AddressFamily="IPv4", MaxEntries=5, Entries=[{"Cidr": "10.9.0.0/16"}])[
        "PrefixList"
    ]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationPrefixListId=prefixes["PrefixListId"], NetworkInterfaceId=interface)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)

    def states() -> dict[str, str]:
        routes = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return {one.get("DestinationPrefixListId", "local"): one["State"] for one in routes}

    assert states() == {"local": "active", prefixes["PrefixListId"]: "active"}
    ec2.stop_instances(InstanceIds=[made["InstanceId"]])
    assert states()[prefixes["PrefixListId"]] == "blackhole"
    ec2.start_instances(InstanceIds=[made["InstanceId"]])
    assert states()[prefixes["PrefixListId"]] == "active"
    ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    assert states()[prefixes["PrefixListId"]] == "blackhole"
    assert not ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkInterfaces"]
    assert "AssociationId" not in ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]


def test_an_event_reaches_another_regions_bus_by_a_role_that_may_put_it_there_and_goes_no_further(client: Client) -> None:
    here, there, further = "sa-east-1", "ca-central-1", "eu-west-2"
    iam, watch = client("iam"), client("cloudwatch", here)
    bus = "arn:aws:events:{}:111122223333:event-bus/default"
    statement = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": [bus.format(there), bus.format(further)]}
    for role in ("may", "maynot"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="may", PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    for region, to, role, pattern in (
        (here, there, "may", [{"prefix": "net-"}]),
        (here, further, "maynot", [{"prefix": "net-"}]),
        (there, further, "may", [{"prefix": "net-"}]),
    ):
        name = f"to-{to}-{role}"
        pattern_of = {"source": ["aws.cloudwatch"], "detail": {"alarmName": pattern}}
        client("events", region).put_rule(Name=name, EventPattern=json.dumps(pattern_of))
        target = {"Id": to, "Arn": bus.format(to), "RoleArn": f"arn:aws:iam::111122223333:role/{role}"}
        client("events", region).put_targets(Rule=name, Targets=[target])
    for region in (there, further):
        on(client, region, "arrived", function(client, region, f"arrived-{region}"), {"source": ["aws.cloudwatch"]})
    watch.put_metric_alarm(
        AlarmName="net-a", Namespace="N", MetricName="M", ComparisonOperator="GreaterThanThreshold", Threshold=1, EvaluationPeriods=1,
        Period=60, Statistic="Maximum",
    )  # fmt: skip
    watch.set_alarm_state(AlarmName="net-a", StateValue="ALARM", StateReason="tried")
    event = until(lambda: seen(client, there, f"arrived-{there}"))
    assert (event["detail"]["alarmName"], event["region"], event["source"]) == ("net-a", here, "aws.cloudwatch")
    time.sleep(0.5)
    assert seen(client, further, f"arrived-{further}") is None


def test_alarms_of_some_names_are_told_only_in_the_state_that_is_asked_for(client: Client) -> None:
    watch = client("cloudwatch", "eu-north-1")
    for name in ("told", "untold"):
        watch.put_metric_alarm(
            AlarmName=name, Namespace="N", MetricName="M", ComparisonOperator="GreaterThanThreshold", Threshold=1, EvaluationPeriods=1,
            Period=60, Statistic="Average",
        )  # fmt: skip
    watch.set_alarm_state(AlarmName="told", StateValue="ALARM", StateReason="tried")
    watch.set_alarm_state(AlarmName="untold", StateValue="OK", StateReason="tried")
    found = watch.describe_alarms(AlarmNames=["told", "untold"], StateValue="ALARM")["MetricAlarms"]
    assert [one["AlarmName"] for one in found] == ["told"]
    assert len(watch.describe_alarms(AlarmNames=["told", "untold"])["MetricAlarms"]) == 2
