"""`landbridge trace`: one packet's way there and back, as its users meet it."""

from __future__ import annotations

import json
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
    """The rendered artifacts, in which virginia translates nothing that comes in."""
    main(["render", file, "--out", str(tmp_path / "build")])
    text = tmp_path / "build" / "routers" / "virginia-a.set"
    text.write_text("".join(line for line in text.read_text().splitlines(keepends=True) if "nat destination" not in line))
    capfd.readouterr()
    return tmp_path / "build"


def _words(line: str) -> list[str]:
    return line.split()


def test_every_rewrite_is_seen_there_and_back(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", file, "singapore-4", "virginia-4"]) == 0
    out, err = capfd.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert lines[0] == "singapore-4 (172.88.88.10) → virginia-4 (192.168.1.10), icmp"
    there, back = lines.index("There"), lines.index("Back")
    rewritten = [_words(line) for line in lines if " * " in line]
    assert [words[:4] for words in rewritten] == [
        ["singapore-a", "10.0.1.10", "*", "192.168.1.10"],
        ["virginia-a", "10.0.1.10", "172.88.88.10", "*"],
        ["virginia-a", "192.168.1.10", "*", "10.0.1.10"],
        ["singapore-a", "192.168.1.10", "172.88.88.10", "*"],
    ]
    assert there < back
    assert [line for line in lines if "routers/singapore-a.set:" in line]
    assert "✓ It arrives, and the reply comes back." in lines


def test_what_does_not_arrive_says_where_and_why(build: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "--artifacts", str(build), "singapore-4", "virginia-4", "--protocol", "tcp", "--port", "443"]) == 1
    out = capfd.readouterr().out
    assert "✗ It doesn't arrive: " in out
    assert f"{build}/routers/virginia-a.set:" in out
    assert "tcp/443" in out


def test_json_has_every_way(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", file, "singapore/172.88.88.10", "192.168.1.10", "--protocol", "tcp", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["from"] == {"name": "singapore/172.88.88.10", "vpc": "singapore", "address": "172.88.88.10"}
    assert said["to"] == {"name": "192.168.1.10", "vpc": "virginia", "address": "192.168.1.10"}
    assert (said["protocol"], said["port"]) == ("tcp", 7)
    assert len(said["ways"]) > 1
    assert all(way["ok"] and way["there"] and way["back"] for way in said["ways"])


@pytest.mark.parametrize(
    ("source", "destination"),
    [
        ("singapore-1", "oregon-2"),
        ("172.88.0.10", "virginia/172.88.88.10"),
        ("oregon-1", "10.0.1.10"),
        ("singapore-4", "singapore-1"),
        ("singapore-4", "172.88.0.99"),
    ],
)
def test_ends_may_be_hosts_and_addresses(file: str, source: str, destination: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", file, source, destination]) == 0, capfd.readouterr()


@pytest.mark.parametrize(
    ("source", "destination", "said"),
    [
        (
            "172.88.88.10",
            "virginia-4",
            "is an address of singapore and of virginia. Say which: singapore/172.88.88.10 or virginia/172.88.88.10.",
        ),
        ("10.0.1.10", "virginia-4", "is what others know singapore/172.88.88.10 by"),
        ("9.9.9.9", "virginia-4", "no VPC has the address 9.9.9.9. Write a host's name, such as oregon-1"),
        ("singapor-4", "virginia-4", "'singapor-4' is neither a host nor an IPv4 address. Did you mean singapore-4?"),
        ("singapore-4", "virgina-4", "Did you mean virginia-4?"),
        ("singapura/172.88.88.10", "virginia-4", "there is no VPC 'singapura'"),
        ("frankfurt/172.88.88.10", "virginia-4", "172.88.88.10 is no address of frankfurt's VPC. It has 172.88.192.0/19."),
        ("singapore-4", "virginia/172.88.140.1", "is in no subnet that others know"),
    ],
)
def test_an_end_that_is_not_there_is_exit_status_2(
    file: str, source: str, destination: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["trace", file, source, destination]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize("words", [["trace"], ["trace", "a"], ["trace", "a", "b", "c", "d"], ["trace", "a", "b", "--port", "7"]])
def test_wrong_usage_is_exit_status_2(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert "Usage:" in capfd.readouterr().err


def test_nothing_is_written(file: str, tmp_path: Path) -> None:
    main(["trace", file, "singapore-4", "virginia-4"])
    assert [one.name for one in tmp_path.iterdir()] == ["network.yaml"]


@pytest.mark.parametrize("columns", ["80", "120"])
def test_it_is_readable_at_this_width(file: str, columns: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    main(["trace", file, "singapore-4", "virginia-4"])
    assert max(map(len, capfd.readouterr().out.splitlines())) <= int(columns)
