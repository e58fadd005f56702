"""A break in a template is found, and the template's line is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from landbridge.artifacts import Artifacts, write
from landbridge.cli import main
from landbridge.findings import Finding, Severity
from landbridge.verify import Places, Report, network_of, verify
from tests.artifacts.stacked import edited, example, line_of, stacked, swapped, without_resource
from tests.aws.stacks.networks import small
from tests.design.networks import designed

HUB = "us-west-2-oregon-hub.yaml"
EDGE, VPN, GATEWAYS = "eu-west-3-paris-edge.yaml", "us-west-2-paris-vpn.yaml", "eu-west-3-paris-gateways.yaml"


@cache
def made() -> Artifacts:
    return stacked(designed(small()))


def report(artifacts: Artifacts) -> Report:
    return verify(network_of(artifacts, Places("build/")), failures=False)


@pytest.mark.parametrize("name", ["four-regions", "acquisition"])
def test_the_examples_are_proved_from_their_stacks(name: str) -> None:
    assert report(example(name)).ok


def names(finding: Finding, file: str, line: int) -> bool:
    place = f"build/stacks/{file}:{line}"
    at = f"{finding.where.file}:{finding.where.line}" if finding.where else ""
    return place == at or f"({place})" in finding.message


@pytest.mark.parametrize(
    ("file", "edit", "code", "line"),
    [
        (HUB, swapped("AmazonSideAsn: 64512", "AmazonSideAsn: 64999"), "tunnel-down", "  TransitGateway:"),
        (HUB, swapped("      - Cidr: '10.7.0.0/24'\n", ""), "blackhole", "  RemotePrefixes:"),
        (HUB, swapped("- Cidr: '10.7.0.0/24'", "- Cidr: '10.6.0.0/24'"), "blackhole", "  RemotePrefixes:"),
        (HUB, without_resource("RemotePrefixesRoute"), "blackhole", "  RouteTable:"),
        (EDGE, swapped("gateway: paris-a\n", "gateway: tokyo-a\n"), "blackhole", "    - tables:"),
        (EDGE, swapped("gateway: paris-a\n", "gateway: paris-b\n"), "asymmetric", "    - tables:"),
        (EDGE, swapped("      - RouteTable\n", "      - PrivateRouteTable\n"), "blackhole", "  RouteTable:"),
        (VPN, swapped("TunnelInsideCidr: '169.254.", "TunnelInsideCidr: '169.253."), "tunnel-down", "      - TunnelInsideCidr"),
        (VPN, swapped("      BgpAsn", "      BgpAsn: 65123\n      Old"), "tunnel-down", "  ParisACustomerGateway:"),
        (VPN, swapped("- Value: ikev2", "- Value: ikev1"), "tunnel-down", "      - TunnelInsideCidr"),
        (VPN, swapped("AES256-GCM-16", "AES128-GCM-16", 2), "tunnel-down", "      - TunnelInsideCidr"),
        (GATEWAYS, without_resource("ParisAAllFrom10x1x0x0Length16"), "unreachable", "  ParisAUdp500FromParisA1:"),
        (GATEWAYS, without_resource("ParisAUdp500FromParisA1"), "tunnel-down", "  ParisAUdp4500FromParisA1:"),
        (GATEWAYS, swapped("203.0.113.0/24", "0.0.0.0/0"), "open-admin", "  ParisATcp22"),
    ],
)
def test_a_break_in_a_template_is_found_and_its_line_named(file: str, edit: Callable[[str], str], code: str, line: str) -> None:
    broken = edited(made(), file, edit)
    found = [one for one in report(broken).findings if one.code == code and one.severity is not Severity.NOTE]
    wanted = line_of(broken.stacks[file], line)
    assert any(names(one, file, wanted) for one in found), (wanted, [str(one) for one in found])


def test_a_warning_of_a_stack_can_be_accepted() -> None:
    data = small()
    data["accept"] = [{"code": "open-admin", "where": "paris", "reason": "a test"}]
    broken = edited(stacked(designed(data)), GATEWAYS, swapped("203.0.113.0/24", "0.0.0.0/0"))
    (heard,) = [one for one in report(broken).findings if one.code == "open-admin"]
    assert heard.severity is Severity.NOTE


def test_the_command_reads_the_stacks_of_a_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    build = tmp_path / "build"
    command = ["verify", "--artifacts", str(build), "--no-failures", "--json"]
    write(made(), build)
    assert main(command) == 0
    file = build / "stacks" / EDGE
    capfd.readouterr()
    file.write_text(swapped("gateway: paris-a\n", "gateway: tokyo-a\n")(file.read_text()))
    assert main(command) == 1
    assert str(file) in {one["where"]["file"] for one in json.loads(capfd.readouterr().out)["findings"] if one["where"]}
    file.write_text("Resources: [")
    assert main(command) == 2
    assert f"{file}:" in capfd.readouterr().err
    file.unlink()
    assert main(command) == 2
    assert "no stack `edge` of paris" in capfd.readouterr().err
