"""Placeholders filled in for a router that runs, and what may be shown of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.vyos.delivery import fill_for, plan, read_facts
from landbridge.vyos.delivery.filling import hide
from landbridge.vyos.text import parse

WANTED = """\
set vpn ipsec authentication psk t-1 id '${eip:g}'
set vpn ipsec authentication psk t-1 secret '${psk:t-1}'
set vpn ipsec site-to-site peer t-1 local-address '${private:g}'
set vpn ipsec site-to-site peer t-1 authentication local-id '${eip:g}'
set vpn ipsec site-to-site peer t-1 remote-address '${outside:t-1}'
"""
LIVE = """\
set vpn ipsec authentication psk t-1 id 198.51.100.7
set vpn ipsec authentication psk t-1 secret liveSecret123
set vpn ipsec site-to-site peer t-1 local-address 172.88.0.5
set vpn ipsec site-to-site peer t-1 authentication local-id 198.51.100.7
set vpn ipsec site-to-site peer t-1 remote-address 52.0.0.1
"""


def test_what_is_not_given_is_kept_as_the_router_has_it() -> None:
    filled = fill_for(WANTED, parse(LIVE, "live"), {}, lambda _: None, "g")
    assert filled.kept == ("eip:g", "outside:t-1", "private:g", "psk:t-1")
    assert plan("g", "1.4", parse(LIVE, "live"), filled).commands == ()


def test_a_given_key_is_sent_and_never_shown() -> None:
    filled = fill_for(WANTED, parse(LIVE, "live"), {}, lambda _: "newSecret456", "g")
    planned = plan("g", "1.4", parse(LIVE, "live"), filled)
    assert any("newSecret456" in command for command in planned.commands)
    assert not any("Secret" in shown for shown in planned.shown)
    assert "newSecret456" not in repr(filled) + repr(planned.wanted)


def test_old_releases_name_peers_by_an_address_that_must_be_given() -> None:
    wanted = "set vpn ipsec site-to-site peer '${outside:t-1}' authentication pre-shared-secret '${psk:t-1}'\n"
    live = parse("set vpn ipsec site-to-site peer 52.0.0.1 authentication pre-shared-secret liveSecret123\n", "live")
    with pytest.raises(LandbridgeError, match=r"\$\{outside:t-1\}.*--facts"):
        fill_for(wanted, live, {}, lambda _: None, "g")
    assert fill_for(wanted, live, {"outside:t-1": "52.0.0.1"}, lambda _: None, "g").kept == ("psk:t-1",)


def test_what_nobody_knows_is_an_error_that_names_the_variable() -> None:
    with pytest.raises(LandbridgeError, match="LANDBRIDGE_PSK_T_1"):
        fill_for(WANTED, parse("set system host-name x\n", "live"), {}, lambda _: None, "g")


def test_somebody_is_asked_only_for_a_key_that_the_router_lacks() -> None:
    asked: list[str] = []

    def prompt(tunnel: str) -> str:
        asked.append(tunnel)
        return "typedSecret789"

    fill_for(WANTED, parse(LIVE, "live"), {}, lambda _: None, "g", prompt)
    assert not asked
    facts = {"eip:g": "198.51.100.7", "private:g": "172.88.0.5", "outside:t-1": "52.0.0.1"}
    filled = fill_for(WANTED, parse("set system host-name x\n", "live"), facts, lambda _: None, "g", prompt)
    assert asked == ["t-1"]
    assert filled.tree.value("vpn", "ipsec", "authentication", "psk", "t-1", "secret") == "typedSecret789"


@pytest.mark.parametrize("leaf", ["pre-shared-secret", "secret", "key", "plaintext-password", "encrypted-password"])
def test_values_of_secret_leaves_are_hidden_whoever_set_them(leaf: str) -> None:
    assert hide(f"delete a b {leaf} 'x!y'", frozenset()) == f"delete a b {leaf} ****"


def test_facts_are_addresses(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("outside: {t-1: 52.0.0.1}\neip:\n  g: 198.51.100.7\n")
    assert read_facts(path) == {"outside:t-1": "52.0.0.1", "eip:g": "198.51.100.7"}
    for text, said in (
        ("psk: {t-1: s3cretKey99}", "holds no keys"),
        ("outside: {t-1: nowhere}", "no IPv4 address"),
        ("other: {}", "not a kind"),
        ("[]", "no facts"),
        ("a: [", "no facts"),
    ):
        path.write_text(text)
        with pytest.raises(LandbridgeError, match=said) as caught:
            read_facts(path)
        assert "s3cret" not in str(caught.value)
