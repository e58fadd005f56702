"""Heal as it is deployed: its stack, its code in a process of its own, with its role and no more, woken by what happens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from landbridge.aws.model import Account, Stored
from landbridge.aws.stacks.heal import heal_stack
from landbridge.heal import tags
from landbridge.sandbox.functions.embedded import declared
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client
from .stacks import made, outputs
from .test_happening import function, on, seen, until

REGION, HUB = "ap-southeast-1", "us-west-2"
IMAGE = "ami-014141414141414"


@dataclass
class Site:
    """A pair, with two route tables, and clients of its Region."""

    client: Client
    tables: list[str]
    prefix_list: str
    words: str

    def interfaces(self) -> dict[str, str]:
        """Of the gateways that are in service."""
        groups = self.client("autoscaling", REGION).describe_auto_scaling_groups()["AutoScalingGroups"]
        members = {each["InstanceId"]: one["AutoScalingGroupName"] for one in groups for each in one["Instances"]}
        ready = {each["InstanceId"] for one in groups for each in one["Instances"] if each["LifecycleState"] == "InService"}
        found = self.client("ec2", REGION).describe_instances()["Reservations"]
        return {
            members[one["InstanceId"]].removeprefix("acme-"): one["NetworkInterfaces"][0]["NetworkInterfaceId"]
            for each in found
            for one in each["Instances"]
            if one["InstanceId"] in ready
        }

    def holder(self) -> str:
        found = self.client("ec2", REGION).describe_route_tables(RouteTableIds=self.tables)["RouteTables"]
        held = {one.get("NetworkInterfaceId") for table in found for one in table["Routes"] if "DestinationPrefixListId" in one}
        return next((name for name, interface in self.interfaces().items() if held == {interface}), "")

    def claim(self, gateway: str) -> None:
        """As a gateway does it."""
        at = int(time.time())
        word = f"claim={gateway} by={gateway} prepends=0 at={at} expires={at + 60}"
        item = {"name": {"S": gateway}, "word": {"S": word}, "at": {"N": str(at)}}
        self.client("dynamodb", REGION).put_item(TableName=self.words, Item=item)
        event = {"detail-type": "landbridge claim", "source": "landbridge.gateway", "detail": {"gateway": gateway}}
        self.client("lambda", REGION).invoke(FunctionName="acme-heal", InvocationType="Event", Payload=json.dumps(event).encode())


def lines(client: Client) -> list[dict[str, Any]]:
    """What heal said, the newest last."""
    logs = client("logs", REGION)
    said = logs.filter_log_events(logGroupName="/aws/lambda/acme-heal")["events"]
    return [json.loads(one["message"]) for one in sorted(said, key=lambda one: one["timestamp"]) if one["message"].startswith("{")]


@pytest.fixture(scope="module")
def site(sandbox: Foreign) -> Site:
    from .conftest import client_of

    client = client_of(sandbox.endpoint)
    plan = heal_stack("acme", Account("default"), REGION, name="acme-heal", base="acme-base", own={}, hub_region=HUB)
    code = plan.parameters["Code"]
    assert isinstance(code, Stored)
    s3 = client("s3", REGION)
    s3.create_bucket(Bucket="acme-code", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="acme-code", Key="heal/x.zip", Body=code.content)
    given = [{"ParameterKey": "Bucket", "ParameterValue": "acme-code"}, {"ParameterKey": "Code", "ParameterValue": "heal/x.zip"}]
    stack = made(client("cloudformation", REGION), plan.name, plan.template, Parameters=given)
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return _pair(client, outputs(stack)["Words"])


def _pair(client: Client, words: str) -> Site:
    ec2 = client("ec2", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    tables = [ec2.create_route_table(VpcId=vpc, TagSpecifications=_of("route-table"))["RouteTable"]["RouteTableId"] for _ in range(2)]
    prefixes = ec2.create_managed_prefix_list(
        PrefixListName="r", AddressFamily="IPv4", MaxEntries=5, Entries=[{"Cidr": "10.9.0.0/16"}], TagSpecifications=_of("prefix-list")
    )["PrefixList"]["PrefixListId"]
    data = {"ImageId": IMAGE, "InstanceType": "c6in.large", "TagSpecifications": [*_of("instance"), *_of("network-interface")]}
    ec2.create_launch_template(LaunchTemplateName="router", LaunchTemplateData=data)
    for number, (zone, role) in enumerate((("a", "active"), ("b", "standby"))):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        ec2.allocate_address(Domain="vpc", TagSpecifications=_of("elastic-ip", gateway=f"lima-{zone}"))
        client("autoscaling", REGION).create_auto_scaling_group(
            AutoScalingGroupName=f"acme-lima-{zone}",
            LaunchTemplate={"LaunchTemplateName": "router", "Version": "$Latest"},
            MinSize=1,
            MaxSize=1,
            VPCZoneIdentifier=subnet,
            Tags=[{**tag, "PropagateAtLaunch": True} for tag in _tags(gateway=f"lima-{zone}", role=role, secondary=f"10.1.{number}.253")],
            LifecycleHookSpecificationList=[
                {
                    "LifecycleHookName": tags.LAUNCH_HOOK,
                    "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                    "HeartbeatTimeout": 600,
                }
            ],
        )
    return Site(client, tables, prefixes, words)


def _of(kind: str, **more: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": _tags(**more)}]


def _tags(**more: str) -> list[dict[str, str]]:
    told = {tags.NETWORK: "acme", tags.OWNER: "lima", **{f"landbridge:{key}": value for key, value in more.items()}}
    return [{"Key": key, "Value": value} for key, value in told.items()]


def soon(true: Callable[[], Foreign]) -> Foreign:
    return until(true, 30)


def test_a_launch_a_claim_and_what_is_told_of_them(site: Site, client: Client) -> None:
    on(client, REGION, "people", function(client, REGION, "people"), {"source": ["landbridge.heal"], "detail-type": ["Gateway Failover"]})
    soon(lambda: set(site.interfaces()) == {"lima-a", "lima-b"})
    soon(lambda: site.holder() == "lima-a")
    time.sleep(1.1)  # a claim is of a later second than the launch, as a boot takes longer
    site.claim("lima-b")
    soon(lambda: site.holder() == "lima-b")
    event = soon(lambda: seen(client, REGION, "people"))
    assert (event["source"], event["region"]) == ("landbridge.heal", REGION)
    assert event["detail"].items() >= {"site": "lima", "gateway": "lima-b", "from": "lima-a", "routes": 2}.items()
    last = next(one for one in reversed(soon(lambda: lines(client))) if one["Failovers"])
    assert (last["woken_by"], last["problems"], last["Failures"]) == ("landbridge claim", [], 0)
    listed = client("cloudwatch", REGION).list_metrics(Namespace="landbridge")["Metrics"]
    assert {one["MetricName"] for one in listed} == {"Failovers", "Actions", "Failures", "Milliseconds"}
    assert {(one["Dimensions"][0]["Name"], one["Dimensions"][0]["Value"]) for one in listed} == {("network", "acme")}


@pytest.mark.usefixtures("site")
def test_an_alarm_in_the_hubs_region_is_read_with_its_role(client: Client) -> None:
    client("cloudwatch", HUB).put_metric_alarm(
        AlarmName="acme-lima-b-connection-down", Namespace="N", MetricName="M", ComparisonOperator="LessThanThreshold", Threshold=1,
        EvaluationPeriods=1, Period=60, Statistic="Maximum",
    )  # fmt: skip
    client("cloudwatch", HUB).set_alarm_state(AlarmName="acme-lima-b-connection-down", StateValue="ALARM", StateReason="tried")
    client("lambda", REGION).invoke(FunctionName="acme-heal", Payload=b"{}")
    assert lines(client)[-1]["problems"] == []


def test_a_line_that_is_no_metric_is_none() -> None:
    for line in ("", "{", "[]", "3", '{"_aws": 1}', '{"_aws": {"Timestamp": "x", "CloudWatchMetrics": [{}]}}'):
        assert list(declared(line)) == []
