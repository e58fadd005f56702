"""Routers' drift: what a router runs against the rendered text, and what that breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from landbridge.artifacts import Artifacts, render
from landbridge.aws.status.routerdrift import RouterDrift, compared, router_drift
from landbridge.cli import main
from landbridge.vyos import fill, placeholders
from landbridge.vyos.delivery import ConnectionLostError, Session
from landbridge.vyos.delivery.shell import SshAccess
from landbridge.vyos.text import parse
from tests.design.networks import designed, network, single, site
from tests.vyos.delivery import fake_ssh
from tests.vyos.delivery.fake_router import FakeRouter, stopping

from .conftest import Deployed

KEY = "liveSecretOfTheTunnel"


@cache
def rendered() -> Artifacts:
    sites = {"oslo": site("10.7.0.0/16", "10.7.0.0/24", "10.7.1.0/24"), "lima": single("10.1.0.0/16", "10.1.0.0/24")}
    return render(designed(network(sites)), "1.4")


def values_of(text: str) -> dict[str, str]:
    """An address for each placeholder, and no key."""
    names = sorted(name for name in placeholders(text) if not name.startswith("psk:"))
    return {name: f"192.0.2.{number}" for number, name in enumerate(names, 1)}


def filled(text: str) -> str:
    return fill(text, {**dict.fromkeys(placeholders(text), KEY), **values_of(text)})


def drift(gateway: str, *changes: tuple[str, str]) -> RouterDrift:
    text = rendered().routers[gateway]
    runs = filled(text)
    for old, new in changes:
        assert old in runs
        runs = runs.replace(old, new)
    return compared(gateway, text, values_of(text), parse(runs, "live"))


def test_a_router_that_runs_what_it_should_has_not_drifted_and_its_keys_are_kept() -> None:
    found = drift("oslo-a")
    assert (found.asked, found.changes, found.findings) == (True, (), ())
    assert found.kept == ("psk:oslo-a-1", "psk:oslo-a-2")


@pytest.mark.parametrize("release", ["1.3", "1.4"])
def test_prepends_follow_the_role_and_are_no_drift(release: str) -> None:
    sites = {"oslo": site("10.7.0.0/16", "10.7.0.0/24", "10.7.1.0/24")}
    text = render(designed(network(sites)), release).routers["oslo-b"]
    runs = filled(text)
    line = next(line for line in runs.splitlines() if "prepend" in line)
    twice = line.split("'")[1]
    for other in (line.replace(twice, twice.split()[0]), line.replace(twice, f"{twice} {twice}"), ""):
        assert compared("oslo-b", text, values_of(text), parse(runs.replace(line, other), "live")).changes == ()


def test_what_is_missing_changed_and_added_is_told_and_no_key_with_it() -> None:
    network_ = "set protocols bgp address-family ipv4-unicast network 10.1.0.0/24"
    found = drift(
        "lima-a",
        ("set system host-name 'lima-a'", "set system host-name 'old'"),
        (network_, f"{network_}\nset protocols bgp address-family ipv4-unicast network 10.99.0.0/24"),
    )
    assert "set system host-name lima-a" in found.changes
    assert "delete protocols bgp address-family ipv4-unicast network 10.99.0.0/24" in found.changes
    assert {one.code for one in found.findings} == {"drift"}
    assert "network 10.99.0.0/24" in (found.text or "")
    assert KEY not in repr(found)
    assert KEY not in (found.text or "")


def test_the_text_for_verify_is_the_rendered_one_but_for_the_drift() -> None:
    same, found = drift("lima-a"), drift("lima-a", ("set system host-name 'lima-a'", "set system host-name 'old'"))
    assert parse(same.text or "", "same") == parse(rendered().routers["lima-a"], "rendered")
    assert parse(found.text or "", "found").value("system", "host-name") == "old"
    assert "${psk:lima-a-1}" in (found.text or "")


class _Silent:
    def connect(self, gateway: str, address: str) -> Session:
        raise ConnectionLostError(f"{gateway} at {address} says nothing")


def test_one_that_cannot_be_reached_is_a_finding() -> None:
    text = rendered().routers["lima-a"]
    found = router_drift("lima-a", "1.4", text, values_of(text), _Silent())
    assert not found.asked
    assert "wasn't asked" in found.findings[0].message
    found = router_drift("lima-a", "1.4", text, {}, _Silent())
    assert "no Elastic IP" in found.findings[0].message


@pytest.fixture
def routers(deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[dict[str, FakeRouter], list[str]]]:
    """Every gateway's router on loopback, where the ways to their Elastic IPs end, and the options that reach them."""
    monkeypatch.setenv("LANDBRIDGE_SSH_PASSWORD", fake_ssh.PASSWORD)
    found, made, hosts, ports = deployed.facts(), {}, "", {}
    with ExitStack() as stack:
        for gateway in found.gateways:
            text = deployed.rendered.routers[gateway.name]
            made[gateway.name] = FakeRouter("1.4", fill(text, {**dict.fromkeys(placeholders(text), KEY), **found.values(gateway.name)}))
            stack.enter_context(stopping(made[gateway.name]))
            server = stack.enter_context(fake_ssh.serving(made[gateway.name]))
            hosts += server.known_hosts(tmp_path / "one").read_text()
            assert gateway.address is not None
            ports[gateway.address.address] = server.port
        (tmp_path / "known_hosts").write_text(hosts)

        def led(host: str, _: int, *how: Any) -> SshAccess:  # noqa: ANN401
            return SshAccess("127.0.0.1", ports[host], *how)

        monkeypatch.setattr("landbridge.vyos.delivery.shell.SshAccess", led)
        yield made, ["--routers", "--known-hosts", str(tmp_path / "known_hosts")]


def test_status_asks_the_routers_and_says_what_their_drift_breaks(
    deployed: Deployed, routers: tuple[dict[str, FakeRouter], list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    made, options = routers

    def status() -> tuple[int, dict[str, Any]]:
        capfd.readouterr()
        words = ["--endpoint", deployed.endpoint, "--release", "1.4", "--no-drift", "--json", *options]
        code = main(["status", str(deployed.file), *words])
        printed = capfd.readouterr()
        assert KEY not in printed.out + printed.err
        said: dict[str, Any] = json.loads(printed.out)
        return code, said

    code, said = status()
    assert (code, said["findings"]) == (0, [])
    assert [(one["asked"], one["changes"]) for one in said["routers"]] == [(True, [])] * 3

    running = made["virginia-a"].running
    nat = running.get("nat", "source", "rule")
    assert nat is not None
    kept = dict(nat.children)
    nat.children.clear()
    code, said = status()
    assert code == 1, said
    drifted = {one["gateway"]: one["changes"] for one in said["routers"] if one["changes"]}
    assert list(drifted) == ["virginia-a"]
    assert all(change.startswith("set nat source rule") for change in drifted["virginia-a"])
    assert {one["from"] for one in said["broken"]["pairs"]} == {"virginia-4"}
    wrong = next(one for one in said["findings"] if one["code"] == "untranslated")
    assert (wrong["where"]["file"], wrong["where"]["line"]) == ("virginia-a, as it runs", None)
    assert wrong["trace"]

    nat.children.update(kept)
    assert status()[0] == 0
