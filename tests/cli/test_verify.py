"""`landbridge verify`, as its users meet it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from landbridge.cli import main


@pytest.fixture
def file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> str:
    main(["init", "--example", "four-regions", str(tmp_path)])
    capfd.readouterr()
    return str(tmp_path / "network.yaml")


@pytest.fixture
def build(file: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    main(["render", file, "--out", str(tmp_path / "build")])
    capfd.readouterr()
    return tmp_path / "build"


def _without(build: Path, gateway: str, words: str) -> None:
    """Take the lines with some words out of a router's text."""
    text = build / "routers" / f"{gateway}.set"
    text.write_text("".join(line for line in text.read_text().splitlines(keepends=True) if words not in line))


def test_a_right_network_is_proved_in_a_line_after_its_warnings(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", file]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert re.fullmatch(
        r"✓ four-regions: every host reaches every other, both ways: 146 of 146 pairs; [1-9]\d* failures considered; 7 warnings", lines[-1]
    )
    assert set(re.findall(r"\[([a-z-]+)\]$", out, re.MULTILINE)) == {"public-address", "single-point-of-failure"}


def test_what_is_not_so_is_exit_status_1_with_the_packet(build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _without(build, "virginia-a", "nat destination")
    assert main(["verify", "--artifacts", str(build)]) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("error: ")
    assert [line for line in lines if line.startswith("    ")], "the counterexample stands below"
    assert lines[-1].startswith("✗ four-regions: ")


def test_json_says_the_same(build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--artifacts", str(build), "--json", "--no-failures"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert (said["ok"], said["pairs"], said["failures_considered"]) == (True, 146, 0)
    assert {one["code"] for one in said["findings"]} == {"public-address", "single-point-of-failure"}
    assert {one["where"]["file"] for one in said["findings"]} == {f"{build}/manifest.yaml"}
    _without(build, "virginia-a", "nat destination")
    assert main(["verify", "--artifacts", str(build), "--json", "--no-failures"]) == 1
    said = json.loads(capfd.readouterr().out)
    assert not said["ok"]
    assert next(one["trace"] for one in said["findings"] if one["severity"] == "error")


@pytest.mark.parametrize("release", ["1.2", "1.3", "1.4", "1.5"])
def test_any_release_line_is_verified(file: str, release: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", file, "--release", release]) == 0, capfd.readouterr()


def test_nothing_is_written(file: str, tmp_path: Path) -> None:
    main(["verify", file])
    assert [one.name for one in tmp_path.iterdir()] == ["network.yaml"]


def test_an_accepted_warning_is_a_note_with_its_reason(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    accept = 'accept: [{code: single-point-of-failure, where: virginia, reason: "a spare is bought"}]\n'
    Path(file).write_text(Path(file).read_text() + accept)
    assert main(["verify", file, "--json"]) == 0
    said = json.loads(capfd.readouterr().out)["findings"]
    notes = [one["message"] for one in said if one["severity"] == "note"]
    assert len(notes) == 1
    assert notes[0].startswith("virginia has one gateway")
    assert notes[0].endswith("Accepted: a spare is bought")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("remove", "virginia-a.set is missing"),
        ("empty", "is empty"),
        ("truncate", "virginia-a.set"),
        ("garble", "virginia-a.set:"),
    ],
)
def test_artifacts_that_cannot_be_read_are_exit_status_2(build: Path, spoil: str, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    text = build / "routers" / "virginia-a.set"
    whole = text.read_text()
    if spoil == "remove":
        text.unlink()
    else:
        text.write_text({"empty": "", "truncate": whole[: len(whole) // 2], "garble": f"{whole}set 'unclosed\n"}[spoil])
    assert main(["verify", "--artifacts", str(build)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_artifacts_have_a_release_already(build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--artifacts", str(build), "--release", "1.4"]) == 2
    assert "Leave --release out." in capfd.readouterr().err


def test_a_missing_folder_says_how_to_make_one(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--artifacts", str(tmp_path / "nowhere")]) == 2
    assert "landbridge render" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["verify", "trace"])
def test_the_help_has_its_exit_statuses_and_examples(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    out = capfd.readouterr().out
    assert "Exit status:" in out
    assert "Examples:" in out
