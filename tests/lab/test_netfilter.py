"""A gateway's rules for iptables-restore: matches in the order that iptables takes, what it has no word for said otherwise."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from landbridge.lab.daemons import netfilter
from landbridge.vyos.router import FirewallBinding, FirewallChain, FirewallRule, Match, MssPolicy, NatRule, Router
from tests.lab import networks


def _nat(**words: Any) -> NatRule:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "kind": "source", "number": 1, "interface": "vti0", "protocol": "all", "source": None, "destination": None,
        "translation": IPv4Network("10.0.1.0/24"), "exclude": False, "line": 0,
    }  # fmt: skip
    return NatRule(**{**fields, **words})


def _rule(**words: Any) -> FirewallRule:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "number": 10, "action": "accept", "protocol": "all", "sources": (), "destinations": (), "ports": (), "states": (),
        "icmp_type": None, "line": 0,
    }  # fmt: skip
    return FirewallRule(**{**fields, **words})


def _bare() -> Router:
    return replace(networks.router("singapore-a"), nat=(), chains=(), bindings=(), mss_policies=())


def _lines(router: Router) -> list[str]:
    return [line for line in netfilter.restore(router).splitlines() if line.startswith("-A")]


def _chain(*rules: FirewallRule, name: str = "IN") -> list[str]:
    chain = FirewallChain(name, "drop", rules, 0)
    return _lines(replace(_bare(), chains=(chain,), bindings=(FirewallBinding(name, "local", None),)))


SITE, OTHERS = Match(IPv4Network("172.88.88.0/24")), Match(IPv4Network("10.0.1.0/24"), negated=True)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        (_nat(source=SITE), "-A POSTROUTING -o vti0 -s 172.88.88.0/24 -j NETMAP --to 10.0.1.0/24"),
        (_nat(source=SITE, destination=OTHERS), "-A POSTROUTING -o vti0 -s 172.88.88.0/24 ! -d 10.0.1.0/24 -j NETMAP --to 10.0.1.0/24"),
        (_nat(kind="destination", source=OTHERS), "-A PREROUTING -i vti0 ! -s 10.0.1.0/24 -j NETMAP --to 10.0.1.0/24"),
        (_nat(interface=None, protocol="tcp"), "-A POSTROUTING -p tcp -j NETMAP --to 10.0.1.0/24"),
        (_nat(source=SITE, translation=None), "-A POSTROUTING -o vti0 -s 172.88.88.0/24 -j MASQUERADE"),
        (_nat(source=SITE, exclude=True), "-A POSTROUTING -o vti0 -s 172.88.88.0/24 -j RETURN"),
    ],
)
def test_a_translation_is_as_the_routers_own_tool_would_say_it(rule: NatRule, line: str) -> None:
    assert _lines(replace(_bare(), nat=(rule,))) == [line]


def test_translations_are_asked_in_the_order_of_their_numbers() -> None:
    rules = tuple(_nat(number=number, interface=f"vti{number}") for number in (20, 3, 100))
    assert [line.split()[3] for line in _lines(replace(_bare(), nat=rules))] == ["vti3", "vti20", "vti100"]


def test_a_router_without_rules_has_no_tables() -> None:
    assert netfilter.restore(_bare()) == ""


@pytest.mark.parametrize("release", ["1.1", "1.4"])
def test_every_chain_is_made_before_a_rule_leads_there(release: str) -> None:
    text = netfilter.restore(networks.router("singapore-a", release)).split("*filter\n")[1]
    assert text.index(":ETH0-LOCAL ") < text.index("-j ETH0-LOCAL") < text.index("-A ETH0-LOCAL")
    assert "-A ETH0-LOCAL -j DROP\n" in text
    assert text.endswith("-A VTI-LOCAL -j DROP\nCOMMIT\n")


def test_a_rule_for_both_protocols_is_a_rule_for_each() -> None:
    assert _chain(_rule(protocol="tcp_udp", ports=((53, 53),)))[1:3] == [
        "-A IN -p tcp -m multiport --dports 53 -j ACCEPT",
        "-A IN -p udp -m multiport --dports 53 -j ACCEPT",
    ]


def test_a_range_of_addresses_is_matched_as_a_range() -> None:
    rule = _rule(sources=("10.0.0.1-10.0.0.9",), destinations=("!10.1.0.1-10.1.0.9",))
    assert _chain(rule)[1] == "-A IN -m iprange --src-range 10.0.0.1-10.0.0.9 -m iprange ! --dst-range 10.1.0.1-10.1.0.9 -j ACCEPT"


def test_a_rule_with_more_ports_than_a_match_takes_is_several() -> None:
    ports = ((1, 1), *((number, number + 1) for number in range(10, 30, 2)))
    lines = _chain(_rule(protocol="tcp", ports=ports))[1:-1]
    groups = [line.split("--dports ")[1].split()[0] for line in lines]
    assert ",".join(groups) == "1," + ",".join(f"{number}:{number + 1}" for number in range(10, 30, 2))
    assert all(sum(1 + (":" in port) for port in group.split(",")) <= 15 for group in groups)


def test_an_icmp_type_names_its_protocol_even_where_the_text_does_not() -> None:
    assert _chain(_rule(icmp_type="echo-request"))[1] == "-A IN -p icmp --icmp-type echo-request -j ACCEPT"


def test_states_sources_and_verdicts_are_as_written() -> None:
    rules = (
        _rule(states=("established", "related")),
        _rule(number=20, action="reject", sources=("10.0.0.0/8", "!11.0.0.0/8")),
        _rule(number=5, action="drop", protocol="vrrp"),
    )
    assert _chain(*rules) == [
        "-A INPUT -j IN",
        "-A IN -p 112 -j DROP",
        "-A IN -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-A IN -s 10.0.0.0/8 -j REJECT",
        "-A IN ! -s 11.0.0.0/8 -j REJECT",
        "-A IN -j DROP",
    ]


@pytest.mark.parametrize("name", ["A-CHAIN-WHOSE-NAME-NFTABLES-TAKES", "INPUT", "ACCEPT"])
def test_a_chain_that_iptables_could_not_have_gets_another_name(name: str) -> None:
    assert _chain(_rule(), name=name) == ["-A INPUT -j CHAIN-0", "-A CHAIN-0 -j ACCEPT", "-A CHAIN-0 -j DROP"]


@pytest.mark.parametrize(("direction", "hook"), [("local", "INPUT -i"), ("in", "FORWARD -i"), ("out", "FORWARD -o")])
def test_a_chain_is_bound_where_the_text_binds_it(direction: Any, hook: str) -> None:  # noqa: ANN401 - a literal
    chain = FirewallChain("IN", "accept", (), 0)
    router = replace(_bare(), chains=(chain,), bindings=(FirewallBinding("IN", direction, "eth0"),))
    assert _lines(router)[0] == f"-A {hook} eth0 -j IN"


def test_an_mss_policy_clamps_what_comes_in_at_its_interface() -> None:
    policy = MssPolicy("eth0", 1379, IPv4Network("10.0.0.0/8"), 0)
    assert _lines(replace(_bare(), mss_policies=(policy,))) == [
        "-A PREROUTING -i eth0 -d 10.0.0.0/8 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1379"
    ]
