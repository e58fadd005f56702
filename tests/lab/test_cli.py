"""`landbridge lab …` with nobody, or a stand-in, at the other end: what is printed, and the exit status."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from landbridge.cli import main
from landbridge.cli.lab import lab
from landbridge.findings import LandbridgeError, error
from landbridge.lab import launching
from landbridge.lab.wireformat import Message

FOUR_REGIONS = "examples/four-regions.yaml"
DOCUMENTED: dict[str, Any] = {
    name: json.loads(text)
    for name, text in re.findall(
        r"<!-- shape: ([\w ,]+) -->\n(.*?)<!-- end -->", Path("docs/lab.md").read_text(encoding="utf-8"), re.DOTALL
    )
}
QUESTIONS = {
    "status": ["status"],
    "probe": ["probe"],
    "exec": ["exec", "singapore-a", "--", "true"],
    "capture": ["capture", "singapore-a", "nowhere.pcap"],
    "fail": ["fail", "singapore-a-1"],
    "mend": ["mend"],
    "down": ["down"],
}

Said = pytest.CaptureFixture[str]
StandIn = Callable[[Message], list[Message]]


@pytest.fixture
def no_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "names", list)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The only lab that runs answers so; gives what it was asked."""

    def standing(answer: Message) -> list[Message]:
        asked: list[Message] = []

        def ask(name: str, request: Message, tell: object = None) -> Message:  # noqa: ARG001
            asked.append({"lab": name, **request})
            return answer

        monkeypatch.setattr(launching, "names", lambda: ["four-regions"])
        monkeypatch.setattr(launching, "ask", ask)
        return asked

    return standing


