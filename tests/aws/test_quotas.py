"""Quotas: AWS' defaults, or the accounts' own where they can be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.calling import Call, CallError, Cloud, Place
from landbridge.aws.quotas import CODES, asked_quotas
from landbridge.cli import main
from landbridge.design import Quota, design, quotas_of
from landbridge.findings import error
from tests.design.networks import designed, document, network, site

FIVE = network({f"s{at}": site(f"10.{at}.0.0/16", f"10.{at}.0.0/24", f"10.{at}.1.0/24") for at in range(3)})


def by_name(quotas: tuple[Quota, ...]) -> dict[str, Quota]:
    return {quota.name: quota for quota in quotas}


def test_what_can_be_asked_for_is_a_quota_that_is_counted() -> None:
    planned = designed(FIVE)
    assert set(CODES) <= set(by_name(quotas_of(planned.hub, planned.sites)))


def test_an_accounts_own_quota_is_asked_first_then_the_default_and_silence_leaves_it_out() -> None:
    planned = designed(FIVE)
    quotas = quotas_of(planned.hub, planned.sites)
    calls = []

    def ask(quota: Quota, operation: str, arguments: dict[str, str]) -> dict[str, Any] | None:
        calls.append((quota.name, operation, arguments["QuotaCode"]))
        if (quota.name, operation) == ("elastic-ips", "get_service_quota"):
            return {"Quota": {"Value": 40.0}}
        if (quota.name, operation) == ("vpn-connections", "get_aws_default_service_quota"):
            return {"Quota": {"Value": 50.0}}
        return None

    named = by_name(quotas)
    assert asked_quotas(quotas, ask) == {named["elastic-ips"]: 40, named["vpn-connections"]: 50}
    assert ("vpn-connections", "get_service_quota", "L-3E6EC3A3") in calls


def test_a_raised_quota_takes_its_warning_away() -> None:
    passed = [one.message for one in designed(FIVE).findings]
    assert "6 Elastic IPs in eu-west-1 (one a gateway); AWS' default quota is 5, which is passed." in passed
    quota = by_name(quotas_of(designed(FIVE).hub, designed(FIVE).sites))["elastic-ips"]
    assert not [one for one in design(document(FIVE), quotas={quota: 40}).findings if "Elastic" in one.message]
    near = [one.message for one in design(document(FIVE), quotas={quota: 7}).findings]
    assert "6 Elastic IPs in eu-west-1 (one a gateway); the account's quota is 7, which is near." in near


def test_each_account_has_elastic_ips_of_its_own() -> None:
    apart = network(
        {f"s{at}": site(f"10.{at}.0.0/16", f"10.{at}.0.0/24", f"10.{at}.1.0/24", account={"profile": f"p{at}"}) for at in range(3)}
    )
    assert not [one for one in designed(apart).findings if "Elastic" in one.message]


def test_plan_asks_each_account_and_says_whom_it_couldnt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def call(_self: Cloud, place: Place, service: str, operation: str, **arguments: str) -> dict[str, Any]:
        if place.region == "us-west-2":
            raise CallError(error("permission", "not allowed", None, "Allow it."), "AccessDenied", "", Call(service, operation, place))
        return {"Quota": {"Value": 40.0 if arguments["QuotaCode"] == "L-0263D0A3" else 50.0}}

    monkeypatch.setattr(Cloud, "call", call)
    file = tmp_path / "network.yaml"
    file.write_text(json.dumps(FIVE))
    assert main(["plan", str(file), "--ask-quotas", "--json"]) == 0
    out, err = capfd.readouterr()
    assert "Elastic" not in out
    assert err.count("us-west-2 of default: AWS' defaults are taken, for not allowed. Allow it.") == 1
