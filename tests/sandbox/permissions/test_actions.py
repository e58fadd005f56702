"""The table of actions against the Service Authorization Reference, as cfn-lint carries it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from landbridge.sandbox.permissions.actions import PASSING, TABLE, named_by

OTHERWISE = {"secret": "Secret", "alarms": "alarm"}  # types that are called otherwise here


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def types_of(reference: dict[str, Any], action: str) -> set[str]:
    """The types of resources that AWS judges an action on."""
    service, name = action.split(":")
    return set(reference[service]["Actions"][name.lower()].get("Resources") or [])


@pytest.mark.parametrize("action", TABLE)
def test_an_action_is_judged_on_types_that_aws_judges_it_on(reference: dict[str, Any], action: str) -> None:
    ours = {OTHERWISE.get(named.kind, named.kind) for named in named_by(action)}
    assert ours - {"any"} <= types_of(reference, action)


@pytest.mark.parametrize("action", PASSING)
def test_what_hands_over_a_role_is_an_action(reference: dict[str, Any], action: str) -> None:
    service, name = action.split(":")
    assert name.lower() in reference[service]["Actions"]


@pytest.mark.parametrize(
    "action",
    [
        *("ec2:DescribeInstances", "ec2:DescribeRouteTables", "ec2:DescribeAddresses", "ec2:DescribeVpnConnections"),
        *("autoscaling:DescribeAutoScalingGroups", "s3:ListAllMyBuckets", "sts:GetCallerIdentity", "logs:DescribeLogGroups"),
    ],
)
def test_what_isnt_in_the_table_is_judged_on_everything(reference: dict[str, Any], action: str) -> None:
    assert named_by(action) == ()
    assert not types_of(reference, action)
