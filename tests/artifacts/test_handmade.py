"""A network that somebody wrote by hand: what may be left out, and what it means then."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from landbridge.artifacts import Artifacts, Manifest, read, write
from landbridge.artifacts.manifest import Route
from landbridge.findings import LandbridgeError
from landbridge.verify.network import network_of

DOCUMENTED = re.findall(r"```yaml\n(.*?)```", (Path(__file__).parents[2] / "docs/manifest.md").read_text(encoding="utf-8"), re.DOTALL)
CURLY = 'system {\n    host-name "by-hand"\n}\ninterfaces {\n    ethernet eth0 {\n        address "10.0.0.1/24"\n    }\n}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (manifest,) = DOCUMENTED
    (tmp_path / "manifest.yaml").write_text(manifest)
    (tmp_path / "routers").mkdir()
    (tmp_path / "routers/singapore-a.boot").write_text(CURLY)
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Manifest:
    text = (folder / "manifest.yaml").read_text()
    assert old in text
    (folder / "manifest.yaml").write_text(text.replace(old, new))
    return read(folder).manifest


def test_what_is_left_out_follows_from_the_rest(folder: Path) -> None:
    manifest = read(folder).manifest
    oregon, singapore = manifest.vpcs
    assert (oregon.routes, singapore.routes) == ((Route("remote", "tgw"),), (Route("remote", "singapore-a"),))
    same, translated, private = singapore.subnets
    assert (same.host, same.address, same.global_) == ("singapore-1", IPv4Address("172.88.0.10"), same.cidr)
    assert (translated.host, translated.global_address) == ("singapore-2", IPv4Address("10.0.1.10"))
    assert translated.global_ == IPv4Network("10.0.1.0/24")
    assert (private.host, private.address, private.global_) == (None, None, None)
    (gateway,) = manifest.gateways
    assert (gateway.role, gateway.subnet, gateway.secondary, gateway.options, gateway.rules) == ("active", None, None, None, None)
    assert manifest.accept == ()


def test_a_second_gateway_is_the_standby_and_the_first_has_the_routes(folder: Path) -> None:
    second = '\n  - {name: singapore-b, vpc: singapore, release: "1.1", asn: 65400, tunnels: []}\n'
    (folder / "routers/singapore-b.set").write_text("set system host-name b\n")
    manifest = changed(folder, "169.254.14.212/30}]\n", f"169.254.14.212/30}}]{second}")
    assert [gateway.role for gateway in manifest.gateways] == ["active", "standby"]
    assert manifest.vpcs[1].routes == (Route("remote", "singapore-a"),)


def test_a_router_in_its_own_syntax_is_read_with_its_lines_and_file(folder: Path) -> None:
    found = network_of(read(folder))
    router = found.routers["singapore-a"]
    assert (router.host_name, router.interfaces[0].line) == ("by-hand", 5)
    assert found.places.router("singapore-a", 5).file == "routers/singapore-a.boot"
    (folder / "routers/singapore-a.boot").write_text("system {")
    with pytest.raises(LandbridgeError, match=r"routers/singapore-a\.boot:1"):
        network_of(read(folder))


def test_commands_are_taken_before_the_routers_own_file(folder: Path) -> None:
    (folder / "routers/singapore-a.set").write_text("set system host-name commands\n")
    assert network_of(read(folder)).routers["singapore-a"].host_name == "commands"


def test_what_was_made_by_hand_is_written_and_read_whole(folder: Path) -> None:
    made: Artifacts = read(folder)
    write(made, folder / "copy")
    assert read(folder / "copy") == made


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("global: 10.0.1.0/24", "host: here", "only some of host, address and global"),
        ("global: 10.0.1.0/24", "global: 10.0.1.0/25", "another length"),
        ("global: 10.0.1.0/24", "global: other", "an IPv4 prefix is wanted"),
        ("{cidr: 172.88.1.0/24, zone: b, global: 10.0.1.0/24}", "{cidr: 172.88.1.0/29, zone: b, global: same}", "too small for a host"),
        ("    asn: 65400\n", "", "has no 'asn'"),
    ],
)
def test_what_does_not_follow_is_asked_for(folder: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(LandbridgeError, match=says):
        changed(folder, old, new)
