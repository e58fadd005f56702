"""`landbridge push`, whole, against a router on loopback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge import artifacts
from landbridge.cli import main
from landbridge.design import Lock, design
from landbridge.intent import load
from landbridge.vyos import fill, placeholders
from tests.vyos.delivery import fake_ssh
from tests.vyos.delivery.fake_router import FakeRouter, stopping

ADDRESSES = {"psk": "liveSecret123", "outside": "52.0.0.1", "eip": "198.51.100.7", "private": "172.88.0.5", "router": "172.88.0.1"}
Push = Callable[..., int]


@pytest.fixture
def router(tmp_path: Path) -> FakeRouter:
    """Singapore's router as it was rendered, with another host name."""
    file = tmp_path / "network.yaml"
    assert main(["init", "--example", "four-regions", str(tmp_path)]) == 0
    text = artifacts.render(design(load(file), Lock()), "1.4").routers["singapore-a"]
    text = fill(text, {name: ADDRESSES[name.partition(":")[0]] for name in placeholders(text)})
    return FakeRouter("1.4", re.sub("host-name .*", "host-name old", text))


@pytest.fixture
def run(router: FakeRouter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401
    monkeypatch.setenv("LANDBRIDGE_SSH_PASSWORD", fake_ssh.PASSWORD)
    with stopping(router), fake_ssh.serving(router) as server:
        known = str(server.known_hosts(tmp_path / "known_hosts"))

        def pushing(*more: str) -> int:
            where = ["--host", "127.0.0.1", "--port", str(server.port), "--known-hosts", known, "--release", "1.4"]
            return main(["push", str(tmp_path / "network.yaml"), "singapore-a", *where, *more])

        yield pushing


def test_a_dry_run_shows_what_differs_and_no_key(run: Push, router: FakeRouter, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("--dry-run") == 0
    said = capfd.readouterr()
    assert "set system host-name singapore-a" in said.out
    assert "liveSecret" not in said.out + said.err
    assert router.running.value("system", "host-name") == "old"


def test_its_json_has_the_documented_shape(run: Push, router: FakeRouter, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert run("--json", "--yes", "--check", "kept") == 0
    printed = json.loads(capfd.readouterr().out)
    page = Path("docs/push.md").read_text(encoding="utf-8")
    documented = json.loads(page.split("<!-- shape: push -->")[1].split("<!-- end -->")[0])
    assert list(printed) == list(documented)
    assert list(printed["tunnels"][0]) == list(documented["tunnels"][0])
    assert (printed["pushed"], printed["confirmed"]) == (True, True)
    assert router.saved.value("system", "host-name") == "singapore-a"
    assert run("--dry-run") == 0
    assert "is as singapore-a should be" in capfd.readouterr().out


def test_another_release_is_refused(run: Push, router: FakeRouter, capfd: pytest.CaptureFixture[str]) -> None:
    router.release = "1.5"
    assert run("--yes") == 2
    assert "runs VyOS 1.5" in capfd.readouterr().err


def test_an_unknown_gateway_is_named(run: Push, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["push", str(tmp_path / "network.yaml"), "nowhere-a", "--host", "127.0.0.1"]) == 2
    assert "there is no gateway 'nowhere-a'" in capfd.readouterr().err
    assert run("--json") == 2
