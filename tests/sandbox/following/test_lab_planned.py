"""Planned changes to a pair that carries packets: stacks, Lambda, scripts and tunnels as deployed, and traffic all the while."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from landbridge import sandbox
from landbridge.cli import main
from landbridge.lab import launching

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("root")]

NETWORK = """
version: 1
network: {name}
hubs:
  ohio: {{region: us-east-2}}
sites:
  tokyo:
    region: ap-northeast-1
    vpc: {{cidrs: [10.0.0.0/16], subnets: [{{cidr: 10.0.0.0/24, zone: a}}, {{cidr: 10.0.1.0/24, zone: c}}]}}
  mumbai:
    region: ap-south-1
    vpc: {{cidrs: [10.0.0.0/16], subnets: [{{cidr: 10.0.0.0/24, zone: a}}]}}
    gateway: {{availability: single}}
defaults:
  gateway: {{release: "1.4", image: {{owner: aws-marketplace, name: "VyOS 1.4*"}}, instance_type: c6in.large}}
"""
FROM, TO = "tokyo-1", "mumbai-1"


@dataclass(frozen=True)
class Lab:
    name: str
    file: str

    def ask(self, operation: str, **words: Any) -> Any:  # noqa: ANN401 - each operation's own
        return launching.ask(self.name, {"op": operation, **words})

    def run(self, capfd: pytest.CaptureFixture[str], command: str, *words: str) -> tuple[int, Any]:
        """What a command says, under traffic; and what that lost."""
        self.ask("traffic", **{"from": FROM, "to": TO, "interval_ms": 20})
        capfd.readouterr()
        status = main([command, self.file, *words, "--sandbox", "--yes", "--json"])
        said = json.loads(capfd.readouterr().out)
        felt = self.ask("traffic-end")
        return status, {**said, "felt": felt}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    name = f"planned-{os.getpid()}"
    path: Path = tmp_path_factory.mktemp("planned") / "network.yaml"
    path.write_text(NETWORK.format(name=name))
    try:
        assert main(["lab", "follow", str(path), "--boot-time", "3"]) == 0
        assert main(["deploy", str(path), "--sandbox", "--yes"]) == 0
        yield Lab(name, str(path))
    finally:
        if name in launching.names():
            launching.take_down(name)
        sandbox.reset(sandbox.folder_of(name))


def until(true: Callable[[], bool], seconds: float = 60.0) -> bool:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.3)
    return found


def longest(felt: Any) -> float:  # noqa: ANN401
    """The longest time that a direction lost everything."""
    return max(((end or way["last"]) - begin for way in felt["ways"] for begin, end, _ in way["gaps"]), default=0.0)


def heard(lab: Lab) -> bool:
    """Whether both gateways of the pair have said who is active, and are at one with the routes."""
    return bool(lab.ask("status")["pairs"][0]["settled"])


def test_a_planned_switch_is_felt_for_less_than_a_second_and_the_connection_goes_on(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    assert until(lambda: heard(lab))
    status, said = lab.run(capfd, "failover", "tokyo")
    assert (status, said["findings"]) == (0, []), said
    assert said["switched"]
    assert longest(said["felt"]) < 1.0, said["felt"]
    assert said["felt"]["connection"]["alive"]


def test_new_keys_come_to_all_tunnels_while_traffic_goes_on(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    status, said = lab.run(capfd, "rotate-keys", "tokyo", "--wait", "90")
    assert (status, said["findings"]) == (0, []), said
    assert [one["did"] for one in said["tunnels"]] == ["rotated"] * 4
    assert longest(said["felt"]) < 1.0, said["felt"]
    assert said["felt"]["connection"]["alive"]
    assert until(lambda: lab.ask("status")["ok"])


def test_both_gateways_of_a_pair_are_replaced_while_traffic_goes_on(lab: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    status, said = lab.run(capfd, "upgrade", "tokyo", "--replace", "--wait", "150")
    assert (status, [one["message"] for one in said["findings"]]) == (0, []), said
    assert [one["did"] for one in said["gateways"]] == ["replaced", "replaced"]
    assert longest(said["felt"]) < 1.0, said["felt"]
    assert said["felt"]["connection"]["alive"]
