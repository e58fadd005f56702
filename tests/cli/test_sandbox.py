"""`landbridge sandbox`: the embedded AWS by itself, and what is said where it doesn't start."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest

from landbridge.cli import main
from landbridge.sandbox import folder_of, stop


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    yield
    stop(folder_of("tried"))


def test_a_client_takes_the_environment_that_start_prints_and_what_it_makes_outlives_the_process(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["sandbox", "status", "tried"]) == 1
    assert main(["sandbox", "start", "tried", "--idle", "120"]) == 0
    for line in capfd.readouterr().out.splitlines()[1:]:
        name, _, value = line.removeprefix("export ").partition("=")
        monkeypatch.setenv(name, value)
    made = boto3.session.Session().client("ec2", "us-west-2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert main(["sandbox", "start", "tried", "--quotas", "raised", "--json"]) == 0
    said = capfd.readouterr()
    assert "runs already" in said.err
    shown = json.loads(said.out)
    assert (shown["name"], shown["running"], shown["environment"]["AWS_ENDPOINT_URL"]) == ("tried", True, shown["endpoint"])
    assert main(["sandbox", "stop", "tried"]) == 0
    assert main(["sandbox", "start", "tried", "--idle", "120"]) == 0
    found = boto3.session.Session().client("ec2", "us-west-2").describe_vpcs(VpcIds=[made])["Vpcs"]
    assert len(found) == 1
    assert main(["sandbox", "reset", "tried", "--yes"]) == 0
    assert not folder_of("tried").exists()
    assert main(["sandbox", "stop", "tried"]) == 0
    assert "doesn't run" in capfd.readouterr().out


def test_a_state_of_another_version_is_left_alone_until_it_is_given_up(capfd: pytest.CaptureFixture[str]) -> None:
    folder = folder_of("tried")
    folder.mkdir(parents=True)
    state = folder / "state.pickle"
    state.write_bytes(b"landbridge sandbox 1, moto 4.0\n...")
    assert main(["sandbox", "start", "tried"]) == 2
    said = capfd.readouterr().err
    assert "can't be taken up again: the state is of landbridge sandbox 1, moto 4.0; this is " in said
    assert "`landbridge sandbox reset tried`" in said
    assert "Traceback" not in said
    assert state.read_bytes() == b"landbridge sandbox 1, moto 4.0\n..."
    assert main(["sandbox", "reset", "tried", "--yes"]) == 0
    assert main(["sandbox", "start", "tried", "--idle", "120"]) == 0


def test_a_folder_that_cant_be_used_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert main(["sandbox", "start", "tried"]) == 2
    said = capfd.readouterr().err
    assert "can't use its folder" in said
    assert "LANDBRIDGE_CACHE" in said
    (tmp_path / "cache").unlink()


def test_a_name_is_a_name(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "reset", "../tried", "--yes"]) == 2
    assert "can't be a sandbox's name" in capfd.readouterr().err
