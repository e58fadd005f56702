"""Address space that belongs to somebody on the Internet."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from landbridge.artifacts import Artifacts
from landbridge.artifacts.manifest import Vpc
from tests.verify.checks.broken import found, places, rendered, vpc_changed


def test_a_vpc_with_public_addresses_is_named_once_with_all_of_them() -> None:
    made = rendered("four-regions")
    findings = [one for one in found(made, "public-address") if one.where and one.where.path == "vpcs.singapore.cidrs"]
    assert places(findings) == [("warning", "manifest.yaml", made.lines["singapore"])]
    assert "172.88.0.0/19, 172.88.88.0/24" in findings[0].message


def test_a_public_global_prefix_is_named_too() -> None:
    (finding,) = found(_known_by("8.8.8.0/24"), "public-address")
    assert finding.message.startswith("tokyo is known to the others by public address space, 8.8.8.0/24")
    assert finding.where is not None
    assert finding.where.path == "vpcs.tokyo.subnets"
    for private in ("10.9.9.0/24", "172.31.0.0/24", "192.168.9.0/24", "100.64.99.0/24"):
        assert not found(_known_by(private), "public-address")


def _known_by(prefix: str) -> Artifacts:
    """The acquired network, with another global prefix for Tokyo's first subnet."""

    def change(vpc: Vpc) -> Vpc:
        return replace(vpc, subnets=(replace(vpc.subnets[0], global_=IPv4Network(prefix)), *vpc.subnets[1:]))

    return vpc_changed(rendered("acquisition"), "tokyo", change)
