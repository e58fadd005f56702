"""Artifacts in their folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.artifacts import Artifacts, folder, read, write
from landbridge.artifacts.decoding import manifest_of_text
from landbridge.artifacts.describing import manifest_of
from landbridge.artifacts.encoding import manifest_text
from landbridge.artifacts.manifest import Accept
from landbridge.artifacts.stamp import stamped
from landbridge.findings import LandbridgeError
from tests.design.networks import Data, designed, network, single, site
from tests.design.test_laws import networks

SITES = {
    "paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24"),
    "tokyo": single("10.1.0.0/16", "10.1.0.0/24", "10.1.2.0/24"),
}


def artifacts(data: Data, text: str = "set system host-name x\n") -> Artifacts:
    plan = designed(data)
    routers = {gateway.name: stamped(text) for site in plan.sites for gateway in site.gateways}
    manifest = manifest_of(plan, routers)
    scripts = {name: {"role.sh": "#!/bin/sh\n" + text, "settings.sh": text} for name in routers if "a" in name}
    return Artifacts(manifest, routers, scripts, stacks={"eu-west-1-paris-edge.yaml": f"Description: {text}"})


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write(artifacts(network(SITES, accept=[{"code": "mtu", "reason": "no PMTU there"}])), tmp_path / "out")
    return tmp_path / "out"


@given(networks(), st.text(st.characters(codec="utf-8")))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reading_what_was_written_gives_the_same_artifacts(tmp_path: Path, data: Data, text: str) -> None:
    made = artifacts(data, text + "\n")
    write(made, tmp_path / "out")
    assert read(tmp_path / "out") == made


@given(networks())
@settings(max_examples=30, deadline=None)
def test_a_manifest_is_json_and_yaml_alike(data: Data) -> None:
    manifest = artifacts(data).manifest
    text = manifest_text(manifest)
    assert json.loads(text) == yaml.safe_load(text)
    assert manifest_of_text(yaml.safe_dump(json.loads(text)), "manifest.yaml") == manifest


def test_a_record_is_a_line(written: Path) -> None:
    lines = (written / "manifest.yaml").read_text().splitlines()
    assert [line[:16] for line in lines if line.startswith('{"name"')] == [
        '{"name": "oregon',
        '{"name": "paris"',
        '{"name": "tokyo"',
        '{"name": "paris-',
        '{"name": "paris-',
        '{"name": "tokyo-',
    ]


def test_former_artifacts_are_replaced_whole(written: Path) -> None:
    write(artifacts(network({"paris": SITES["paris"]})), written)
    assert sorted(entry.name for entry in (written / "routers").iterdir()) == ["paris-a.set", "paris-b.set"]
    assert [entry.name for entry in written.parent.iterdir()] == ["out"]


def test_a_killed_write_leaves_the_former_artifacts_and_the_next_cleans_up(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(written)
    fill = folder._fill

    def killed(draft: Path, files: Mapping[str, str]) -> None:
        fill(draft, dict(list(files.items())[:2]))
        os._exit(9)

    monkeypatch.setattr(folder, "_fill", killed)
    child = os.fork()
    if child == 0:
        write(before, written)
    os.waitpid(child, 0)
    assert len(list(written.parent.iterdir())) == 2
    assert read(written) == before
    monkeypatch.undo()
    write(before, written)
    assert [entry.name for entry in written.parent.iterdir()] == ["out"]


def test_a_write_that_fails_leaves_the_former_artifacts(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(written)

    def full(draft: Path, _: Mapping[str, str]) -> None:
        (draft / "manifest.yaml").write_text("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "_fill", full)
    with pytest.raises(LandbridgeError, match="No space left"):
        write(before, written)
    assert read(written) == before
    assert [entry.name for entry in written.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("stranger", ["thesis.txt", "routers/notes.md", "routers/folder.set/x", "manifest.yaml/x", ".git/config"])
def test_a_folder_with_anything_else_is_not_touched(tmp_path: Path, stranger: str) -> None:
    path = tmp_path / "out" / stranger
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(LandbridgeError) as caught:
        write(artifacts(network(SITES)), tmp_path / "out")
    assert caught.value.findings[0].code == "write"
    assert path.read_text() == "mine"


@pytest.mark.parametrize("stranger", ["scripts/x", "scripts/nowhere-a/x", "scripts/paris-a/sub/x", "scripts/paris-a/Photo.jpg"])
def test_among_the_scripts_too_anything_else_is_not_touched(written: Path, stranger: str) -> None:
    (written / stranger).parent.mkdir(parents=True, exist_ok=True)
    (written / stranger).write_text("precious")
    with pytest.raises(LandbridgeError, match="holds something that isn't artifacts: scripts/"):
        write(artifacts(network(SITES)), written)
    assert (written / stranger).read_text() == "precious"


@pytest.mark.parametrize("stranger", ["stacks/notes.md", "stacks/sub/x", "stacks/x.yaml/y"])
def test_among_the_stacks_too_anything_else_is_not_touched(written: Path, stranger: str) -> None:
    (written / stranger).parent.mkdir(parents=True, exist_ok=True)
    (written / stranger).write_text("precious")
    with pytest.raises(LandbridgeError, match="holds something that isn't artifacts: stacks/"):
        write(artifacts(network(SITES)), written)
    assert (written / stranger).read_text() == "precious"


def test_stacks_that_are_no_more_are_gone(written: Path) -> None:
    assert list(read(written).stacks) == ["eu-west-1-paris-edge.yaml"]
    write(replace(artifacts(network(SITES)), stacks={"us-west-2-oregon-hub.yaml": "x"}), written)
    assert [entry.name for entry in (written / "stacks").iterdir()] == ["us-west-2-oregon-hub.yaml"]


def test_a_stack_that_is_a_link_is_a_clear_finding(written: Path) -> None:
    stack = written / "stacks" / "eu-west-1-paris-edge.yaml"
    stack.rename(written.parent / "elsewhere")
    stack.symlink_to(written.parent / "elsewhere")
    with pytest.raises(LandbridgeError, match=r"paris-edge\.yaml is a symbolic link"):
        read(written)


def test_a_script_may_be_run_and_what_it_reads_may_not(written: Path) -> None:
    assert os.access(written / "scripts" / "paris-a" / "role.sh", os.X_OK)
    assert not (written / "scripts" / "paris-a" / "settings.sh").stat().st_mode & 0o111


def test_an_empty_folder_will_do_and_a_file_will_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(artifacts(network(SITES)), tmp_path / "empty")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(LandbridgeError, match="it is a file"):
        write(artifacts(network(SITES)), tmp_path / "file")


def test_no_artifacts_and_half_artifacts_are_clear_findings(written: Path) -> None:
    with pytest.raises(LandbridgeError, match=r"manifest.yaml is missing"):
        read(written.parent)
    (written / "routers" / "paris-b.set").unlink()
    (written / "routers" / "tokyo-a.set").write_bytes(b"\xff")
    with pytest.raises(LandbridgeError) as caught:
        read(written)
    missing, garbled = caught.value.findings
    assert "paris-b.set is missing" in missing.message
    assert "tokyo-a.set is not UTF-8" in garbled.message


def changed(text: str, path: tuple[Any, ...], value: object) -> str:
    """The manifest with one value replaced, as somebody's editor might."""
    data = json.loads(text)
    inner = data
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return json.dumps(data, indent=1)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("version",), 2, "version is 2"),
        (("network",), ["x"], "network is a list"),
        (("hub",), "oregon", "hub is 'oregon', where a mapping is wanted"),
        (("hub", "asn"), "64512", "hub.asn is '64512'"),
        (("hub", "asn"), True, "hub.asn is True"),
        (("more",), 1, "more is not known here"),
        (("vpcs",), {}, "vpcs is a mapping, where a list is wanted"),
        (("vpcs", 1, "kind"), "spoke", "vpcs[1].kind is 'spoke'"),
        (("vpcs", 1, "name"), "oregon", "'oregon', which is there twice"),
        (("vpcs", 1, "subnets", 0, "cidr"), "10.1.0.7/24", "vpcs[1].subnets[0].cidr is '10.1.0.7/24', where an IPv4 prefix is wanted"),
        (("vpcs", 1, "subnets", 0, "address"), "10.9.0.1", "outside 10.1.0.0/24"),
        (("vpcs", 1, "subnets", 0, "global"), "10.9.0.0/25", "another length"),
        (("vpcs", 1, "subnets", 0, "global"), None, "only some of host, address and global"),
        (("vpcs", 1, "subnets", 0, "host"), None, "only some of host, address and global"),
        (("vpcs", 1, "routes", 0, "target"), "rome-a", "neither a gateway nor tgw"),
        (("vpcs", 1, "routes", 0, "destination"), "anywhere", "an IPv4 prefix is wanted"),
        (("gateways", 0, "name"), "../../etc/passwd", "a name is wanted"),
        (("gateways", 0, "name"), "/etc/passwd", "a name is wanted"),
        (("gateways", 0, "name"), "..", "a name is wanted"),
        (("gateways", 0, "name"), "a\nb", "a name is wanted"),
        (("gateways", 0, "vpc"), "rome", "no site's VPC"),
        (("gateways", 0, "vpc"), "oregon", "no site's VPC"),
        (("gateways", 0, "subnet"), "10.9.0.0/24", "no subnet of paris"),
        (("gateways", 0, "release"), "1.0", "where one of 1.1, 1.2"),
        (("gateways", 0, "tunnels", 0, "inside"), "169.254.0.0/29", "a /30 is wanted"),
        (("gateways", 0, "tunnels", 0, "name"), "paris-a-2", "there twice"),
        (("gateways", 0, "rules", 0, "source"), "${shell:rm}", "an IPv4 prefix is wanted"),
        (("gateways", 0, "rules", 0, "ports"), [0], "a whole number from 1 to 65535"),
        (("gateways", 0, "options", "encryption"), "rot13", "where one of aes128"),
        (("gateways", 0, "options", "dpd"), 1.5, "a whole number"),
        (("gateways", 0, "text"), "x", "gateways[0].text is 'x', where 12 digits"),
        (("accept", 0, "code"), "rain", "accept[0].code is 'rain', where a finding's code is wanted"),
        (("accept", 0, "where"), "rome", "accept[0].where is 'rome', which is no site or hub"),
        (("accept", 0, "reason"), "a\nb", "a line of text is wanted"),
    ],
)
def test_a_hostile_manifest_is_a_clear_finding_with_its_line(written: Path, path: tuple[Any, ...], value: object, says: str) -> None:
    manifest = written / "manifest.yaml"
    manifest.write_text(changed(manifest.read_text(), path, value))
    with pytest.raises(LandbridgeError) as caught:
        read(written)
    (finding,) = caught.value.findings
    assert says in finding.message
    assert finding.where is not None
    assert finding.where.line is not None