@pytest.mark.usefixtures("no_lab")
@pytest.mark.parametrize("command", QUESTIONS)
def test_without_a_lab_every_command_says_so_and_ends_with_2(
    command: str, capfd: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lab", *QUESTIONS[command]]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "no lab is running. Start one with `landbridge lab up`.\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_lab")
@pytest.mark.parametrize("command", QUESTIONS)
def test_a_lab_asked_for_by_a_name_that_none_has_is_named(command: str, capfd: Said) -> None:
    first, *others = QUESTIONS[command]
    assert main(["lab", first, "--name", "nosuch-lab", *others]) == 2
    assert "no lab called nosuch-lab is running. Start it with" in capfd.readouterr().err


@pytest.mark.usefixtures("no_lab")
@pytest.mark.parametrize("command", ["status", "probe", "down"])
def test_a_lab_can_be_named_by_its_network_file(command: str, capfd: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "_address", lambda name: f"\0nowhere/{name}")
    assert main(["lab", command, FOUR_REGIONS]) == 2
    assert "no lab called four-regions is running" in capfd.readouterr().err


@pytest.mark.parametrize("command", QUESTIONS)
def test_of_two_labs_one_must_be_named(command: str, capfd: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "names", lambda: ["one", "two"])
    assert main(["lab", *QUESTIONS[command]]) == 2
    assert capfd.readouterr().err == "several labs are running: one, two. Say which with --name.\n"


@pytest.mark.usefixtures("no_lab")
def test_for_programs_the_reason_is_json_too(capfd: Said) -> None:
    assert main(["lab", "status", "--json"]) == 2
    (finding,) = json.loads(capfd.readouterr().out)["findings"]
    assert (finding["code"], finding["severity"]) == ("lab", "error")


def test_what_a_lab_refuses_is_told_with_its_remedy(capfd: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Message:
        raise LandbridgeError(error("name", "no tunnel or machine of the lab is called 'nosuch'", remedy="There are: singapore-a."))

    monkeypatch.setattr(launching, "names", lambda: ["four-regions"])
    monkeypatch.setattr(launching, "ask", refuse)
    assert main(["lab", "fail", "nosuch"]) == 2
    assert capfd.readouterr().err == "no tunnel or machine of the lab is called 'nosuch'. There are: singapore-a.\n"


@pytest.mark.parametrize(
    ("words", "request_"),
    [
        (["status"], {"op": "status"}),
        (["probe", "--from", "singapore-4", "--to", "virginia", "--protocol", "tcp"],
         {"op": "probe", "from": "singapore-4", "to": "virginia", "protocols": ["tcp"]}),
        (["exec", "singapore-a", "--seconds", "5", "--", "vtysh", "-c", "show ip bgp"],
         {"op": "exec", "name": "singapore-a", "command": ["vtysh", "-c", "show ip bgp"], "seconds": 5.0}),
        (["exec", "singapore-a", "--", "true", "--json"],
         {"op": "exec", "name": "singapore-a", "command": ["true", "--json"], "seconds": 30.0}),
        (["fail", "singapore-a", "--hang"], {"op": "fail", "name": "singapore-a", "hang": True, "delay_ms": 0.0, "loss_percent": 0.0}),
        (["fail", "singapore-a", "--delay", "80", "--loss", "2"],
         {"op": "fail", "name": "singapore-a", "hang": False, "delay_ms": 80.0, "loss_percent": 2.0}),
        (["mend"], {"op": "mend", "name": None}),
        (["mend", "singapore-a"], {"op": "mend", "name": "singapore-a"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_a_command_asks_what_its_words_say(stand_in: StandIn, words: list[str], request_: Message) -> None:
    asked = stand_in(
        {
            "ok": True,
            "faults": {},
            "probes": [],
            "tunnels": [],
            "machines": [],
            "pairs": [],
            "network": "n",
            "status": 0,
            "out": "",
            "err": "",
        }
    )
    assert main(["lab", *words]) == 0
    assert asked == [{"lab": "four-regions", **request_}]


@pytest.mark.parametrize("command", ["status", "probe", "exec", "fail", "mend"])
def test_what_a_lab_answers_is_printed_whole_for_programs(command: str, stand_in: StandIn, capfd: Said) -> None:
    answer = next(shape for name, shape in DOCUMENTED.items() if command in name.split(", ")[-1] or f"lab {command}" in name)
    stand_in(answer)
    first, *others = QUESTIONS[command]
    status = main(["lab", first, "--json", *others])
    assert json.loads(capfd.readouterr().out) == answer
    assert status == (0 if answer.get("ok", True) else 1)


def test_every_command_of_the_lab_has_its_shape_documented() -> None:
    assert {words for name in DOCUMENTED for words in name.split(", ")} == {*(f"lab {name}" for name in lab.commands), "demo"}


@pytest.mark.parametrize(("command", "ok", "status"), [("status", True, 0), ("status", False, 1), ("probe", True, 0), ("probe", False, 1)])
def test_what_is_not_right_ends_with_1(command: str, ok: bool, status: int, stand_in: StandIn, capfd: Said) -> None:
    stand_in({**DOCUMENTED[f"lab {command}"], "ok": ok})
    assert main(["lab", command]) == status
    assert capfd.readouterr().err == ""


def test_a_command_run_in_the_lab_says_what_it_says_and_ends_as_it_ends(stand_in: StandIn, capfd: Said) -> None:
    stand_in({"status": 7, "out": "said\n", "err": "complained\n"})
    assert main(["lab", "exec", "singapore-a", "--", "false"]) == 7
    assert capfd.readouterr() == ("said\n", "complained\n")


def test_a_capture_is_written_as_it_was_taken(stand_in: StandIn, capfd: Said, tmp_path: Path) -> None:
    asked = stand_in({"pcap": base64.b64encode(b"\0packets").decode(), "packets": 34})
    file = tmp_path / "inside.pcap"
    assert main(["lab", "capture", "singapore-a", str(file), "--interface", "vti0", "--seconds", "1", "--json"]) == 0
    assert file.read_bytes() == b"\0packets"
    assert json.loads(capfd.readouterr().out) == {**DOCUMENTED["lab capture"], "file": str(file)}
    assert asked[0]["interface"] == "vti0"


def test_a_capture_that_cannot_be_written_ends_with_2(stand_in: StandIn, capfd: Said, tmp_path: Path) -> None:
    stand_in({"pcap": "", "packets": 0})
    (tmp_path / "file").touch()
    assert main(["lab", "capture", "singapore-a", str(tmp_path / "file/x.pcap"), "--seconds", "1"]) == 2
    said = capfd.readouterr().err
    assert str(tmp_path / "file") in said
    assert "bug in landbridge" not in said


def test_faults_are_listed_or_said_to_be_none(stand_in: StandIn, capfd: Said) -> None:
    stand_in({"faults": {"singapore-a-1": "cut", "virginia-a": "hung"}})
    assert main(["lab", "fail", "virginia-a", "--hang"]) == 0
    assert capfd.readouterr().out == "singapore-a-1: cut\nvirginia-a: hung\n"
    stand_in({"faults": {}})
    assert main(["lab", "mend"]) == 0
    assert capfd.readouterr().out == "Nothing is broken.\n"


def test_a_lab_taken_down_is_named(capfd: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr(launching, "take_down", gone.append)
    assert main(["lab", "down", "--name", "trial", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {**DOCUMENTED["lab down"], "name": "trial"}
    assert gone == ["trial"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["up", "nosuch.yaml"], "nosuch.yaml"),
        (["up", "--artifacts", "nosuch"], "nosuch holds no artifacts"),
        (["up", "--artifacts", "nosuch", "--release", "1.4"], "artifacts are of the release that they were rendered for"),
        (["status", "nosuch.yaml"], "nosuch.yaml"),
        (["exec", "singapore-a"], "Missing argument 'COMMAND...'"),
        (["fail"], "Missing argument 'WHAT'"),
        (["fail", "singapore-a", "--loss", "101"], "--loss"),
        (["probe", "--protocol", "udp"], "--protocol"),
        (["capture", "singapore-a", "x.pcap", "--packets", "0"], "--packets"),
        (["nosuch"], "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_words_end_with_2_and_what_is_wrong(
    words: list[str], said: str, capfd: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lab", *words]) == 2
    err = capfd.readouterr().err
    assert said in err
    assert "bug in landbridge" not in err


@pytest.mark.parametrize("name", sorted(lab.commands))
def test_the_help_of_every_command_says_its_exit_status_and_explains_every_word(name: str, capfd: Said) -> None:
    assert main(["lab", name, "--help"]) == 0
    assert re.search(r"[Ee]xit status", capfd.readouterr().out)
    command = lab.commands[name]
    assert command.short_help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
