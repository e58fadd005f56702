"""A site of two gateways in the emulator, as its stacks would make it, and calls to it that fail on demand.

What the emulator lacks is added here: routes through a prefix list to an interface, and completing a lifecycle action.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError  # type: ignore[import-untyped]
from moto import mock_aws
from moto.autoscaling.models import autoscaling_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.ec2.models import ec2_backends
from moto.ec2.models.route_tables import Route, RouteBackend

from landbridge.heal import tags
from landbridge.heal.clients import Clients

REGION, HUB, ACCOUNT, NETWORK = "eu-west-1", "us-west-2", "123456789012", "acme"


@dataclass
class Cloud:
    """Clients, what was called (reads too), and which call by its number fails, and how: before it is done, or after."""

    clients: Clients
    ec2: Any
    autoscaling: Any
    dynamodb: Any
    cloudwatch: Any
    tables: list[str]
    foreign: str
    vpc: str
    prefix_list: str
    addresses: dict[str, str]
    calls: list[str] = field(default_factory=list)
    fail_at: int | None = None
    fail_how: str = "error"

    def writes(self) -> list[str]:
        return [call for call in self.calls if call not in self.reads()]

    def reads(self) -> list[str]:
        return [call for call in self.calls if call.startswith("Describe") or call == "Scan"]

    def say(self, name: str, word: str) -> None:
        """A gateway's last word, as it is in the table."""
        self.dynamodb.put_item(TableName="acme-words", Item={"name": {"S": name}, "word": {"S": word}, "at": {"N": "1"}})

    def claim(self, gateway: str, by: str = "", ago: int = 0) -> None:
        at = int(time.time()) - ago
        self.say(by or gateway, f"claim={gateway} by={by or gateway} prepends=0 at={at} expires={at + 60}")

    def age(self, seconds: int = 3600) -> None:
        """All instances were launched so long ago."""
        for instance in ec2_backends[ACCOUNT][REGION].all_instances():
            instance.launch_time = datetime.now(UTC) - timedelta(seconds=seconds)

    def cut_off(self, gateway: str, ago: int = 0) -> None:
        """The alarm that its tunnels are down, since so many seconds."""
        name = f"acme-{gateway}-connection-down"
        self.cloudwatch.put_metric_alarm(
            AlarmName=name, Namespace="AWS/VPN", MetricName="TunnelState", Statistic="Maximum", Period=300, EvaluationPeriods=1,
            ComparisonOperator="LessThanOrEqualToThreshold", Threshold=0,
        )  # fmt: skip
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="tried")
        cloudwatch_backends[ACCOUNT][HUB].alarms[name].state_updated_timestamp = datetime.now(UTC) - timedelta(seconds=ago)

    def groups(self) -> dict[str, dict[str, Any]]:
        return {one["AutoScalingGroupName"]: one for one in self.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"]}

    def member(self, gateway: str) -> str:
        return str(self.groups()[f"group-{gateway}"]["Instances"][0]["InstanceId"])

    def lifecycle(self, gateway: str) -> str:
        return str(self.groups()[f"group-{gateway}"]["Instances"][0]["LifecycleState"])

    def hold(self, gateway: str, lifecycle: str = "Pending:Wait") -> None:
        """The emulator puts instances into service at once; a hook would hold them back."""
        for state in autoscaling_backends[ACCOUNT][REGION].autoscaling_groups[f"group-{gateway}"].instance_states:
            state.lifecycle_state = lifecycle

    def interface(self, gateway: str) -> dict[str, Any]:
        found = self.ec2.describe_instances(InstanceIds=[self.member(gateway)])["Reservations"][0]["Instances"][0]
        interface: dict[str, Any] = found["NetworkInterfaces"][0]
        return interface

    def targets(self, table: str) -> list[str]:
        """Where the table's route to the prefix list leads."""
        routes = self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
        return [one["NetworkInterfaceId"] for one in routes if one.get("DestinationPrefixListId") == self.prefix_list]

    def group(self, name: str, size: int, **more: str) -> None:
        """One more group."""
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": "gateway"},
            MinSize=size,
            MaxSize=1,
            AvailabilityZones=[f"{REGION}a"],
            Tags=[{**tag, "PropagateAtLaunch": True} for tag in _tags(**more)],
        )

    def die(self, gateway: str) -> None:
        """The instance ends, and its group has another at once, held back by its hook."""
        self.ec2.terminate_instances(InstanceIds=[self.member(gateway)])
        self.hold(gateway)

    def state(self) -> dict[str, Any]:
        """All that heal is to see to."""
        associated = {one["AllocationId"]: one.get("NetworkInterfaceId") for one in self.ec2.describe_addresses()["Addresses"]}
        return {
            gateway: {
                "lifecycle": self.lifecycle(gateway),
                "check": self.interface(gateway)["SourceDestCheck"],
                "secondary": [one["PrivateIpAddress"] for one in self.interface(gateway)["PrivateIpAddresses"] if not one["Primary"]],
                "address": associated[self.addresses[gateway]] == self.interface(gateway)["NetworkInterfaceId"],
                "routes": [self.targets(table) == [self.interface(gateway)["NetworkInterfaceId"]] for table in self.tables],
            }
            for gateway in ("lima-a", "lima-b")
        }


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # which take seconds
    _add_what_the_emulator_lacks(monkeypatch)
    with mock_aws():
        yield _site()


