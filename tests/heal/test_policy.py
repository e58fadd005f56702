"""What heal may do, read from its policy: whatever it calls, on what has the network's tag, and on nothing else."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import pytest

from landbridge.aws.stacks.heal import statements
from tests.heal.cloud import NETWORK, Cloud
from tests.heal.test_launch import heal

OURS = {"landbridge:network": NETWORK, "landbridge:owner": "lima"}
KINDS = {
    "ec2:AssociateAddress": ("elastic-ip/eipalloc-1", "network-interface/eni-1"),
    "ec2:AssignPrivateIpAddresses": ("network-interface/eni-1",),
    "ec2:ModifyNetworkInterfaceAttribute": ("network-interface/eni-1",),
    "ec2:CreateRoute": ("route-table/rtb-1",),
    "ec2:ReplaceRoute": ("route-table/rtb-1",),
}


def allowed(action: str, resource: str, tags: dict[str, str]) -> bool:
    """IAM's judgement, as far as this policy needs it: actions, resources, StringEquals and Null on the resource's tags."""
    return any(
        action in listed(one["Action"])
        and any(fnmatch.fnmatchcase(resource, text(each)) for each in listed(one["Resource"]))
        and holds(one.get("Condition", {}), tags)
        for one in statements(NETWORK)
    )


def listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def text(resource: Any) -> str:  # noqa: ANN401
    """A resource as it is deployed."""
    if not isinstance(resource, str):
        resource = resource.to_dict().get("Fn::Sub", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/acme-heal:*")
    for name, value in {"Partition": "aws", "Region": "eu-west-1", "AccountId": "123456789012"}.items():
        resource = resource.replace(f"${{AWS::{name}}}", value)
    return str(resource)


def holds(condition: dict[str, dict[str, str]], tags: dict[str, str]) -> bool:
    equal = (tags.get(key.removeprefix("aws:ResourceTag/")) == value for key, value in condition.get("StringEquals", {}).items())
    absent = ((key.removeprefix("aws:ResourceTag/") not in tags) == (value == "true") for key, value in condition.get("Null", {}).items())
    return all(equal) and all(absent)


@pytest.mark.parametrize(("action", "resources"), KINDS.items())
@pytest.mark.parametrize(
    ("tags", "may"),
    [
        pytest.param(OURS, True, id="ours"),
        pytest.param({}, False, id="nobody's"),
        pytest.param({**OURS, "landbridge:network": "other"}, False, id="another network's"),
        pytest.param({"Name": NETWORK}, False, id="another tag"),
    ],
)
def test_only_what_has_the_networks_tag_can_be_changed(action: str, resources: tuple[str, ...], tags: dict[str, str], may: bool) -> None:
    for resource in resources:
        assert allowed(action, f"arn:aws:ec2:eu-west-1:123456789012:{resource}", tags) is may


def test_a_route_table_that_belongs_to_no_site_is_out_of_reach() -> None:
    table = "arn:aws:ec2:eu-west-1:123456789012:route-table/rtb-1"
    assert not allowed("ec2:ReplaceRoute", table, {"landbridge:network": NETWORK})


def test_another_networks_group_is_out_of_reach() -> None:
    group = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/{}"
    assert allowed("autoscaling:CompleteLifecycleAction", group.format("acme-lima-a"), OURS)
    assert not allowed("autoscaling:CompleteLifecycleAction", group.format("acme-lima-a"), {"landbridge:network": "other"})
    assert not allowed("autoscaling:CompleteLifecycleAction", group.format("shop"), OURS)


def test_other_regions_and_accounts_are_out_of_reach() -> None:
    for place in ("us-east-1:123456789012", "eu-west-1:210987654321"):
        assert not allowed("ec2:ReplaceRoute", f"arn:aws:ec2:{place}:route-table/rtb-1", OURS)


def test_what_it_may_is_what_it_calls(cloud: Cloud) -> None:
    heal(cloud)
    called = set(cloud.calls)
    cloud.die("lima-a")
    heal(cloud)
    called |= set(cloud.calls)
    granted = {action for one in statements(NETWORK) for action in listed(one["Action"])}
    assert {action.partition(":")[2] for action in granted if not action.startswith("logs:")} == called


def test_only_looking_is_granted_on_everything() -> None:
    for one in statements(NETWORK):
        if "*" in [text(each) for each in listed(one["Resource"])]:
            assert all(re.fullmatch(r"\w+:Describe\w+", action) for action in listed(one["Action"]))
        elif one["Sid"] != "Log":
            assert one["Condition"]["StringEquals"] == {"aws:ResourceTag/landbridge:network": NETWORK}


def test_no_partition_is_taken_for_granted() -> None:
    assert "arn:aws:" not in repr([[getattr(each, "data", each) for each in listed(one["Resource"])] for one in statements(NETWORK)])
