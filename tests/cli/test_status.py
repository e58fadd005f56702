"""`landbridge status` where it can't be asked. What it says of a deployed network is in tests/aws/status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landbridge import sandbox
from landbridge.cli import main


@pytest.fixture
def file(tmp_path: Path) -> str:
    assert main(["init", "--example", "four-regions", str(tmp_path)]) == 0
    return str(tmp_path / "network.yaml")


def test_what_is_not_deployed_is_said_with_the_way_out(file: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "sandbox"
    running = sandbox.start(state, idle=60)
    try:
        capfd.readouterr()
        assert main(["status", file, "--endpoint", running.endpoint, "--release", "1.4", "--json"]) == 2
    finally:
        sandbox.stop(state)
    said = capfd.readouterr()
    (finding,) = json.loads(said.out)["findings"]
    assert (finding["code"], finding["message"]) == ("stack", "the network four-regions isn't deployed here.")
    assert "landbridge deploy" in finding["remedy"]


def test_an_aws_that_does_not_answer_is_said_once(file: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("landbridge.aws.calling.cloud.PAUSES_S", ())
    monkeypatch.setattr("landbridge.aws.calling.cloud.Cloud.__init__.__defaults__", (None, None, lambda _: None, (), None))
    monkeypatch.setattr("landbridge.aws.calling.sessions.ATTEMPTS", 1)
    assert main(["status", file, "--endpoint", "http://127.0.0.1:1", "--release", "1.4"]) == 2
    said = capfd.readouterr().err
    assert "AWS can't be reached" in said
    assert "Traceback" not in said


def test_an_old_release_and_two_places_are_refused(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["status", file, "--release", "1.1", "--sandbox"]) == 2
    assert "release 1.1 reads no user data" in capfd.readouterr().err
    assert main(["status", file, "--release", "1.4", "--sandbox", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "two places" in capfd.readouterr().err