def tagged(kind: str, **more: str) -> list[dict[str, Any]]:
    """What gives a thing its tags: the network's and lima's, but for `more`."""
    return [{"ResourceType": kind, "Tags": _tags(**more)}]


def _tags(**more: str) -> list[dict[str, str]]:
    told = {tags.NETWORK: NETWORK, tags.OWNER: "lima", **{f"landbridge:{key}": value for key, value in more.items()}}
    return [{"Key": key, "Value": value} for key, value in told.items()]


def _site() -> Cloud:
    ec2, autoscaling = boto3.client("ec2", REGION), boto3.client("autoscaling", REGION)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnets = {
        zone: ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    }
    tables = [ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table"))["RouteTable"]["RouteTableId"] for _ in range(2)]
    foreign = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    prefix_list = ec2.create_managed_prefix_list(
        PrefixListName="remote", MaxEntries=5, AddressFamily="IPv4", TagSpecifications=tagged("prefix-list")
    )["PrefixList"]["PrefixListId"]
    image = ec2.register_image(Name="router")["ImageId"]
    ec2.create_launch_template(LaunchTemplateName="gateway", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"})
    addresses = {}
    for number, (zone, role) in enumerate((("a", "active"), ("b", "standby"))):
        gateway = f"lima-{zone}"
        addresses[gateway] = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip", gateway=gateway))["AllocationId"]
        told = _tags(gateway=gateway, role=role, secondary=f"10.1.{number}.253")
        autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=f"group-{gateway}",
            LaunchTemplate={"LaunchTemplateName": "gateway"},
            MinSize=1,
            MaxSize=1,
            VPCZoneIdentifier=subnets[zone],
            Tags=[{**tag, "PropagateAtLaunch": True} for tag in told],
        )
    dynamodb = boto3.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName="acme-words",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    )
    events, cloudwatch = boto3.client("events", REGION), boto3.client("cloudwatch", HUB)
    clients = Clients(ec2, autoscaling, dynamodb, events, cloudwatch)
    made = Cloud(clients, ec2, autoscaling, dynamodb, cloudwatch, tables, foreign, vpc, prefix_list, addresses)
    for gateway in addresses:
        made.hold(gateway)
    for client in (ec2, autoscaling, dynamodb, events, cloudwatch):
        client.meta.events.register_first("before-call.*.*", _failing_before(made))
        client.meta.events.register_last("after-call.*.*", _failing_after(made))
    autoscaling.meta.events.register("before-call.auto-scaling.CompleteLifecycleAction", _completing)
    return made


