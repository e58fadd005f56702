"""What keeps a tunnel, or BGP over it, down; and what may on another day: each with the line that is to blame."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from landbridge.artifacts import Artifacts
from landbridge.verify.network import network_of
from landbridge.verify.tunnels import TunnelState, tunnel_states
from tests.lab.conftest import rendered
from tests.verify.checks.broken import edited, gateway_changed
from tests.verify.small import small

PEER = "set vpn ipsec site-to-site peer tokyo-a-1"
GUARDED = "set firewall ipv4 name ETH0-LOCAL rule 10"
VTI = "set interfaces vti vti0"
NEIGHBOR = "set protocols bgp neighbor 169.254.0.5"
GUARD = "set firewall ipv4 name"
Kind = Literal["ipsec", "bgp", "caution"]


def state(some: Artifacts) -> TunnelState:
    return tunnel_states(network_of(some))["tokyo-a-1"]


def test_a_rendered_tunnel_comes_up_and_nothing_is_to_be_said() -> None:
    for release in ("1.1", "1.2", "1.3", "1.4", "1.5"):
        for name, found in tunnel_states(network_of(small(release))).items():
            assert (found.up, found.session, found.cautions) == (True, True, ()), name


@pytest.mark.parametrize(
    ("kind", "old", "new", "what", "blamed"),
    [
        ("ipsec", f"{PEER} authentication remote-id", f"{PEER} authentication remote-id '192.0.2.1'", "192.0.2.1 is expected", PEER),
        ("ipsec", f"{PEER} local-address", f"{PEER} local-address '${{private:lima-a}}'", "local address", PEER),
        ("ipsec", f"{PEER} connection-type", f"{PEER} connection-type 'respond'", "nobody begins", PEER),
        ("ipsec", f"{GUARDED} action", f"{GUARDED} action 'drop'", "IKE and IPsec", GUARDED),
        ("bgp", f"{NEIGHBOR} remote-as", f"{NEIGHBOR} remote-as '65009'", "expects AS 65009", NEIGHBOR),
        ("bgp", NEIGHBOR, "", "no BGP neighbor 169.254.0.5", "set protocols bgp"),
        ("bgp", "set protocols bgp system-as", "set protocols bgp system-as '65009'", "says it is AS 65009", "set protocols bgp"),
        ("bgp", f"{VTI} address", f"{VTI} address '169.254.99.2/30'", "has the address", VTI),
        ("caution", f"{GUARD} ETH0-LOCAL rule 30", "", "only while the gateway begins", f"{GUARD} ETH0-LOCAL"),
        ("caution", f"{GUARD} VTI-LOCAL rule 20", "", "only while the gateway begins", f"{GUARD} VTI-LOCAL"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line(kind: Kind, old: str, new: str, what: str, blamed: str) -> None:
    some = edited(small(), "tokyo-a", old, new)
    found = state(some)
    fault = {"ipsec": found.ipsec, "bgp": found.bgp, "caution": next(iter(found.cautions), None)}[kind]
    assert fault is not None
    assert what in fault.message
    assert fault.where.file == "routers/tokyo-a.set"
    assert fault.where.line is not None
    assert some.routers["tokyo-a"].splitlines()[fault.where.line - 1].startswith(blamed)
    assert found.up is (kind != "ipsec")
    assert found.session is (kind == "caution")


@pytest.mark.parametrize("group", ["ike", "esp"])
def test_a_proposal_that_aws_is_not_told_keeps_the_tunnel_down(group: str) -> None:
    command = f"set vpn ipsec {group}-group AWS proposal 1 encryption"
    some = edited(small(), "tokyo-a", command, f"{command} 'aes128gcm128'")
    fault = state(some).ipsec
    assert fault is not None
    assert f"no {group.upper()} proposal" in fault.message


def test_another_group_for_esp_only_shows_when_keys_are_renewed() -> None:
    found = state(edited(small(), "tokyo-a", "set vpn ipsec esp-group AWS pfs", "set vpn ipsec esp-group AWS pfs 'dh-group14'"))
    assert found.session
    (caution,) = found.cautions
    assert "can't be renewed" in caution.message


def test_a_security_group_that_keeps_aws_out_matters_where_aws_begins() -> None:
    shut = gateway_changed(small(), "tokyo-a", lambda one: replace(one, rules=()))
    assert shut.manifest.gateways[0].options is not None
    assert state(shut).session
    assert any("security group" in caution.message for caution in state(shut).cautions)
    waiting = edited(shut, "tokyo-a", f"{PEER} connection-type", f"{PEER} connection-type 'respond'")
    begun = gateway_changed(waiting, "tokyo-a", lambda one: replace(one, options=one.options and replace(one.options, startup="aws")))
    fault = state(begun).ipsec
    assert fault is not None
    assert "security group" in fault.message
    assert fault.where.path == "gateways.tokyo-a.rules"


def test_a_tunnel_without_a_peer_is_missing() -> None:
    fault = state(edited(small(), "tokyo-a", f"{PEER} remote-address", f"{PEER} remote-address '${{outside:lima-a-1}}'")).ipsec
    assert fault is not None
    assert fault.message == "tokyo-a has no IPsec peer for the tunnel tokyo-a-1"


def test_a_source_rule_at_eth0_that_takes_the_gateways_own_packets_keeps_its_tunnels_down() -> None:
    made = rendered("four-regions", "1.4")
    text = made.routers["singapore-a"].replace(
        "set nat source rule 32 outbound-interface name 'vti1'", "set nat source rule 32 outbound-interface name 'eth0'"
    )
    text = text.replace("set nat source rule 32 source address '172.88.88.0/24'", "set nat source rule 32 source address '172.88.0.0/24'")
    network = network_of(replace(made, routers={**made.routers, "singapore-a": text}))
    faults = [state.ipsec for state in tunnel_states(network).values() if state.gateway == "singapore-a"]
    assert {fault and fault.where.path for fault in faults} == {"nat source rule 32"}
