"""Accounts that are named twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landbridge.aws.deploying.changing import changes
from landbridge.aws.model import Account
from landbridge.findings import LandbridgeError
from tests.aws.deploying.small import EAST, WEST, Recorder, aws, cloud, network


@aws()
def test_two_names_of_one_account_in_one_region_are_refused_by_name() -> None:
    ground = network()
    role = Account("123456789012-net", role="arn:aws:iam::123456789012:role/net")
    moved = [replace(plan, account=role, region=WEST) if plan.region == EAST else plan for plan in ground.plans]
    with pytest.raises(LandbridgeError, match=r"no `account:` names and the role arn:aws:iam::123456789012:role/net are the same account"):
        changes(cloud(), replace(ground, plans=tuple(moved)))


@aws()
def test_nobody_is_asked_who_he_is_where_no_region_is_shared() -> None:
    watch = Recorder()
    changes(cloud(watch), network())
    assert "GetCallerIdentity" not in watch.operations