@contextmanager
def failing(cloud: Cloud, number: int, how: str) -> Iterator[None]:
    """The call of this number, counted from here, fails: `error` and `timeout` before anything is done, `lost` after."""
    cloud.calls.clear()
    cloud.fail_at, cloud.fail_how = number, how
    try:
        yield
    finally:
        cloud.fail_at = None


def _failing_before(cloud: Cloud) -> Callable[..., None]:
    def before(model: Any, **_: object) -> None:  # noqa: ANN401
        cloud.calls.append(model.name)
        if cloud.fail_at == len(cloud.calls) - 1 and cloud.fail_how != "lost":
            if cloud.fail_how == "timeout":
                raise ReadTimeoutError(endpoint_url="https://nowhere")
            raise ClientError({"Error": {"Code": "RequestLimitExceeded", "Message": "Request limit exceeded."}}, model.name)

    return before


def _failing_after(cloud: Cloud) -> Callable[..., None]:
    def after(**_: object) -> None:
        if cloud.fail_at == len(cloud.calls) - 1 and cloud.fail_how == "lost":
            raise ReadTimeoutError(endpoint_url="https://nowhere")

    return after


def _completing(params: dict[str, Any], **_: object) -> tuple[Any, dict[str, Any]]:
    """An instance that waits goes on; one that doesn't is an error, in Auto Scaling's own words."""
    asked = params["body"]
    group = autoscaling_backends[ACCOUNT][REGION].autoscaling_groups[asked["AutoScalingGroupName"]]
    waiting = {"landbridge-launch": "Pending:Wait", "landbridge-terminate": "Terminating:Wait"}[asked["LifecycleHookName"]]
    for state in group.instance_states:
        if state.instance.id == asked["InstanceId"] and state.lifecycle_state == waiting:
            state.lifecycle_state = "InService" if waiting == "Pending:Wait" else "Terminating:Proceed"
            return _Answer(200), {"ResponseMetadata": {}}
    said = f"No active Lifecycle Action found with instance ID {asked['InstanceId']}"
    return _Answer(400), {"Error": {"Code": "ValidationError", "Message": said}, "ResponseMetadata": {}}


@dataclass
class _Answer:
    status_code: int


def _add_what_the_emulator_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    create = RouteBackend.create_route

    def create_route(self: Any, route_table_id: str, *words: Any, destination_prefix_list_id: str | None = None, **named: Any) -> Route:  # noqa: ANN401
        if words[2:]:  # destination_cidr_block, destination_ipv6_cidr_block, destination_prefix_list_id
            destination_prefix_list_id, words = words[2], words[:2]
        held = self.get_route_table(route_table_id)._routes
        if destination_prefix_list_id is None:
            return create(self, route_table_id, *words, **named)
        if destination_prefix_list_id in held:
            raise _refused("RouteAlreadyExists", "The route identified by the prefix list already exists.")
        route = create(self, route_table_id, None, None, **named)
        held.pop(route.id)
        route.destination_prefix_list = self.managed_prefix_lists[destination_prefix_list_id]
        held[destination_prefix_list_id] = route
        return route

    replace = RouteBackend.replace_route

    def replace_route(self: Any, route_table_id: str, *words: Any, **named: Any) -> Route:  # noqa: ANN401
        prefix_list = words[2]  # after destination_cidr_block and destination_ipv6_cidr_block
        if prefix_list is None:
            return replace(self, route_table_id, *words, **named)
        held = self.get_route_table(route_table_id)._routes
        if prefix_list not in held:
            raise _refused("InvalidParameterValue", f"There is no route defined for '{prefix_list}' in the route table.")
        route: Route = held[prefix_list]
        route.interface = self.get_network_interface(named["interface_id"])
        return route

    monkeypatch.setattr(RouteBackend, "create_route", create_route)
    monkeypatch.setattr(RouteBackend, "replace_route", replace_route)


def _refused(code: str, message: str) -> Exception:
    from moto.ec2.exceptions import EC2ClientError

    return EC2ClientError(code, message)
