"""The hub's alarms reach every Region of its account that gateways stand in, and no other place."""

from __future__ import annotations

from typing import Any

from landbridge.aws.stacks.forwarding import MOST_TARGETS
from tests.aws.stacks.networks import ADMIN, by_kind, china, plans, read, small, varied
from tests.design.networks import Data, network, site

REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1", "eu-central-1", "us-east-1", "us-west-2")


def spread() -> Data:
    """A site in each of seven Regions, of which one is the hub's."""
    sites = {
        f"site-{number}": site(f"10.{number}.0.0/16", f"10.{number}.0.0/24", f"10.{number}.1.0/24", region=region)
        for number, region in enumerate(REGIONS)
    }
    return network(sites, admin=ADMIN)


def hub_of(data: Data) -> dict[str, Any]:
    (hub,) = by_kind(plans(data), "hub")
    resources: dict[str, Any] = read(hub)["Resources"]
    return resources


def targets(resources: dict[str, Any]) -> list[list[str]]:
    rules = [one["Properties"] for one in resources.values() if one["Type"] == "AWS::Events::Rule"]
    return [[target["Id"] for target in one["Targets"]] for one in rules]


def test_each_other_region_is_a_target_and_no_rule_has_more_than_it_may() -> None:
    held = targets(hub_of(spread()))
    assert [len(one) for one in held] == [MOST_TARGETS, 1]
    assert {region for one in held for region in one} == {*REGIONS} - {"us-west-2"}


def test_another_accounts_regions_are_none_and_where_there_is_no_other_there_is_no_rule() -> None:
    assert targets(hub_of(small())) == [["eu-west-3"]]  # and not ap-northeast-1, another account's
    alone = network({"rome": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region="us-west-2")}, admin=ADMIN)
    assert not {"AWS::Events::Rule", "AWS::IAM::Role"} & {one["Type"] for one in hub_of(alone).values()}
    assert targets(hub_of(china())) == [["cn-northwest-1"]]


def test_the_role_may_put_events_on_these_buses_and_nothing_else() -> None:
    resources = hub_of(varied() if targets(hub_of(varied())) else small())
    (statement,) = resources["AlarmsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "events:PutEvents"
    given = [one["Arn"] for name, rule in resources.items() if name.endswith("Rule") for one in rule["Properties"]["Targets"]]
    assert statement["Resource"] == given


def test_heal_is_told_of_the_hubs_region_only_in_the_hubs_account_and_woken_by_the_same_alarms() -> None:
    made = plans(small())
    templates = {plan.region: read(plan)["Resources"] for plan in by_kind(made, "heal")}
    told = {region: one["Function"]["Properties"]["Environment"]["Variables"] for region, one in templates.items()}
    assert told["eu-west-3"]["LANDBRIDGE_HUB_REGION"] == "us-west-2"
    assert "LANDBRIDGE_HUB_REGION" not in told["ap-northeast-1"]
    forwarded = hub_of(small())["Alarms1Rule"]["Properties"]["EventPattern"]
    assert forwarded == templates["eu-west-3"]["AlarmsRule"]["Properties"]["EventPattern"]
