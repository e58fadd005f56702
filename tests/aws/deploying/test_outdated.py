"""Gateways that run another image or type than their stack says: deploying tells them, and replaces none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.calling import Place
from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.deploying import deploy
from landbridge.aws.deploying.outdated import Make, Outdated
from landbridge.aws.deploying.pushing import Unreal
from landbridge.aws.deploying.values import _image
from landbridge.aws.model import Account, Image
from landbridge.cli import main
from landbridge.sandbox import Sandbox
from tests.aws.deploying.whole import EAST, SITE, bring, client, cloud, eventually, ground, means, network


def of(release: str, **more: str) -> dict[str, Any]:
    owned = {"owner": "679593333241", "name": f"VyOS {release}*"}
    return network(singapore={**SITE, "gateway": {"availability": "single", "release": release, "image": owned, **more}})


def instance(sandbox: Sandbox) -> dict[str, Any]:
    """The one that serves."""
    found = client(sandbox, "ec2").describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    return next((one for reservation in found["Reservations"] for one in reservation["Instances"]), {})


def test_another_image_or_type_is_told_and_the_router_stays_until_it_is_replaced(
    sandbox: Sandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bring(sandbox, ground(tmp_path, of("1.3")), Unreal())
    first = eventually(lambda: instance(sandbox))
    wanted = ground(tmp_path, of("1.4", instance_type="c6in.xlarge"))
    shown = changes(cloud(sandbox), wanted, 0.05)
    (change,) = shown.changes
    assert (change.kind, change.action, "Image" in change.parameters) == ("gateways", "update", True)
    (said,) = shown.findings
    assert (said.code, said.severity.value) == ("outdated", "warning")
    (image,) = newest(sandbox, "VyOS 1.4*")
    assert said.message == (
        f"singapore-a runs {first['ImageId']} and c6in.large, and its stack says {image} and c6in.xlarge: "
        "what runs isn't replaced by deploying."
    )
    assert "`landbridge upgrade`" in (said.remedy or "")

    done = deploy(wanted, means(sandbox, Unreal()), shown)
    assert (done.ok, done.findings) == (True, (said,))
    assert instance(sandbox)["InstanceId"] == first["InstanceId"]
    assert changes(cloud(sandbox), wanted, 0.05).findings == (said,), "it is said until it is done"
    capfd.readouterr()
    main(["status", str(tmp_path / "network.yaml"), "--endpoint", sandbox.endpoint, "--no-drift", "--json"])
    assert said.as_json() in json.loads(capfd.readouterr().out)["findings"]

    client(sandbox, "ec2").terminate_instances(InstanceIds=[first["InstanceId"]])
    assert eventually(lambda: instance(sandbox).get("InstanceType") == "c6in.xlarge")
    last = changes(cloud(sandbox), wanted, 0.05)
    assert (last.changes, last.findings) == ((), ())


def newest(sandbox: Sandbox, name: str) -> list[str]:
    found = client(sandbox, "ec2").describe_images(Filters=[{"Name": "name", "Values": [name]}])["Images"]
    return [one["ImageId"] for one in found]


def test_an_image_stays_chosen_only_as_long_as_it_is_one_of_those_that_are_named(sandbox: Sandbox) -> None:
    there = Place(Account("default"), EAST)
    (old,), (new,) = newest(sandbox, "VyOS 1.3*"), newest(sandbox, "VyOS 1.4*")

    def chosen(name: str, before: str | None) -> str:
        return _image(cloud(sandbox), there, Image("679593333241", name), before)

    assert chosen("VyOS 1.*", old) == old, "a newer one replaces none"
    assert chosen("VyOS 1.4*", old) == new, "another name does"
    assert chosen("VyOS 1.4*", "ami-0123456789abcdef0") == new, "one that was withdrawn can launch nothing any more"
    assert chosen("Other*", old) == old, "where there is none at all, what was chosen stays"


@pytest.mark.parametrize(
    ("runs", "wants", "leaves", "says"),
    [
        (Make("ami-1", "c6in.large"), Make("ami-2", "c6in.large"), True, "runs ami-1, and its stack says ami-2:"),
        (Make("ami-1", "c6in.large"), Make("ami-1", "c6in.xlarge"), False, "runs c6in.large, and its stack says c6in.xlarge:"),
    ],
)
def test_only_what_differs_is_said(runs: Make, wants: Make, leaves: bool, says: str) -> None:
    one = Outdated("paris-a", Place(Account("default"), EAST), "i-1", runs, wants)
    assert (one.leaves, says in one.finding().message) == (leaves, True)
