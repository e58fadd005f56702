"""The commands as their users meet them: what they write, print and return."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
import pytest

from landbridge.cli import app, main
from landbridge.intent.templates import EXAMPLES

FOUR_REGIONS = "examples/four-regions.yaml"
ACQUISITION = "examples/acquisition.yaml"


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "landbridge", *words], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_init_writes_a_network_that_can_be_planned(tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--example", name, str(tmp_path / "new")]) == 0
    file = tmp_path / "new" / "network.yaml"
    assert f"{name}.yaml" not in file.read_text()
    assert main(["plan", str(file)]) == 0
    out, err = capfd.readouterr()
    assert "Translations" in out
    assert err == ""


def test_init_overwrites_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "network.yaml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert (tmp_path / "network.yaml").read_text() == "mine"
    assert "is there already, and init overwrites nothing. Name another folder" in capfd.readouterr().err


def test_init_does_not_write_through_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "network.yaml").symlink_to(tmp_path / "elsewhere")
    assert main(["init", str(tmp_path)]) == 2
    assert not (tmp_path / "elsewhere").exists()


def test_schema_prints_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capfd.readouterr().out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_plan_json_has_the_documented_shape(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", FOUR_REGIONS, "--json"]) == 0
    plan = json.loads(capfd.readouterr().out)
    translations = [{key: one[key] for key in ("site", "local", "global", "pinned")} for one in plan["translations"]]
    assert translations == [
        {"site": "singapore", "local": "172.88.88.0/24", "global": "10.0.1.0/24", "pinned": True},
        {"site": "virginia", "local": "172.88.88.0/24", "global": "192.168.1.0/24", "pinned": True},
    ]
    singapore = plan["gateways"][0]
    assert (singapore["name"], singapore["site"], singapore["asn"]) == ("singapore-a", "singapore", 65400)
    assert [(one["name"], one["inside"]) for one in singapore["tunnels"]] == [
        ("singapore-a-1", "169.254.12.76/30"),
        ("singapore-a-2", "169.254.14.212/30"),
    ]
    assert {finding["code"] for finding in plan["findings"]} == {"public-address"}
    assert set(plan["findings"][0]) == {"code", "severity", "message", "where", "remedy", "trace"}


def test_plan_tells_what_aws_would_create_or_why_it_cannot(capfd: pytest.CaptureFixture[str]) -> None:
    def deployment(*words: str) -> dict[str, Any]:
        assert main(["plan", FOUR_REGIONS, *words, "--json"]) == 0
        found: dict[str, Any] = json.loads(capfd.readouterr().out)["deployment"]
        return found

    refused = deployment()
    assert (refused["stacks"], refused["compared_with"], len(refused["why_not"])) == ([], None, 1)
    assert "release 1.1 reads no user data" in refused["why_not"][0]
    made = deployment("--release", "1.4")
    assert Counter(one["kind"] for one in made["stacks"]) == {"base": 4, "heal": 3, "hub": 1, "edge": 3, "vpn": 3, "gateways": 3}
    assert {one["action"] for one in made["stacks"]} == {"create"}
    assert all(one["resources"] for one in made["stacks"])
    assert main(["plan", FOUR_REGIONS, "--release", "1.4"]) == 0
    assert "On AWS  17 stacks with " in capfd.readouterr().out
    assert main(["plan", FOUR_REGIONS]) == 0
    assert "On AWS  It can't be deployed as it is." in capfd.readouterr().out
    assert main(["plan", FOUR_REGIONS, "--aws", "--sandbox"]) == 2
    assert "different places" in capfd.readouterr().err


def test_errors_are_json_too_where_json_is_asked_for(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "network.yaml").write_text("version: 9\n")
    assert main(["plan", str(tmp_path / "network.yaml"), "--json"]) == 2
    out, err = capfd.readouterr()
    findings = json.loads(out)["findings"]
    assert [one["where"]["path"] for one in findings] == ["version", "network", "hubs"]
    assert "version: 9 isn't a known version" in err


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("file", [FOUR_REGIONS, ACQUISITION])
def test_plan_is_readable_at_this_width(file: str, columns: int) -> None:
    lines = _run("plan", file, COLUMNS=str(columns)).stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert not [line for line in lines if line != line.rstrip()]
    for heading in ("Overlaps", "Translations", "Sites", "Tunnels"):
        assert [line for line in lines if line.startswith(heading)]
    for row in (line for line in lines if "169.254." in line):
        assert len(row.split()) >= 5, "a tunnel takes one line"


def test_plan_is_plain_where_nobody_sees_colours() -> None:
    assert "\x1b" not in _run("plan", FOUR_REGIONS).stdout


def test_plan_writes_nothing(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    main(["plan", str(tmp_path / "network.yaml")])
    assert [one.name for one in tmp_path.iterdir()] == ["network.yaml"]


def test_render_writes_the_lock_once_and_the_artifacts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", "--example", "acquisition", str(tmp_path)])
    file, lock, out = tmp_path / "network.yaml", tmp_path / "landbridge.lock.yaml", tmp_path / "build"
    assert main(["render", str(file), "--out", str(out)]) == 0
    assert len(list((out / "routers").glob("*.set"))) == 15
    assert (out / "manifest.yaml").is_file()
    assert f"Wrote {lock}" in capfd.readouterr().out
    before = lock.stat().st_mtime_ns
    assert main(["render", str(file), "--out", str(out)]) == 0
    assert lock.stat().st_mtime_ns == before
    assert f"Kept {lock}" in capfd.readouterr().out


def test_render_json_says_what_was_written(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", "--example", "four-regions", str(tmp_path)])
    capfd.readouterr()
    assert main(["render", str(tmp_path / "network.yaml"), "--out", str(tmp_path / "build"), "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["lock"] == {"file": str(tmp_path / "landbridge.lock.yaml"), "changed": True}
    assert "routers/singapore-a.set" in said["files"]
    assert all((tmp_path / "build" / name).is_file() for name in said["files"])


def test_render_for_another_release_leaves_the_file_alone(tmp_path: Path) -> None:
    main(["init", "--example", "four-regions", str(tmp_path)])
    file = tmp_path / "network.yaml"
    assert main(["render", str(file), "--out", str(tmp_path / "old")]) == 0
    assert main(["render", str(file), "--out", str(tmp_path / "new"), "--release", "1.4"]) == 0
    text = "routers/singapore-a.set"
    assert (tmp_path / "old" / text).read_text() != (tmp_path / "new" / text).read_text()


def test_render_writes_stacks_of_what_can_be_deployed_and_says_why_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", "--example", "four-regions", str(tmp_path)])
    words = ["render", str(tmp_path / "network.yaml"), "--out", str(tmp_path / "build")]
    assert main([*words, "--release", "1.4"]) == 0
    stacks = sorted(path.name for path in (tmp_path / "build/stacks").iterdir())
    assert "us-west-2-oregon-hub.yaml" in stacks
    assert "ap-southeast-1-singapore-gateways.yaml" in stacks
    assert f"3 routers' commands and {len(stacks)} stacks" in capfd.readouterr().out
    assert main([*words, "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert not [name for name in said["files"] if name.startswith("stacks/")]
    (why,) = [finding for finding in said["findings"] if finding["code"] == "release"]
    assert why["severity"] == "note"
    assert why["message"].startswith("there are no stacks: singapore-a, virginia-a, frankfurt-a: release 1.1 reads no user data")
    assert not (tmp_path / "build/stacks").exists()


def test_render_without_what_writes_stacks_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["init", str(tmp_path)])
    for name in [name for name in sys.modules if name.startswith(("troposphere", "landbridge.aws.stacks"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "troposphere", None)
    assert main(["render", str(tmp_path / "network.yaml"), "--out", str(tmp_path / "build")]) == 0
    assert "pip install 'landbridge[aws]'" in capfd.readouterr().out
    assert (tmp_path / "build/manifest.yaml").is_file()


@pytest.mark.parametrize("release", ["9.9", "$(reboot)", ""])
def test_render_for_no_release_is_refused_and_writes_nothing(tmp_path: Path, release: str, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    assert main(["render", str(tmp_path / "network.yaml"), "--out", str(tmp_path / "build"), "--release", release]) == 2
    assert "there is no release" in capfd.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["network.yaml"]


def test_render_forgets_only_what_the_lock_knows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    file, lock = tmp_path / "network.yaml", tmp_path / "landbridge.lock.yaml"
    words = ["render", str(file), "--out", str(tmp_path / "build")]
    main(words)
    assert main([*words, "--forget", "atlantis"]) == 2
    assert "holds nothing for 'atlantis'. It knows dublin, tokyo." in capfd.readouterr().err
    text = file.read_text()
    file.write_text(text[: text.index("  tokyo:")] + text[text.index("# How gateways") :])
    assert main(words) == 0
    assert "tokyo" in lock.read_text(), "what a removed site held stays reserved"
    assert main([*words, "--forget", "tokyo"]) == 0
    assert "tokyo" not in lock.read_text()


def test_render_will_not_replace_a_folder_of_other_things(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path)])
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear")
    assert main(["render", str(tmp_path / "network.yaml"), "--out", str(precious)]) == 2
    assert (precious / "letter.txt").read_text() == "dear"
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("words", [["plna"], ["plan", "--jsn"], ["render"], ["init", "--example", "mars"], []])
def test_wrong_usage_is_exit_status_2(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Usage:" in capfd.readouterr().err


def test_a_mistyped_command_is_guessed(capfd: pytest.CaptureFixture[str]) -> None:
    main(["rendr"])
    assert "Did you mean 'render'?" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["init", "schema", "plan", "render"])
def test_the_help_of_a_command_has_its_exit_statuses(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert "Exit status:" in capfd.readouterr().out


def test_help_imports_nothing_that_takes_time() -> None:
    seen = "import sys; from landbridge.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    modules = set(done.stdout.splitlines()[-1].split())
    assert not modules & {"pydantic", "rich", "jinja2", "yaml", "asyncio", "landbridge.intent", "landbridge.design"}


def test_version(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capfd.readouterr().out.startswith("landbridge, version ")


def _replace_schema(monkeypatch: pytest.MonkeyPatch, raised: BaseException) -> None:
    @click.command()
    def stand_in() -> None:
        raise raised

    monkeypatch.setattr("landbridge.cli.schema.schema", stand_in)


def test_an_interrupt_is_exit_status_130_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    _replace_schema(monkeypatch, KeyboardInterrupt())
    assert main(["schema"]) == app.INTERRUPTED == 130
    assert "Traceback" not in capfd.readouterr().err


def test_a_bug_is_one_line_that_says_how_to_report_it(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    _replace_schema(monkeypatch, ZeroDivisionError("oh\x1b[31m"))
    monkeypatch.delenv("LANDBRIDGE_DEBUG", raising=False)
    assert main(["schema"]) == 2
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert err.startswith("landbridge: this is a bug in landbridge: ZeroDivisionError at test_commands.py:")
    assert "LANDBRIDGE_DEBUG=1" in err
    assert "\x1b" not in err


def test_a_bugs_traceback_is_there_for_who_asks(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    _replace_schema(monkeypatch, ZeroDivisionError())
    monkeypatch.setenv("LANDBRIDGE_DEBUG", "1")
    main(["schema"])
    assert "Traceback" in capfd.readouterr().err


def test_a_reader_that_goes_away_is_no_error() -> None:
    done = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -m landbridge schema | head -n 1; echo "${{PIPESTATUS[0]}}"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["{", "0"]
    assert done.stderr == ""


def test_a_file_name_that_is_not_utf8_is_no_bug() -> None:
    done = subprocess.run([sys.executable.encode(), b"-m", b"landbridge", b"plan", b"caf\xe9.yaml"], capture_output=True, check=False)
    assert done.returncode == 2
    assert b"there is no such file" in done.stderr
