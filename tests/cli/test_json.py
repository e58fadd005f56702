"""docs/json.md shows what `--json` really prints, to the last key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto import mock_aws

from landbridge.cli import main

_SHAPES = {
    name: json.loads(text)
    for name, text in re.findall(r"<!-- shape: (\w+) -->\n(.*?)<!-- end -->", Path("docs/json.md").read_text(encoding="utf-8"), re.DOTALL)
}


def _shape(value: Any) -> Any:  # noqa: ANN401
    """A value's keys, with one item for each list."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items() if key != "findings"}
    if isinstance(value, list):
        return [_shape(value[0])] if value else []
    return type(value)


@pytest.fixture
def printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What each command prints for the four-region network."""
    main(["init", "--example", "four-regions", str(tmp_path)])
    capfd.readouterr()
    file = str(tmp_path / "network.yaml")
    said: dict[str, Any] = {}
    for name, words in {
        "plan": ["plan", file, "--release", "1.4", "--json"],
        "render": ["render", file, "--out", str(tmp_path / "build"), "--json"],
        "verify": ["verify", file, "--json"],
        "trace": ["trace", file, "singapore-4", "virginia-4", "--protocol", "tcp", "--port", "443", "--json"],
        "import": ["import", str(tmp_path / "build" / "routers"), "--json"],
        "diff": ["diff", *(str(tmp_path / "build" / "routers" / f"{name}-a.set") for name in ("virginia", "singapore")), "--json"],
        "error": ["plan", str(tmp_path), "--json"],
    }.items():
        main(words)
        said[name] = json.loads(capfd.readouterr().out)
    said["discover"] = discovered(capfd)
    said["finding"] = {**said["plan"]["findings"][0]}
    return said


def discovered(capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What discover prints for an account with one VPC."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        environment.setenv("AWS_ACCESS_KEY_ID", "testing")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        ec2 = boto3.client("ec2", "eu-west-1")
        vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")
        main(["discover", "--region", "eu-west-1", "--json"])
    printed: dict[str, Any] = json.loads(capfd.readouterr().out)
    return printed


def test_every_shape_is_as_documented(printed: dict[str, Any]) -> None:
    assert set(_SHAPES) == set(printed)
    for name, documented in _SHAPES.items():
        assert _shape(printed[name]) == _shape(documented), name
        assert ("findings" in printed[name]) == ("findings" in documented)


def test_the_documented_values_are_the_four_region_networks(printed: dict[str, Any]) -> None:
    documented, plan = _SHAPES["plan"], printed["plan"]
    assert documented["gateways"][0]["tunnels"][0] == plan["gateways"][0]["tunnels"][0]
    for key in ("network", "hub"):
        assert documented[key] == plan[key]
    for key in ("sites", "overlaps", "translations"):
        assert documented[key][0] == plan[key][0]
    assert _SHAPES["finding"]["message"] == printed["finding"]["message"]


def test_the_documented_trace_is_the_four_region_networks(printed: dict[str, Any]) -> None:
    documented, traced = _SHAPES["trace"], printed["trace"]
    for key in ("ok", "from", "to", "protocol", "port"):
        assert documented[key] == traced[key]
    for leg in ("there", "back"):
        assert documented["ways"][0][leg][0] == traced["ways"][0][leg][0]
