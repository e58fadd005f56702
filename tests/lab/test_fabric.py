"""The fabric's plan: what stands where, what a manifest that can't be built is told, and that names stay names."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest
import yaml

from landbridge.artifacts import Manifest
from landbridge.artifacts.decoding import manifest_of_text
from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.manifest import Route, Rule
from landbridge.findings import LandbridgeError
from landbridge.lab import fabric, recipes
from landbridge.lab.fabric import Fabric
from tests.lab import networks


def _plan(network: Manifest) -> Fabric:
    return fabric.plan(network, networks.fixed(network))


def _with_routes(vpc: str, *routes: Route) -> Manifest:
    network = networks.manifest()
    return replace(network, vpcs=tuple(replace(each, routes=routes) if each.name == vpc else each for each in network.vpcs))


def _with_rule(rule: Rule) -> Manifest:
    network = networks.manifest()
    first, *others = network.gateways
    return replace(network, gateways=(replace(first, rules=(rule,)), *others))


def _of(plan: Fabric, name: str) -> fabric.Namespace:
    return next(each for each in plan.namespaces if each.name == name)


def test_a_hosts_own_address_is_in_its_namespace_and_its_global_one_is_what_others_use() -> None:
    host = next(host for host in _plan(networks.manifest()).hosts if host.name == "singapore-4")
    assert (str(host.address), str(host.global_address)) == ("172.88.88.10", "10.0.1.10")


def test_every_machine_has_its_wires_and_only_the_hub_two() -> None:
    plan = _plan(networks.manifest())
    assert {wire.machine: len(plan.wires_of(wire.machine)) for wire in plan.wires} == {
        "oregon": 2, "singapore-a": 1, "virginia-a": 1, "frankfurt-a": 1,
    }  # fmt: skip
    raws = [wire.raw for wire in plan.wires]
    assert len(raws) == len(set(raws))


def test_a_vpcs_own_cidr_wins_over_a_route_that_is_equal_or_narrower() -> None:
    plan = _plan(_with_routes("singapore", Route("172.88.0.0/24", "singapore-a"), Route("10.9.0.0/16", "singapore-a")))
    routes = [line for line in _of(plan, "vpc-singapore").batch if line.startswith("route replace")]
    assert routes == ["route replace 10.9.0.0/16 via 172.88.0.5 dev gw-a onlink"]


def test_remote_stands_for_every_global_prefix_of_every_other_vpc() -> None:
    plan = _plan(networks.manifest())
    routed = {line.split()[2] for line in _of(plan, "vpc-singapore").batch if line.startswith("route replace")}
    network = networks.manifest()
    assert routed == {str(subnet.global_) for vpc in network.vpcs if vpc.name != "singapore" for subnet in vpc.subnets}


@pytest.mark.parametrize("target", ["tgw", "virginia-a", "nosuch-a"])
def test_a_route_to_what_is_not_in_the_vpc_is_a_finding(target: str) -> None:
    with pytest.raises(LandbridgeError, match=f"a route of singapore goes to {target}, which isn't in that VPC") as refused:
        _plan(_with_routes("singapore", Route("remote", target)))
    assert refused.value.findings[0].remedy == "There are: singapore-a."


def test_a_rule_of_an_unknown_protocol_is_a_finding() -> None:
    with pytest.raises(LandbridgeError, match=r"a security rule \(odd\) is of an unknown protocol: 'sctp'"):
        _plan(_with_rule(Rule("sctp", (), "0.0.0.0/0", "odd")))


@pytest.mark.parametrize("source", ["${eip:nosuch}", "${psk:singapore-a-1}", "${nothing}"])
def test_a_rule_for_a_placeholder_without_an_address_is_a_finding(source: str) -> None:
    with pytest.raises(LandbridgeError, match="of which nothing is known") as refused:
        _plan(_with_rule(Rule("all", (), source, "odd")))
    assert networks.PLANTED not in str(refused.value)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Rule("tcp", (22, 80), "10.0.0.0/8", ""), "ip saddr 10.0.0.0/8 tcp dport { 22, 80 } accept"),
        (Rule("udp", (), "0.0.0.0/0", ""), "ip protocol udp accept"),
        (Rule("esp", (), "${outside:singapore-a-1}", ""), "ip saddr 198.18.0.1 ip protocol 50 accept"),
        (Rule("vrrp", (), "${private:singapore-a}", ""), "ip saddr 172.88.0.5 ip protocol 112 accept"),
        (Rule("icmp", (), "0.0.0.0/0", ""), "ip protocol icmp accept"),
        (Rule("all", (), "0.0.0.0/0", ""), "accept"),
    ],
)
def test_a_security_rule_lets_in_what_it_says(rule: Rule, text: str) -> None:
    nft = _of(_plan(_with_rule(rule)), "vpc-singapore").nft
    accepted = nft.split("ct state established,related accept\n")[1].split("    drop\n")[0]
    assert accepted == f"    {text}\n"


def test_a_network_whose_hub_has_no_vpc_is_planned_whole() -> None:
    network = networks.manifest()
    bare = replace(network, vpcs=tuple(vpc for vpc in network.vpcs if vpc.kind == "site"))
    plan = _plan(bare)
    assert len(plan.wires_of("oregon")) == 1
    hub = recipes.hub(bare, networks.fixed(bare))
    assert "vec1" not in hub.files["links"]
    assert "  network " not in hub.files["bgpd.conf"]


def test_a_network_without_gateways_is_planned_too() -> None:
    bare = replace(networks.manifest(), gateways=())
    plan = _plan(replace(bare, vpcs=tuple(replace(vpc, routes=()) for vpc in bare.vpcs)))
    assert [wire.machine for wire in plan.wires] == ["oregon", "oregon"]
    assert recipes.hub(bare, networks.fixed(bare)).secrets == ()


def test_a_site_without_hosts_has_its_gateway_and_nothing_else() -> None:
    network = networks.manifest()
    vpcs = tuple(replace(vpc, subnets=()) if vpc.name == "singapore" else vpc for vpc in network.vpcs)
    plan = _plan(replace(network, vpcs=vpcs))
    assert not [host for host in plan.hosts if host.vpc == "singapore"]
    assert plan.wires_of("singapore-a")


def test_two_vpcs_of_the_hub_are_a_finding() -> None:
    network = networks.manifest()
    other = replace(network.vpcs[0], name="other", subnets=(), cidrs=(IPv4Network("10.77.0.0/16"),))
    with pytest.raises(LandbridgeError, match="the lab can't tell oregon from another machine"):
        _plan(replace(network, vpcs=(*network.vpcs, other)))


@pytest.mark.parametrize("name", ["singapore-xa", "oregon"])
def test_gateways_that_the_lab_would_take_for_another_machine_are_a_finding(name: str) -> None:
    network = networks.manifest()
    twin = replace(network.gateways[0], name=name, tunnels=())
    with pytest.raises(LandbridgeError, match=f"the lab can't tell {name} from another machine"):
        _plan(replace(network, gateways=(*network.gateways, twin)))


@pytest.mark.parametrize("name", ["internet", "vpc-virginia", "singapore-2"])
def test_a_host_named_as_another_place_is_a_finding(name: str) -> None:
    network = networks.manifest()
    vpc = network.vpc("singapore")
    renamed = replace(vpc, subnets=(replace(vpc.subnets[0], host=name), *vpc.subnets[1:]))
    with pytest.raises(LandbridgeError, match="two places of the lab would be called"):
        _plan(replace(network, vpcs=tuple(renamed if each is vpc else each for each in network.vpcs)))


HOSTILE = ["../x", "a/b", ".", "", "a b", "a\nlink del lo", "-a", "A", "é", "x" * 64, "$(reboot)", "a;b", 5, None, ["x"]]
PLACES = [
    ("network",),
    ("hub", "name"),
    ("vpcs", 1, "name"),
    ("vpcs", 1, "subnets", 0, "host"),
    ("vpcs", 1, "subnets", 0, "zone"),
    ("gateways", 0, "name"),
    ("gateways", 0, "tunnels", 0, "name"),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
@pytest.mark.parametrize("name", HOSTILE, ids=repr)
def test_a_manifest_with_a_name_that_could_be_anything_else_is_not_read(place: tuple[Any, ...], name: object) -> None:
    with pytest.raises(LandbridgeError) as refused:
        manifest_of_text(_edited(place, name), "manifest.yaml")
    assert refused.value.findings[0].code == "syntax"


@pytest.mark.parametrize("protocol", ["sctp", "TCP", "", 6])
def test_a_manifest_with_a_rule_of_an_unknown_protocol_is_not_read(protocol: object) -> None:
    with pytest.raises(LandbridgeError, match="protocol"):
        manifest_of_text(_edited(("gateways", 0, "rules", 0, "protocol"), protocol), "manifest.yaml")


@pytest.mark.parametrize("source", ["${psk:singapore-a-1}", "0.0.0.0/0 accept; drop", "${eip:x} accept", "::/0", "any"])
def test_a_manifest_with_a_rule_for_more_than_an_address_is_not_read(source: str) -> None:
    with pytest.raises(LandbridgeError, match="source"):
        manifest_of_text(_edited(("gateways", 0, "rules", 0, "source"), source), "manifest.yaml")


def _edited(place: tuple[Any, ...], value: object) -> str:
    plain = yaml.safe_load(manifest_text(networks.manifest()))
    at = plain
    for key in place[:-1]:
        at = at[key]
    if place:
        at[place[-1]] = value
    text: str = yaml.safe_dump(plain)
    return text


def test_a_machines_name_that_a_kernel_could_not_have_is_a_finding() -> None:
    network = networks.manifest()
    name = "x" * 57
    with pytest.raises(LandbridgeError, match=f"{name} is too long a name for a machine"):
        _plan(replace(network, hub=replace(network.hub, name=name)))
