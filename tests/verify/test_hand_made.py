"""The network as it was made by hand, and the examples as they are rendered: what is said of them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.artifacts import read
from landbridge.findings import Finding, Severity
from landbridge.verify import Places, network_of, verify
from tests.verify.checks.broken import EXAMPLES, rendered

FOLDER = EXAMPLES / "hand-made"


def said(folder: Path) -> tuple[Finding, ...]:
    return verify(network_of(read(folder), Places(f"{folder}/"))).findings


def line(finding: Finding) -> str:
    """What stands in the line that a finding names."""
    assert finding.where is not None
    assert finding.where.line
    return Path(finding.where.file).read_text().splitlines()[finding.where.line - 1]


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return said(FOLDER)


def test_the_hand_made_network_has_three_errors(findings: tuple[Finding, ...]) -> None:
    assert sorted(one.code for one in findings if one.severity is Severity.ERROR) == ["loop", "loop", "not-announced"]


def test_frankfurts_third_subnet_is_announced_to_nobody(findings: tuple[Finding, ...]) -> None:
    (finding,) = [one for one in findings if one.code == "not-announced"]
    assert "172.88.194.0/24 (frankfurt-3) is announced to nobody" in finding.message
    assert "frankfurt-3 can't reach" in finding.message
    assert finding.remedy == "Add network 172.88.194.0/24."
    assert finding.where is not None
    assert finding.where.file == f"{FOLDER}/routers/frankfurt-a.set"
    assert line(finding).startswith("set protocols bgp 65300 ")
    assert finding.trace[-1].startswith("there it ends: the answer is lost: oregon has no route to 172.88.194.10")


@pytest.mark.parametrize(
    ("site", "prefix", "own"), [("singapore", "10.0.1.0/24", "169.254.12.78"), ("virginia", "192.168.1.0/24", "169.254.12.178")]
)
def test_a_packet_with_a_source_inside_a_translated_prefix_loops_by_the_route_to_the_own_tunnel(
    findings: tuple[Finding, ...], site: str, prefix: str, own: str
) -> None:
    (finding,) = [one for one in findings if one.code == "loop" and prefix in one.message]
    assert f"goes round between {site}-a and the hub" in finding.message
    assert line(finding) == f"set protocols static route {prefix} next-hop {own}"


def test_its_vpcs_have_public_addresses_and_its_sites_single_gateways(findings: tuple[Finding, ...]) -> None:
    sites = ["frankfurt", "singapore", "virginia"]
    paths = [(one.code, one.where.path) for one in findings if one.where is not None]
    assert sorted(path for code, path in paths if code == "public-address") == [f"vpcs.{name}.cidrs" for name in sorted([*sites, "oregon"])]
    assert sorted(path for code, path in paths if code == "single-point-of-failure") == [f"gateways.{name}-a" for name in sites]


def test_the_three_mended_leave_no_error(tmp_path: Path) -> None:
    """What the findings say would do, does."""
    (tmp_path / "routers").mkdir()
    (tmp_path / "manifest.yaml").write_text((FOLDER / "manifest.yaml").read_text())
    for path in (FOLDER / "routers").iterdir():
        text = path.read_text()
        if path.stem == "frankfurt-a":
            text += "set protocols bgp 65300 network 172.88.194.0/24\n"
        for prefix in ("10.0.1.0/24", "192.168.1.0/24"):
            route = f"set protocols static route {prefix} "
            if route in text:
                kept = [line for line in text.splitlines() if not line.startswith(route)]
                text = "\n".join([*kept, f"{route}blackhole distance 254\n"])
        (tmp_path / "routers" / path.name).write_text(text)
    assert not [one for one in said(tmp_path) if one.severity is Severity.ERROR]


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_of_the_four_region_example_public_addresses_and_single_gateways_are_said(release: str) -> None:
    report = verify(network_of(rendered("four-regions", release)))
    assert report.ok
    assert {(one.code, one.severity) for one in report.findings} == {
        ("public-address", Severity.WARNING),
        ("single-point-of-failure", Severity.WARNING),
    }
    assert len(report.findings) == 4 + 3


@pytest.mark.parametrize("release", ["1.2", "1.3", "1.4", "1.5"])
def test_of_the_acquisition_one_single_gateway_is_said(release: str) -> None:
    report = verify(network_of(rendered("acquisition", release)))
    assert report.ok
    assert [(one.code, one.severity) for one in report.findings] == [("single-point-of-failure", Severity.WARNING)]
