"""`landbridge deploy` and `destroy`, whole, on the embedded AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landbridge.cli import main
from landbridge.sandbox import folder_of, stop

PAGE = Path("docs/deploy.md").read_text(encoding="utf-8")


def documented(command: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(PAGE.split(f"<!-- shape: {command} -->")[1].split("<!-- end -->")[0])
    return found


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "cache"))
    assert main(["init", "--example", "four-regions", str(tmp_path)]) == 0
    try:
        yield str(tmp_path / "network.yaml")
    finally:
        stop(folder_of("four-regions"))


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    capfd.readouterr()
    status = main([*words, "--sandbox", "--release", "1.4", "--json"])
    return status, json.loads(capfd.readouterr().out)


def test_from_nothing_again_an_edit_and_nothing_left(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    status, shown = run(capfd, "deploy", file)
    assert (status, shown["done"]) == (2, None), "nobody was asked"
    assert {one["action"] for one in shown["plan"]} == {"create"}
    assert "Give --yes" in shown["findings"][0]["remedy"]
    assert not Path(file).with_name("landbridge.lock.yaml").exists()

    status, made = run(capfd, "deploy", file, "--yes")
    assert (status, made["findings"]) == (0, [])
    assert len(made["done"]["created"]) == len(made["plan"]) == len(shown["plan"])
    assert list(made) == list(documented("deploy"))
    assert list(made["plan"][0]) == list(documented("deploy")["plan"][0])
    assert list(made["done"]) == list(documented("deploy")["done"])

    status, again = run(capfd, "deploy", file)
    assert (status, {one["action"] for one in again["plan"]}) == (0, {"keep"})
    assert len(again["done"]["unchanged"]) == len(made["plan"])

    text = Path(file).read_text(encoding="utf-8")
    Path(file).write_text(text + "\ntags: {CostCenter: net}\n" if "\ntags:" not in text else text, encoding="utf-8")
    status, tagged = run(capfd, "deploy", file, "--yes")
    assert status == 0, tagged["findings"]
    assert all(change["change"] in ("modify", "perhaps replace") for one in tagged["plan"] for change in one["resources"])
    assert tagged["done"]["updated"]
    assert not tagged["done"]["created"]

    status, gone = run(capfd, "destroy", file, "--yes", "--release-addresses")
    assert (status, gone["left"], gone["findings"]) == (0, [], [])
    assert list(gone) == list(documented("destroy"))
    assert list(gone["protected"][0]) == list(documented("destroy")["protected"][0])
    assert len(gone["done"]["destroyed"]) == len(made["plan"])


def test_two_places_at_once_and_an_old_release_are_refused(file: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", file, "--release", "1.4", "--sandbox", "--endpoint", "http://127.0.0.1:1"]) == 2
    assert "two places" in capfd.readouterr().err
    assert main(["deploy", file, "--release", "1.1", "--sandbox"]) == 2
    assert "release 1.1 reads no user data" in capfd.readouterr().err
