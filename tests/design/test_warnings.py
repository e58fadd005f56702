"""What isn't wrong but worth knowing, and what the network file accepts of it."""

from __future__ import annotations

from landbridge.findings import Finding, Severity
from tests.design.networks import Data, designed, network, single

ADMIN = {"cidrs": ["203.0.113.0/24"], "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 43]}


def said(sites: dict[str, Data], **more: object) -> list[Finding]:
    return list(designed(network(sites, **({"admin": ADMIN} | more))).findings)


def many(count: int, region: str = "eu-west-{}") -> dict[str, Data]:
    return {f"s{at}": single(f"10.{at}.0.0/16", f"10.{at}.0.0/24", region=region.format(at)) for at in range(count)}


def test_nothing_to_say() -> None:
    assert said(many(2)) == []


def test_public_address_space_of_a_vpc_and_of_a_translation() -> None:
    findings = said({"paris": single("9.1.0.0/16", "9.1.0.0/24", translate={"9.1.0.0/24": "11.0.0.0/24"})})
    assert [(one.code, one.severity) for one in findings] == [("public-address", Severity.WARNING)] * 2
    assert "paris's VPC uses public address space, 9.1.0.0/16" in findings[0].message
    assert "11.0.0.0/24" in findings[1].message
    assert findings[0].where is not None
    assert findings[0].where.path == "sites.paris.vpc.cidrs[0]"


def test_what_is_accepted_is_a_note_with_the_reason() -> None:
    (finding,) = said(
        {"paris": single("9.1.0.0/16", "9.1.0.0/24")}, accept=[{"code": "public-address", "where": "paris", "reason": "inherited in 2009"}]
    )
    assert finding.severity is Severity.NOTE
    assert "inherited in 2009" in finding.message


def test_what_is_accepted_elsewhere_is_still_a_warning_and_the_accept_is_noted() -> None:
    data = {"paris": single("9.1.0.0/16", "9.1.0.0/24"), "tokyo": single("10.1.0.0/16", "10.1.0.0/24")}
    warning, note = said(data, accept=[{"code": "public-address", "where": "tokyo", "reason": "no"}])
    assert (warning.severity, note.severity) == (Severity.WARNING, Severity.NOTE)
    assert "public-address of tokyo" in note.message


def test_what_only_verify_can_find_is_accepted_without_a_word() -> None:
    accept = [{"code": code, "reason": "known"} for code in ("asymmetric", "mtu", "open-admin", "quota", "single-point-of-failure")]
    assert said({"paris": single("10.1.0.0/16", "10.1.0.0/24")}, accept=accept) == []


def test_ssh_open_to_the_world_and_to_nobody() -> None:
    (world,) = said(many(1), admin=ADMIN | {"cidrs": ["0.0.0.0/0"]})
    assert (world.code, "0.0.0.0/0" in world.message) == ("open-admin", True)
    (nobody,) = said(many(1), admin={"cidrs": ["203.0.113.0/24"]})
    assert (nobody.code, "admin.ssh_keys is empty" in nobody.message) == ("open-admin", True)


def test_quotas_near_and_passed() -> None:
    assert [one.message for one in said(many(4, "eu-west-1"))] == [
        "5 VPCs in eu-west-1 (the default one among them); AWS' default quota is 5, which is near.",
        "4 Elastic IPs in eu-west-1 (one a gateway); AWS' default quota is 5, which is near.",
    ]
    messages = [one.message for one in said(many(51))]
    assert messages == [
        "51 VPN connections in us-west-2; AWS' default quota is 50, which is passed.",
        "51 customer gateways in us-west-2; AWS' default quota is 50, which is passed.",
        "80 routes in each route table of s0's VPC (51 remote prefixes, in lists that count with their size); AWS' default quota is 50, "
        "which is passed.",
    ]


def test_each_vpc_has_lists_of_all_that_is_elsewhere_and_a_region_only_so_many() -> None:
    messages = [one.message for one in said(many(120, "eu-west-1"))]
    assert "600 prefix lists in eu-west-1 (5 for each VPC); AWS' default quota is 100, which is passed." in messages
