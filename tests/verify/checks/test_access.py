"""Who may log in to a gateway."""

from __future__ import annotations

from dataclasses import replace

import pytest

from landbridge.artifacts import Artifacts
from landbridge.artifacts.manifest import Gateway, Rule
from tests.verify.checks.broken import added, edited, found, gateway_changed, line_of, places, rendered

GATEWAY = "singapore-a"
RULE = "set firewall name ETH0-LOCAL rule 100 source"


def _group_opened(made: Artifacts, source: str = "0.0.0.0/0", ports: tuple[int, ...] = (22,)) -> Artifacts:
    rule = Rule("tcp", ports, source, "anybody")
    return gateway_changed(made, GATEWAY, lambda gateway: replace(gateway, rules=(*(gateway.rules or ()), rule)))


def _firewall_opened(made: Artifacts) -> Artifacts:
    return edited(made, GATEWAY, RULE, f"{RULE} address 0.0.0.0/0")


def _without_firewall(made: Artifacts) -> Artifacts:
    return edited(made, GATEWAY, "set interfaces ethernet eth0 firewall", "")


def test_the_group_alone_is_a_warning() -> None:
    made = _group_opened(rendered("four-regions"))
    (finding,) = found(made, "open-admin")
    assert places([finding]) == [("warning", "manifest.yaml", made.lines[GATEWAY])]
    assert finding.where is not None
    assert finding.where.path == f"gateways.{GATEWAY}.rules[7]"
    assert "firewall keeps it out" in finding.message


def test_the_firewall_alone_is_a_warning_at_its_rule() -> None:
    made = _firewall_opened(rendered("four-regions"))
    line = line_of(made, GATEWAY, "set firewall name ETH0-LOCAL rule 100")
    assert places(found(made, "open-admin")) == [("warning", f"routers/{GATEWAY}.set", line)]


def test_both_together_are_an_error() -> None:
    made = _group_opened(_firewall_opened(rendered("four-regions")))
    (finding,) = found(made, "open-admin")
    assert places([finding]) == [("error", "manifest.yaml", made.lines[GATEWAY])]
    assert f"routers/{GATEWAY}.set:{line_of(made, GATEWAY, 'set firewall name ETH0-LOCAL rule 100')}" in finding.message


def test_an_open_group_without_a_firewall_is_an_error() -> None:
    (finding,) = found(_group_opened(_without_firewall(rendered("four-regions"))), "open-admin")
    assert (finding.severity, "has no firewall" in finding.message) == ("error", True)


def test_no_firewall_behind_a_closed_group_is_fine() -> None:
    assert not found(_without_firewall(rendered("four-regions")), "open-admin")


def test_two_halves_of_the_world_are_the_world() -> None:
    made = _group_opened(_group_opened(rendered("four-regions"), "0.0.0.0/1"), "128.0.0.0/1")
    assert [one.severity for one in found(made, "open-admin")] == ["warning"]


def test_a_rule_that_drops_first_keeps_the_world_out() -> None:
    made = added(
        _firewall_opened(rendered("four-regions")),
        GATEWAY,
        "set firewall name ETH0-LOCAL rule 99 action drop",
        "set firewall name ETH0-LOCAL rule 99 protocol tcp",
    )
    assert not found(made, "open-admin")


def test_a_firewall_that_is_not_understood_is_no_excuse_for_an_open_group() -> None:
    made = added(_group_opened(rendered("four-regions", "1.4")), GATEWAY, "set firewall zone WAN interface eth0")
    (finding,) = found(made, "open-admin")
    assert (finding.severity, "not everything is understood" in finding.message) == ("warning", True)


def test_all_but_some_is_the_world() -> None:
    made = edited(rendered("four-regions"), GATEWAY, RULE, f"{RULE} address '!192.0.2.0/24'")
    assert [one.severity for one in found(made, "open-admin")] == ["warning"]


def test_a_chain_that_accepts_by_default_is_open() -> None:
    made = edited(rendered("four-regions"), GATEWAY, "set firewall name ETH0-LOCAL default-action", "")
    made = added(made, GATEWAY, "set firewall name ETH0-LOCAL default-action accept")
    assert places(found(made, "open-admin")) == [
        ("warning", f"routers/{GATEWAY}.set", line_of(made, GATEWAY, "set firewall name ETH0-LOCAL"))
    ]


@pytest.mark.parametrize("release", ["1.1", "1.4"])
def test_passwords_are_a_warning_at_the_service(release: str) -> None:
    made = edited(rendered("four-regions", release), GATEWAY, "set service ssh disable-password-authentication", "")
    assert places(found(made, "open-admin")) == [("warning", f"routers/{GATEWAY}.set", line_of(made, GATEWAY, "set service ssh"))]


def test_the_api_is_a_way_in_too() -> None:
    made = added(_group_opened(rendered("four-regions", "1.4"), ports=(443,)), GATEWAY, "set service https api keys id a key '${psk:a}'")
    (finding,) = found(made, "open-admin")
    assert "its HTTPS API is open to the world" in finding.message


def test_nothing_known_at_all_is_a_warning() -> None:
    def untold(gateway: Gateway) -> Gateway:
        return replace(gateway, rules=None)

    made = gateway_changed(rendered("four-regions"), GATEWAY, untold)
    assert not found(made, "open-admin"), "it has a firewall that keeps the world out"
    made = gateway_changed(_without_vti_firewall(_without_firewall(rendered("four-regions"))), GATEWAY, untold)
    assert places(found(made, "open-admin")) == [("warning", "manifest.yaml", made.lines[GATEWAY])]


def _without_vti_firewall(made: Artifacts) -> Artifacts:
    for vti in ("vti0", "vti1"):
        made = edited(made, GATEWAY, f"set interfaces vti {vti} firewall", "")
    return made
