"""Heal's stack: clean by cfn-lint, woken by what it needs, and without a word about who made it."""

from __future__ import annotations

from typing import Any

import yaml
from cfnlint.api import lint

from landbridge.aws.model import Account, Output, StackPlan, Stored
from landbridge.aws.stacks.heal import heal_stack
from landbridge.vyos.roles import heal_function, words_table


def stack() -> StackPlan:
    more = {"own": {"CostCenter": "net"}, "hub_region": "us-west-2"}
    return heal_stack("acme", Account("default"), "eu-west-1", name="acme-heal", base="acme-base", **more)  # type: ignore[arg-type]


class Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short tags, each as the text behind it."""


Loader.add_multi_constructor("!", lambda _, suffix, node: {suffix: getattr(node, "value", None)})


def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(stack().template, Loader)
    return loaded


def test_cfn_lint_has_nothing_to_say() -> None:
    assert [str(match) for match in lint(stack().template)] == []


def test_it_comes_after_the_bucket_and_its_code_follows_from_the_source() -> None:
    plan = stack()
    assert plan.needs == ("acme-base",)
    assert plan.parameters["Bucket"] == Output("acme-base", "Bucket")
    code = plan.parameters["Code"]
    assert isinstance(code, Stored)
    assert (code.prefix, code.suffix) == ("heal/", ".zip")


def test_it_is_woken_by_groups_by_instances_that_leave_and_by_the_clock() -> None:
    rules = {name: one["Properties"] for name, one in template()["Resources"].items() if one["Type"] == "AWS::Events::Rule"}
    assert rules["GroupsRule"]["EventPattern"]["detail"] == {"AutoScalingGroupName": [{"prefix": "acme-"}]}
    assert "terminated" in rules["InstancesRule"]["EventPattern"]["detail"]["state"]
    assert rules["ScheduleRule"]["ScheduleExpression"] == "rate(1 minute)"


def test_alarms_of_the_network_wake_it_wherever_they_come_from() -> None:
    pattern = template()["Resources"]["AlarmsRule"]["Properties"]["EventPattern"]
    assert pattern["detail"] == {"alarmName": [{"prefix": "acme-"}]}
    assert "region" not in pattern


def test_the_words_have_a_table_of_a_known_name_and_it_is_told_whose_alarms_to_read() -> None:
    resources = template()["Resources"]
    assert resources["Words"]["Properties"]["TableName"] == words_table("acme")
    assert resources["Words"]["Properties"]["KeySchema"] == [{"AttributeName": "name", "KeyType": "HASH"}]
    function = resources["Function"]["Properties"]
    assert function["FunctionName"] == heal_function("acme")
    assert function["Environment"]["Variables"] == {"LANDBRIDGE_NETWORK": "acme", "LANDBRIDGE_HUB_REGION": "us-west-2"}


def test_everything_that_takes_tags_has_them() -> None:
    for name, one in template()["Resources"].items():
        if one["Type"] in ("AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::DynamoDB::Table"):
            assert {tag["Key"]: tag["Value"] for tag in one["Properties"]["Tags"]}.items() >= {
                "landbridge:network": "acme",
                "landbridge:stack": "heal",
                "CostCenter": "net",
            }.items(), name
