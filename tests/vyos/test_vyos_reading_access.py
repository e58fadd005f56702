"""Secrets in clear text and the ways in for administrators, as they are read from a router's text."""

from __future__ import annotations

import pytest

from landbridge.vyos import parse
from landbridge.vyos.reading.secrets import read_secrets
from landbridge.vyos.reading.services import read_services
from landbridge.vyos.router import AdminService


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("pre-shared key", "vpn ipsec site-to-site peer 192.0.2.1 authentication pre-shared-secret"),
        ("pre-shared key", "vpn ipsec authentication psk one secret"),
        ("password", "system login user vyos authentication plaintext-password"),
        ("password", "protocols bgp 65400 neighbor 169.254.12.77 password"),
        ("password", "protocols bgp neighbor 169.254.12.77 password"),
        ("private key", "pki certificate web private key"),
        ("API key", "service https api keys id ops key"),
    ],
)
def test_a_secret_is_found_with_its_line_and_without_its_value(kind: str, command: str) -> None:
    found = read_secrets(parse(f"set system host-name a\nset {command} 'hunter2'\n", "a"))
    assert [(secret.kind, secret.path, secret.line) for secret in found] == [(kind, tuple(command.split()), 2)]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("value", ["${psk:one}", "", "****************", "xxxxxx"])
def test_a_placeholder_or_hidden_value_is_no_secret(value: str) -> None:
    assert not read_secrets(parse(f"set vpn ipsec authentication psk one secret '{value}'\n", "a"))


def test_a_key_that_is_public_is_no_secret() -> None:
    assert not read_secrets(parse("set system login user vyos authentication public-keys me key AAAA\n", "a"))


def test_ssh_takes_passwords_unless_told_otherwise() -> None:
    assert read_services(parse("set service ssh\n", "a")) == (AdminService("ssh", (22,), True, 1),)
    text = "set service ssh port 22\nset service ssh port 2222\nset service ssh disable-password-authentication\n"
    assert read_services(parse(text, "a")) == (AdminService("ssh", (22, 2222), False, 1),)


def test_the_api_is_a_way_in_and_the_web_server_alone_is_none() -> None:
    assert read_services(parse("set service https virtual-host all listen-port 8443\n", "a")) == ()
    text = "set service https virtual-host all listen-port 8443\nset service https api keys id a key b\n"
    assert read_services(parse(text, "a")) == (AdminService("https", (8443,), False, 2),)
