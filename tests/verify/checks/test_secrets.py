"""Secrets that stand where they can be read."""

from __future__ import annotations

import pytest

from tests.verify.checks.broken import added, edited, found, line_of, places, rendered

SECRET = "hunter2.in.the.clear"


@pytest.mark.parametrize(
    ("release", "leaf"),
    [
        ("1.1", "set vpn ipsec site-to-site peer ${outside:singapore-a-1} authentication pre-shared-secret"),
        ("1.4", "set vpn ipsec authentication psk singapore-a-1 secret"),
    ],
)
def test_a_tunnels_key_in_clear_is_an_error_that_does_not_say_it(release: str, leaf: str) -> None:
    made = edited(rendered("four-regions", release), "singapore-a", leaf, f"{leaf} '{SECRET}'")
    (finding,) = found(made, "secret-exposed")
    assert places([finding]) == [("error", "routers/singapore-a.set", line_of(made, "singapore-a", leaf))]
    assert finding.where is not None
    assert finding.where.path == leaf.removeprefix("set ")
    assert SECRET not in str(finding) + repr(finding)


def test_passwords_and_api_keys_too() -> None:
    commands = (
        f"set system login user vyos authentication plaintext-password '{SECRET}'",
        f"set service https api keys id ops key '{SECRET}'",
        f"set pki certificate web private key '{SECRET}'",
    )
    made = added(rendered("four-regions", "1.4"), "singapore-a", *commands)
    findings = found(made, "secret-exposed")
    assert places(findings) == [("error", "routers/singapore-a.set", line_of(made, "singapore-a", command)) for command in commands]
    assert [finding.message for finding in findings] == [
        f"singapore-a's text holds a{kind} in clear." for kind in (" password", "n API key", " private key")
    ]
    assert SECRET not in str(findings)