def test_what_the_file_accepts_is_in_the_manifest_and_may_be_left_out(written: Path) -> None:
    assert read(written).manifest.accept == (Accept("mtu", None, "no PMTU there"),)
    manifest = written / "manifest.yaml"
    data = json.loads(manifest.read_text())
    del data["accept"]
    manifest.write_text(json.dumps(data))
    assert read(written).manifest.accept == ()


def test_a_missing_key_is_a_clear_finding(written: Path) -> None:
    manifest = written / "manifest.yaml"
    data = json.loads(manifest.read_text())
    del data["gateways"][1]["tunnels"]
    manifest.write_text(json.dumps(data))
    with pytest.raises(LandbridgeError, match=r"gateways\[1\] has no 'tunnels'"):
        read(written)


@pytest.mark.parametrize("part", [0, 1, 2, 10, 500, 1500, 3000])
def test_a_truncated_manifest_is_a_clear_finding(written: Path, part: int) -> None:
    manifest = written / "manifest.yaml"
    manifest.write_text(manifest.read_text()[:part])
    with pytest.raises(LandbridgeError):
        read(written)


def test_a_deep_manifest_is_a_clear_finding(written: Path) -> None:
    (written / "manifest.yaml").write_text('{"version": ' + "[" * 200_000)
    with pytest.raises(LandbridgeError, match="nesting"):
        read(written)


def test_a_manifest_that_somebody_wrote_as_yaml_is_read(written: Path) -> None:
    before = read(written)
    manifest = written / "manifest.yaml"
    manifest.write_text("# by hand\n" + yaml.safe_dump(json.loads(manifest.read_text())))
    assert read(written) == before


def test_a_router_that_somebody_changed_is_read_as_it_is(written: Path) -> None:
    before = read(written)
    (written / "routers" / "paris-a.set").write_text("set x\r\n")
    assert read(written) == replace(before, routers=before.routers | {"paris-a": "set x\r\n"})
