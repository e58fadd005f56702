"""What heal may do, read from its policy: whatever it calls, on what has the network's tag, and on nothing else."""

from __future__ import annotations

import fnmatch
import re
from typing import Any

import pytest

from landbridge.aws.stacks.heal import statements
from tests.heal.cloud import HUB, NETWORK, Cloud
from tests.heal.test_launch import heal

OURS = {"landbridge:network": NETWORK, "landbridge:owner": "lima"}
KINDS = {
    "ec2:AssociateAddress": ("elastic-ip/eipalloc-1", "network-interface/eni-1"),
    "ec2:AssignPrivateIpAddresses": ("network-interface/eni-1",),
    "ec2:ModifyNetworkInterfaceAttribute": ("network-interface/eni-1",),
    "ec2:CreateRoute": ("route-table/rtb-1",),
    "ec2:ReplaceRoute": ("route-table/rtb-1",),
}
ATTRIBUTES = {
    "Log": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/acme-heal:*",
    "Words": "arn:aws:dynamodb:eu-west-1:123456789012:table/acme-words",
}


def allowed(action: str, resource: str, tags: dict[str, str], **known: str) -> bool:
    """IAM's judgement, as far as this policy needs it: actions, resources, StringEquals and Null on the resource's tags and what else is
    `known` of the request."""
    keys = {**{f"aws:ResourceTag/{key}": value for key, value in tags.items()}, **{key.replace("_", ":"): known[key] for key in known}}
    return any(
        action in listed(one["Action"])
        and any(fnmatch.fnmatchcase(resource, text(each)) for each in listed(one["Resource"]))
        and holds(one.get("Condition", {}), keys)
        for one in statements(NETWORK, HUB)
    )


def listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def text(resource: Any) -> str:  # noqa: ANN401
    """A resource as it is deployed."""
    if not isinstance(resource, str):
        plain = resource.to_dict()
        resource = plain["Fn::Sub"] if "Fn::Sub" in plain else ATTRIBUTES[plain["Fn::GetAtt"][0]]
    for name, value in {"Partition": "aws", "Region": "eu-west-1", "AccountId": "123456789012"}.items():
        resource = resource.replace(f"${{AWS::{name}}}", value)
    return str(resource)


def holds(condition: dict[str, dict[str, str]], keys: dict[str, str]) -> bool:
    equal = (keys.get(key) == value for key, value in condition.get("StringEquals", {}).items())
    absent = ((key not in keys) == (value == "true") for key, value in condition.get("Null", {}).items())
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
    for action in ("autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceHealth"):
        assert allowed(action, group.format("acme-lima-a"), OURS)
        assert not allowed(action, group.format("acme-lima-a"), {"landbridge:network": "other"})
        assert not allowed(action, group.format("shop"), OURS)


def test_of_tables_it_may_read_the_words_and_no_other_and_write_none() -> None:
    assert allowed("dynamodb:Scan", ATTRIBUTES["Words"], {})
    assert not allowed("dynamodb:Scan", ATTRIBUTES["Words"].replace("acme-words", "shop"), OURS)
    assert not any(action.startswith("dynamodb:") and action != "dynamodb:Scan" for action in granted())


def test_it_tells_events_in_no_name_but_its_own() -> None:
    bus = "arn:aws:events:eu-west-1:123456789012:event-bus/{}"
    assert allowed("events:PutEvents", bus.format("default"), {}, events_source="landbridge.heal")
    assert not allowed("events:PutEvents", bus.format("default"), {}, events_source="aws.ec2")
    assert not allowed("events:PutEvents", bus.format("other"), {}, events_source="landbridge.heal")


def test_alarms_it_may_look_at_are_the_hubs_if_that_is_in_the_account() -> None:
    assert allowed("cloudwatch:DescribeAlarms", "*", {}, aws_RequestedRegion=HUB)
    assert not allowed("cloudwatch:DescribeAlarms", "*", {}, aws_RequestedRegion="eu-west-1")
    assert "cloudwatch:DescribeAlarms" not in {action for one in statements(NETWORK, None) for action in listed(one["Action"])}


def test_it_may_not_look_at_connections_which_would_show_their_keys() -> None:
    assert not [action for action in granted() if "Vpn" in action or "secret" in action.lower()]


def test_other_regions_and_accounts_are_out_of_reach() -> None:
    for place in ("us-east-1:123456789012", "eu-west-1:210987654321"):
        assert not allowed("ec2:ReplaceRoute", f"arn:aws:ec2:{place}:route-table/rtb-1", OURS)


def test_what_it_may_is_what_it_calls(cloud: Cloud) -> None:
    heal(cloud)
    called = set(cloud.calls)
    cloud.age()
    cloud.cut_off("lima-a", ago=700)
    heal(cloud)
    called |= set(cloud.calls)
    assert {action.partition(":")[2] for action in granted() if not action.startswith("logs:")} == called


def granted() -> set[str]:
    return {action for one in statements(NETWORK, HUB) for action in listed(one["Action"])}


def test_only_looking_is_granted_on_everything() -> None:
    for one in statements(NETWORK, HUB):
        if "*" in [text(each) for each in listed(one["Resource"])]:
            assert all(re.fullmatch(r"\w+:Describe\w+", action) for action in listed(one["Action"]))
        elif one["Sid"] not in ("Log", "Words", "Events"):  # which name the one thing that they are for
            assert one["Condition"]["StringEquals"] == {"aws:ResourceTag/landbridge:network": NETWORK}


def test_no_partition_is_taken_for_granted() -> None:
    assert "arn:aws:" not in repr([[getattr(each, "data", each) for each in listed(one["Resource"])] for one in statements(NETWORK, HUB)])
