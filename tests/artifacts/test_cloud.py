"""What stacks say of the cloud is what the manifest says, as they are rendered; a stack that can't be is refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from landbridge.artifacts import Artifacts
from landbridge.artifacts.cloud import Overlay, overlaid, owner_of_file
from landbridge.artifacts.decoding import manifest_of_text
from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.manifest import Route, Rule
from landbridge.aws.stacks.names import logical
from landbridge.findings import LandbridgeError
from tests.artifacts.stacked import at_random, edited, example, line_of, stacked, swapped, without_resource
from tests.aws.stacks.networks import aws_begins, existing, small, varied
from tests.design.networks import Data, designed, network, single

HUB = "us-west-2-oregon-hub.yaml"
EDGE, VPN, GATEWAYS = "eu-west-3-paris-edge.yaml", "us-west-2-paris-vpn.yaml", "eu-west-3-paris-gateways.yaml"


@cache
def made() -> Artifacts:
    return stacked(designed(small()))


def read(artifacts: Artifacts, folder: str = "") -> Overlay:
    return overlaid(artifacts.manifest, artifacts.stacks, folder)


def changed(file: str, edit: Callable[[str], str]) -> Overlay:
    return read(edited(made(), file, edit))


@pytest.mark.parametrize("name", ["four-regions", "acquisition", "minimal"])
def test_the_examples_stacks_say_what_their_manifest_says(name: str) -> None:
    artifacts = example(name)
    assert read(artifacts).manifest == artifacts.manifest


@pytest.mark.parametrize("data", [small, varied, existing, aws_begins])
def test_stacks_of_every_kind_say_what_the_manifest_says(data: Callable[[], Data]) -> None:
    artifacts = stacked(designed(data()))
    assert read(artifacts).manifest == artifacts.manifest


@pytest.mark.parametrize("seed", range(40))
def test_stacks_of_random_networks_say_what_their_manifest_says(seed: int) -> None:
    artifacts = at_random(seed)
    assert read(artifacts).manifest == artifacts.manifest


def test_more_remote_prefixes_than_a_list_takes_are_remote_all_the_same() -> None:
    sites = {f"s-{number}": single(f"10.{number}.0.0/16", f"10.{number}.0.0/24") for number in range(1, 104)}
    artifacts = stacked(designed(network(sites)))
    assert "RemotePrefixes2:" in artifacts.stacks["eu-west-1-s-1-edge.yaml"]
    assert read(artifacts).manifest == artifacts.manifest


def test_many_sites_are_read_as_they_were_designed() -> None:
    sites = {f"s-{number}": single(f"10.{number}.0.0/16", f"10.{number}.0.0/24", f"10.{number}.2.0/24") for number in range(1, 41)}
    artifacts = stacked(designed(network(sites)))
    assert read(artifacts).manifest == artifacts.manifest


def test_without_stacks_the_manifest_stands() -> None:
    assert overlaid(made().manifest, {}) == Overlay(made().manifest)


def test_the_manifest_and_the_stacks_have_the_same_names_for_tunnels() -> None:
    for gateway in made().manifest.gateways:
        for tunnel in gateway.tunnels:
            assert f"  {logical(tunnel.name)}Outside:" in "".join(made().stacks.values())


# What a template says is what is taken


def test_the_hubs_asn() -> None:
    found = changed(HUB, swapped("AmazonSideAsn: 64512", "AmazonSideAsn: 64999"))
    assert found.manifest.hub.asn == 64999
    assert found.places["oregon", "asn"].line == line_of(made().stacks[HUB], "  TransitGateway:")


def test_a_gateways_asn_and_its_tunnels() -> None:
    gateway = made().manifest.gateways[0]
    first = str(gateway.tunnels[0].inside)
    found = changed(VPN, lambda text: text.replace(f"'{first}'", "'169.254.99.0/30'").replace(f"BgpAsn: {gateway.asn}", "BgpAsn: 65123"))
    assert str(found.manifest.gateways[0].tunnels[0].inside) == "169.254.99.0/30"
    place = found.places["paris-a", "tunnels[0]"]
    line = made().stacks[VPN].splitlines()[(place.line or 0) - 1]
    assert (place.file, line.strip()) == (f"stacks/{VPN}", f"- TunnelInsideCidr: '{first}'")


def test_options_of_one_tunnel_are_its_own() -> None:
    second = made().stacks[VPN].index("TunnelInsideCidr", made().stacks[VPN].index("TunnelInsideCidr") + 1)

    def edit(text: str) -> str:
        return text[:second] + text[second:].replace("DPDTimeoutSeconds: 30", "DPDTimeoutSeconds: 60", 1)

    one, other = changed(VPN, edit).manifest.gateways[0].tunnels
    assert one.options is None
    assert other.options is not None
    assert other.options.dpd == 60


def test_rules_are_those_of_the_groups_that_instances_get() -> None:
    gone = changed(GATEWAYS, without_resource("ParisAUdp500FromParisA1")).manifest.gateways[0]
    assert gone.rules is not None
    assert gone.rules[0] == Rule("udp", (4500,), "${outside:paris-a-1}", "IKE of paris-a-1")
    other = changed(GATEWAYS, swapped("        - !Ref ParisAGroup", "        - !Ref ParisBGroup")).manifest
    assert [rule.source for rule in other.gateways[0].rules or ()] == [rule.source for rule in other.gateways[1].rules or ()]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("IpProtocol: '-1'\n      CidrIp: 0.0.0.0/0", Rule("all", (), "0.0.0.0/0", "Extra")),
        (
            "IpProtocol: 6\n      FromPort: 20\n      ToPort: 22\n      CidrIp: 10.9.0.0/16",
            Rule("tcp", (20, 21, 22), "10.9.0.0/16", "Extra"),
        ),
        ("IpProtocol: tcp\n      FromPort: 0\n      ToPort: 65535\n      CidrIp: 10.9.0.0/16", Rule("tcp", (), "10.9.0.0/16", "Extra")),
        ("IpProtocol: icmp\n      FromPort: -1\n      ToPort: -1\n      CidrIp: 10.9.0.0/16", Rule("icmp", (), "10.9.0.0/16", "Extra")),
        ("IpProtocol: icmp\n      FromPort: 3\n      ToPort: -1\n      CidrIp: 10.9.0.0/16", None),
        ("IpProtocol: '-1'\n      CidrIpv6: ::/0", None),
        ("IpProtocol: '47'\n      CidrIp: 10.9.0.0/16", None),
    ],
)
def test_a_rule_that_somebody_added(rule: str, wanted: Rule | None) -> None:
    extra = f"  Extra:\n    Type: AWS::EC2::SecurityGroupIngress\n    Properties:\n      GroupId: !Ref ParisAGroup\n      {rule}\n"
    found = changed(GATEWAYS, swapped("  ParisALaunchTemplate:\n", f"{extra}  ParisALaunchTemplate:\n")).manifest.gateways[0]
    before = made().manifest.gateways[0].rules or ()
    assert found.rules == (before if wanted is None else (*before, wanted))


def test_a_list_that_lacks_an_entry_is_its_entries() -> None:
    (first, *_), others = made().manifest.vpc("oregon").routes, changed(HUB, swapped("      - Cidr: '10.7.0.0/24'\n", ""))
    assert first == Route("remote", "tgw")
    routes = others.manifest.vpc("oregon").routes
    assert routes
    assert all(route.target == "tgw" and route.destination not in ("remote", "10.7.0.0/24") for route in routes)
    assert others.places["oregon", "routes"].line == line_of(made().stacks[HUB], "  RemotePrefixes:")


def test_routes_lead_where_the_template_leads_them() -> None:
    assert changed(EDGE, swapped("gateway: paris-a\n", "gateway: paris-b\n")).manifest.vpc("paris").routes == (Route("remote", "paris-b"),)
    assert changed(EDGE, swapped("      - RouteTable\n", "      - PrivateRouteTable\n")).manifest.vpc("paris").routes == ()
    assert changed(HUB, without_resource("RemotePrefixesRoute")).manifest.vpc("oregon").routes == ()
    added = (
        "  More:\n    Type: AWS::EC2::Route\n    Properties:\n      RouteTableId: !Ref RouteTable\n"
        "      DestinationCidrBlock: 172.16.0.0/24\n      GatewayId: !Ref InternetGateway\n"
    )
    more = changed(EDGE, swapped("  DefaultRoute:\n", f"{added}  DefaultRoute:\n"))
    assert more.manifest.vpc("paris").routes == (Route("remote", "paris-a"), Route("172.16.0.0/24", "InternetGateway"))


def test_a_vpcs_cidrs_and_a_subnets_zone() -> None:
    found = changed(EDGE, swapped("'${AWS::Region}b'", "'${AWS::Region}a'")).manifest.vpc("paris")
    assert [subnet.zone for subnet in found.subnets][:2] == ["a", "a"]
    wider = changed(EDGE, swapped("CidrBlock: '10.1.0.0/16'", "CidrBlock: '10.0.0.0/15'")).manifest.vpc("paris")
    assert str(wider.cidrs[0]) == "10.0.0.0/15"


def test_long_forms_of_functions_say_the_same() -> None:
    def long(text: str) -> str:
        joined = text.replace("SubnetId: !Ref Subnet172x16x0x0Length24\n", 'SubnetId: {"Ref": "Subnet172x16x0x0Length24"}\n')
        return joined.replace("!GetAtt RemotePrefixes.PrefixListId", "{Fn::GetAtt: [RemotePrefixes, PrefixListId]}")

    assert changed(HUB, long).manifest == made().manifest


# What can't be


@pytest.mark.parametrize(
    ("file", "edit", "line", "told"),
    [
        (HUB, swapped("Resources:", "Resources: ["), None, ""),
        (HUB, lambda _: "", 1, "no mapping"),
        (HUB, lambda _: "- 1\n", 1, "no mapping"),
        (HUB, swapped("Resources:", "Other:"), 1, "Resources is missing"),
        (HUB, swapped("AmazonSideAsn: 64512", "AmazonSideAsn: many"), "      AmazonSideAsn", "AmazonSideAsn is 'many'"),
        (HUB, swapped("AmazonSideAsn: 64512", "AmazonSideAsn: !Ref Asn"), "      AmazonSideAsn", "isn't written out"),
        (HUB, swapped("RouteTablePropagation: enable", "RouteTablePropagation: disable"), "  TransitGateway:", "would reach nobody"),
        (HUB, without_resource("TransitGateway"), None, "0 Transit Gateways"),
        (HUB, without_resource("Attachment"), "  Vpc:", "isn't attached"),
        (HUB, without_resource("RemotePrefixes"), "  RemotePrefixesRoute:", "is no prefix list of this template"),
        (HUB, swapped("- Cidr: '10.7.0.0/24'", "- Cidr: '10.7.0.1/24'"), "      - Cidr: '10.7.0.1/24'", "an entry of RemotePrefixes"),
        (EDGE, swapped("gateway: paris-a\n", "gateway: rome-a\n"), "    - tables:", "'rome-a', which the manifest doesn't have"),
        (EDGE, swapped("      - RouteTable\n", "      - Elsewhere\n"), "    - tables:", "'Elsewhere' is no route table"),
        (EDGE, swapped("CidrBlock: '10.1.1.0/24'", "CidrBlock: '10.1.2.0/24'"), "  Subnet10x1x1x0Length24:", "no such subnet of paris"),
        (EDGE, without_resource("Subnet10x1x1x0Length24"), None, "no subnet 10.1.1.0/24"),
        (EDGE, without_resource("Subnet10x1x1x0Length24Routes"), "  Subnet10x1x1x0Length24:", "the same routes"),
        (EDGE, without_resource("Vpc"), None, "no parameter Vpc"),
        (
            EDGE,
            swapped("      GroupDescription:", "      SecurityGroupIngress: []\n      GroupDescription:"),
            "  ParisAGroup:",
            "rules of its own",
        ),
        (VPN, without_resource("ParisAConnection"), None, "no VPN connection of paris-a"),
        (VPN, without_resource("ParisACustomerGateway"), "  ParisAConnection:", "no customer gateway"),
        (VPN, swapped("${ParisA1Secret}", "${ParisA2Secret}"), "  ParisAConnection:", "of paris-a-1 is the key of paris-a-2"),
        (VPN, swapped("!Sub '{{resolve:", "!Sub 'planted: "), "  ParisAConnection:", "isn't taken from Secrets Manager"),
        (VPN, swapped("StaticRoutesOnly: false", "StaticRoutesOnly: true"), "  ParisAConnection:", "static routes only"),
        (VPN, swapped("Phase2DHGroupNumbers:\n        - Value: 20", "Phase2DHGroupNumbers:\n        - Value: 14"), "      - Tunnel", "14"),
        (GATEWAYS, without_resource("ParisAAutoScalingGroup"), None, "no Auto Scaling group of paris-a"),
        (GATEWAYS, without_resource("ParisALaunchTemplate"), "  ParisAAutoScalingGroup:", "no launch template"),
        (GATEWAYS, swapped("${ParisA1Outside}/32", "${Else}/32"), "  ParisAUdp500FromParisA1:", "its source is neither"),
        (GATEWAYS, swapped("  ParisAUdp4500FromParisA1:", "  ParisAUdp500FromParisA1:"), None, "is there twice"),
        (GATEWAYS, swapped("GroupId: !Ref ParisAGroup", "GroupId: &x ParisAGroup\n      More: *x"), None, "no aliases"),
    ],
)
def test_a_stack_that_cannot_be_is_refused_with_its_line(file: str, edit: Callable[[str], str], line: object, told: str) -> None:
    broken = edited(made(), file, edit)
    with pytest.raises(LandbridgeError) as refused:
        read(broken, "build/")
    (finding,) = refused.value.findings
    assert finding.code == "syntax"
    assert finding.where is not None
    assert finding.where.file == f"build/stacks/{file}"
    assert told in finding.message
    if isinstance(line, int):
        assert finding.where.line == line
    elif isinstance(line, str):
        assert finding.where.line in _inside(broken.stacks[file], line)


def _inside(template: str, start: str) -> range:
    """The lines of the resource that the first line that begins so is in."""
    text = template.splitlines()
    at = line_of(template, start)
    first = max(number for number in range(1, at + 1) if text[number - 1][:2] == "  " and text[number - 1][2] != " ")
    last = next((number for number in range(at + 1, len(text) + 1) if text[number - 1][2:3] != " "), len(text))
    return range(first, last)


@pytest.mark.parametrize("file", [HUB, EDGE, VPN, GATEWAYS])
def test_a_stack_that_is_missing_is_told(file: str) -> None:
    stacks = {name: text for name, text in made().stacks.items() if name != file}
    with pytest.raises(LandbridgeError, match="has no stack `"):
        overlaid(made().manifest, stacks)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("eu-west-3-rome-edge.yaml", "no hub or site in the manifest"),
        ("paris.yaml", "no hub or site in the manifest"),
        ("eu-west-1-paris-edge.yaml", "for another Region too"),
    ],
)
def test_a_stack_of_nobody_is_told(name: str, told: str) -> None:
    with pytest.raises(LandbridgeError, match=told):
        overlaid(made().manifest, {name: made().stacks[EDGE], **made().stacks})


def test_stacks_of_another_region_are_told() -> None:
    vpcs = tuple(replace(vpc, region="eu-north-1") if vpc.name == "paris" else vpc for vpc in made().manifest.vpcs)
    with pytest.raises(LandbridgeError, match="is for eu-west-3, and the manifest says that paris is in eu-north-1"):
        overlaid(replace(made().manifest, vpcs=vpcs), made().stacks)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    broken = edited(edited(made(), HUB, swapped("64512", "x")), VPN, without_resource("ParisAConnection"))
    with pytest.raises(LandbridgeError) as refused:
        read(broken)
    assert len(refused.value.findings) == 2


@pytest.mark.parametrize("seed", range(150))
def test_whatever_stands_in_a_template_it_is_read_or_refused(seed: int) -> None:
    random = Random(seed)
    file = random.choice((HUB, EDGE, VPN, GATEWAYS))
    lines = made().stacks[file].splitlines()
    at = random.randrange(len(lines))
    key = lines[at].partition(":")[0]
    instead = [[], [f"{key}:"], [f"{key}: [a, {{b: c}}]"], [f"{key}: -7"], [f"{key}: {{Ref: x}}"], [lines[at]] * 2]
    lines[at : at + 1] = random.choice(instead)
    stacks = {**made().stacks, file: "\n".join(lines)}
    try:
        found = overlaid(made().manifest, stacks).manifest
    except LandbridgeError as problem:
        refused = problem.findings
    else:
        refused = ()
        assert manifest_of_text(manifest_text(found), "manifest.yaml")
    assert {(one.code, one.where and one.where.file) for one in refused} <= {("syntax", f"stacks/{file}")}


def test_whose_a_file_is() -> None:
    assert owner_of_file("us-gov-west-1-east-1-edge.yaml") == "east-1"
    assert owner_of_file("eu-west-1-north-paris-vpn.yaml") == "north-paris"
    assert owner_of_file("eu-west-1-default-base.yaml") is None
    assert owner_of_file("notes.yaml") is None
