"""What is deployed to the embedded AWS carries packets, tells AWS how it is, and follows whoever calls."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from landbridge.lab.cache import cache_folder
from landbridge.sandbox import environment
from tests.sandbox.following.followed import HUB_REGION, Followed, until

pytestmark = pytest.mark.lab


def test_the_four_regions_deployed_by_their_stacks_pass_every_probe(followed: Followed) -> None:
    probes = followed.ready["probes"]
    assert followed.ready["ok"]
    assert len(probes) == 2 * 146
    by_pair = {(probe["from"], probe["to"], probe["protocol"]): probe for probe in probes}
    talk = by_pair["singapore-4", "virginia-4", "tcp"]
    assert (talk["address"], talk["seen"]) == ("192.168.1.10", "10.0.1.10")
    assert "172.88.88.10/32" in followed.shell("singapore-4", "ip address")
    assert "172.88.88.10/32" in followed.shell("virginia-4", "ip address")


def test_aws_tells_of_tunnels_and_routes_what_the_lab_has(followed: Followed) -> None:
    for site in followed.planned.sites:
        assert followed.telemetry(site.gateways[0].name) == ["UP", "UP"]
    announced = {str(subnet.global_) for site in followed.planned.sites for subnet in site.subnets}
    assert {"10.0.1.0/24", "192.168.1.0/24"} <= announced
    assert announced <= followed.learnt()
    metrics = followed.client("cloudwatch", HUB_REGION).list_metrics(Namespace="AWS/VPN", MetricName="TunnelState")["Metrics"]
    assert len({one["Value"] for metric in metrics for one in metric["Dimensions"] if one["Name"] == "TunnelIpAddress"}) == 6
    alarms = followed.client("cloudwatch", HUB_REGION).describe_alarms()["MetricAlarms"]
    assert alarms
    assert until(
        lambda: {one["StateValue"] for one in followed.client("cloudwatch", HUB_REGION).describe_alarms()["MetricAlarms"]} == {"OK"}, 10
    )


def test_packets_feel_a_call_within_a_second(followed: Followed) -> None:
    gateway = followed.gateway("singapore-a")
    assert gateway.instance is not None
    ec2 = followed.client("ec2", gateway.place.region)
    felt = []
    for on in (True, False) * 3:
        ec2.modify_network_interface_attribute(NetworkInterfaceId=gateway.instance.interface, SourceDestCheck={"Value": on})
        began = time.monotonic()
        asked: dict[str, Any] = {"from": "singapore-4", "to": "virginia-4", "protocols": ["icmp"], "seconds": 0.1}
        assert until(lambda now=on, asked=asked: followed.ask("probe", **asked)["ok"] is not now, 5)  # type: ignore[misc]
        felt.append(time.monotonic() - began)
    assert statistics.median(felt) < 1, felt


@pytest.fixture(scope="session")
def aws() -> Path:
    """The AWS CLI, newest, in a virtual environment of its own in the cache folder; it is no dependency of anything here."""
    home = cache_folder() / "awscli"
    program = home / "bin" / "aws"
    if not program.exists():
        # With our own pip: Debian's Python has none to give to a new environment.
        pip = (sys.executable, "-m", "pip", "--python", home, "install", "--quiet", "awscli")
        for command in ((sys.executable, "-m", "venv", "--clear", "--without-pip", home), pip):
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
            if done.returncode:
                pytest.skip(f"the AWS CLI can't be had here: {done.stderr.strip().splitlines()[-1:]}")
    return program


def test_the_aws_cli_sees_what_is_there_and_what_it_changes_packets_feel(followed: Followed, aws: Path) -> None:
    def run(*words: str, region: str = HUB_REGION) -> Any:  # noqa: ANN401 - JSON
        environ = {**os.environ, **environment(followed.emulator), "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        done = subprocess.run(
            [aws, *words, "--region", region, "--output", "json"], env=environ, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    stacks = run("cloudformation", "describe-stacks", "--query", "Stacks[].StackStatus")
    assert set(stacks) == {"CREATE_COMPLETE"}
    status = run("ec2", "describe-vpn-connections", "--query", "VpnConnections[].VgwTelemetry[].Status")
    assert status == ["UP"] * 6
    gateway = followed.gateway("frankfurt-a")
    assert gateway.instance is not None
    where = ("--instance-id", gateway.instance.id)
    run("ec2", "modify-instance-attribute", *where, "--source-dest-check", region=gateway.place.region)
    expected = followed.of("frankfurt")
    assert followed.bad_becomes(expected, 10) == expected
    run("ec2", "modify-instance-attribute", *where, "--no-source-dest-check", region=gateway.place.region)
    assert followed.bad_becomes(set(), 10) == set()
