"""Loading a network file: what it accepts, and what a document knows of its places."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.intent import load, loads
from landbridge.intent.model import Availability, Release
from landbridge.intent.templates import EXAMPLES, example
from tests.intent.networks import RIGHT, changed

FOUR_REGIONS = Path("examples/four-regions.yaml")


@pytest.mark.parametrize("release", ["1.4", '"1.4"', "'1.4'"])
def test_a_release_may_be_written_without_quotes(release: str) -> None:
    network = loads(changed("release: 1.4", f"release: {release}"), "f").network
    assert network.sites["virginia"].gateway.release is Release.V1_4


@pytest.mark.parametrize("key", ["reserved:", "reserved: ~", "reserved: null", "reserved: []"])
def test_a_key_without_a_value_is_as_if_it_were_not_written(key: str) -> None:
    assert loads(changed("reserved: [10.2.0.0/16]", key), "f").network.sites["virginia"].vpc.reserved == ()


def test_a_whole_part_may_be_commented_out() -> None:
    network = loads(changed("  cidrs: [203.0.113.0/24]", "  # cidrs: [203.0.113.0/24]"), "f").network
    assert network.admin.cidrs == ()


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("True", True), ("yes", True), ("on", True), ("false", False), ("no", False)]
)
def test_yes_and_no_are_written_as_yaml_has_them(written: str, meant: bool) -> None:
    network = loads(changed("private: false", f"private: {written}"), "f").network
    assert network.sites["virginia"].vpc.subnets[1].private is meant


def test_values_are_typed() -> None:
    site = loads(RIGHT, "f").network.sites["virginia"]
    assert site.asn == 65200
    assert site.vpc.cidrs == (IPv4Network("10.1.0.0/16"),)
    assert site.gateway.availability is Availability.SINGLE


def test_sites_may_share_a_gateway_by_an_anchor() -> None:
    text = changed("    gateway:\n", "    gateway: &gateway\n").replace(
        "tunnels: [169.254.12.76/30, 169.254.14.212/30]", "instance_type: t3.small"
    )
    text = text.replace(
        "admin:",
        "  tokyo:\n    region: ap-northeast-1\n    vpc: {cidrs: [10.9.0.0/16], subnets: [{cidr: 10.9.0.0/24, zone: a}]}\n"
        "    gateway: {<<: *gateway, release: 1.3}\nadmin:",
    )
    tokyo = loads(text, "f").network.sites["tokyo"]
    assert (tokyo.gateway.availability, tokyo.gateway.release) == (Availability.SINGLE, Release.V1_3)


def test_where_takes_prefixes_and_numbers_and_falls_back_to_the_nearest_parent() -> None:
    document = load(FOUR_REGIONS)
    lines = FOUR_REGIONS.read_text().splitlines()
    pin = document.where("sites", "virginia", "translate", IPv4Network("172.88.88.0/24"))
    assert pin.line is not None
    assert lines[pin.line - 1].strip() == "translate: {172.88.88.0/24: 192.168.1.0/24}"
    fourth = document.where("sites", "virginia", "vpc", "subnets", 3, "cidr")
    assert fourth.line is not None
    assert "172.88.88.0/24, zone: a" in lines[fourth.line - 1]
    assert document.where("sites", "virginia", "gateway", "image").line == document.where("sites", "virginia", "gateway").line
    assert str(document.where("vpn", "dpd")) == f"{FOUR_REGIONS}:1:1: vpn.dpd"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_loads(name: str) -> None:
    assert loads(example(name), "network.yaml").network.sites


def test_the_four_region_example_is_the_seeds_network() -> None:
    network = load(FOUR_REGIONS).network
    vpcs = [network.hubs["oregon"].vpc, *(site.vpc for site in network.sites.values())]
    assert sum(len(vpc.subnets) for vpc in vpcs if vpc) == 14
    assert {name: site.asn for name, site in network.sites.items()} == {"singapore": 65400, "virginia": 65200, "frankfurt": 65300}
    stands = {name: str(subnet.cidr) for name, site in network.sites.items() for subnet in site.vpc.subnets if subnet.gateway}
    assert stands == {"singapore": "172.88.0.0/24", "virginia": "172.88.130.0/24", "frankfurt": "172.88.194.0/24"}
    assert [str(one) for one in network.sites["singapore"].gateway.tunnels] == ["169.254.12.76/30", "169.254.14.212/30"]
    assert network.defaults.gateway.release is Release.V1_1


def test_the_acquisition_pins_nothing() -> None:
    network = load("examples/acquisition.yaml").network
    assert len(network.sites) == 8
    assert len({site.region for site in network.sites.values()}) == 8
    assert not any(site.translate or site.asn or site.gateway.tunnels for site in network.sites.values())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfev\x00", "is saved as UTF-16. Save it as UTF-8."),
        (b"version: 1\nnetwork: caf\xe9\n", ":2:13: the byte 0xE9 isn't UTF-8."),
        (b"version: 1\nnetwork: a\x00b\n", ":2:11: the character U+0000 can't stand in a text file. Remove it."),
        (b"version: 1\nnetwork: a\x1b[31m\n", "the character U+001B"),
    ],
)
def test_what_is_not_text_is_one_finding_with_its_place(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "network.yaml"
    path.write_bytes(data)
    with pytest.raises(LandbridgeError) as raised:
        load(path)
    assert said in str(raised.value)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "network.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode())
    document = load(path)
    assert document.where("sites", "virginia", "asn").line == 9


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(LandbridgeError, match="is bigger than 20 MB"):
        load("/dev/zero")


def test_a_folder_is_not_a_network_file(tmp_path: Path) -> None:
    with pytest.raises(LandbridgeError, match="is a folder"):
        load(tmp_path)


def test_the_repr_of_a_document_does_not_drag_the_file_along() -> None:
    assert "marks" not in repr(loads(RIGHT, "f"))
