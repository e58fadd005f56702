"""Accounts' aliases and Regions' partitions."""

from __future__ import annotations

import pytest

from landbridge.aws.stacks.accounts import account_of, partition_of
from tests.aws.stacks.networks import plans
from tests.design.networks import Data, designed, network, single

ROLE = "arn:aws:iam::210987654321:role"


def alias(account: Data | None) -> str:
    sites = {"rome": single("10.1.0.0/16", "10.1.0.0/24") | ({} if account is None else {"account": account})}
    return account_of(designed(network(sites)).sites[0]).alias


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (None, "default"),
        ({"profile": "group-network"}, "group-network"),
        ({"profile": "default"}, "profile-default"),
        ({"role": f"{ROLE}/network"}, "210987654321-network"),
    ],
)
def test_an_alias_is_what_the_file_says(account: Data | None, expected: str) -> None:
    assert alias(account) == expected


def test_two_names_never_come_to_one_alias() -> None:
    names = ["Net Work", "net-work", "net_work", "NET.work", "n" * 40, "n" * 41, "net--work", "网络"]
    aliases = {alias({"profile": name}) for name in names} | {alias({"role": f"{ROLE}/x/net"}), alias({"role": f"{ROLE}/x-net"})}
    assert len(aliases) == len(names) + 2
    assert all(len(one) <= 32 and one.strip("-") == one for one in aliases)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("us-west-2", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("eu-central-1", "aws"),
        ("us-isob-east-1", "aws-iso-b"),
    ],
)
def test_a_region_is_of_a_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


def test_accounts_and_regions_have_one_base_each() -> None:
    sites = {
        "rome": single("10.1.0.0/16", "10.1.0.0/24") | {"account": {"profile": "a"}},
        "oslo": single("10.2.0.0/16", "10.2.0.0/24") | {"account": {"profile": "b"}},
        "bonn": single("10.3.0.0/16", "10.3.0.0/24", account={"profile": "a"}),
    }
    bases = [plan for plan in plans(network(sites)) if plan.kind == "base"]
    assert [plan.name for plan in bases] == ["acme-default-us-west-2-base", "acme-a-eu-west-1-base", "acme-b-eu-west-1-base"]
    assert [plan.file for plan in bases] == ["us-west-2-default-base.yaml", "eu-west-1-a-base.yaml", "eu-west-1-b-base.yaml"]
