"""Artifacts that aren't what they should be: of two renders, cut off, or made to harm. Each is a clear finding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.artifacts import read, reading, render, write
from landbridge.findings import LandbridgeError
from landbridge.vyos import parse
from tests.design.networks import designed, network, single, site

SITES = {
    "paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24"),
    "tokyo": single("10.1.0.0/16", "10.1.0.0/24", "10.1.2.0/24"),
}
MADE = render(designed(network(SITES)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(MADE, tmp_path / "out")
    return tmp_path / "out"


def problem(folder: Path) -> str:
    """The one thing that is wrong with artifacts; it says where, and what to do."""
    with pytest.raises(LandbridgeError) as caught:
        read(folder)
    (finding,) = caught.value.findings
    assert finding.code == "syntax"
    assert finding.where is not None
    assert finding.remedy
    return finding.message


def test_what_is_rendered_is_read_and_its_first_line_tells_the_render(folder: Path) -> None:
    assert read(folder) == MADE
    for gateway in MADE.manifest.gateways:
        text = MADE.routers[gateway.name]
        assert text.splitlines()[0] == f"# landbridge {gateway.text}"
        assert text.splitlines()[-1] == f"# landbridge {gateway.text} end"
        assert parse(text, "x") == parse("".join(text.splitlines(keepends=True)[1:-1]), "x")


def test_a_text_of_another_render_is_told(folder: Path, tmp_path: Path) -> None:
    other = render(designed(network({**SITES, "paris": site("10.1.0.0/16", "10.1.4.0/24", "10.1.1.0/24")})))
    write(other, tmp_path / "other")
    (folder / "manifest.yaml").write_text((tmp_path / "other/manifest.yaml").read_text())
    with pytest.raises(LandbridgeError) as caught:
        read(folder)
    changed = [name for name, text in MADE.routers.items() if text != other.routers[name]]
    assert changed == ["paris-a", "paris-b"]
    assert [finding.message.rpartition("/")[2] for finding in caught.value.findings] == [
        f"{name}.set is of another render than manifest.yaml." for name in changed
    ]


def test_a_text_may_be_edited_and_so_may_the_manifest(folder: Path) -> None:
    router, manifest = folder / "routers/tokyo-a.set", folder / "manifest.yaml"
    lines = router.read_text().splitlines()
    for edited in ("\n".join(lines[:9] + lines[10:]), "\r\n".join([*lines, "set system host-name x"]), "set system host-name x"):
        router.write_bytes(edited.encode())
        assert read(folder).routers["tokyo-a"] == edited
    data = json.loads(manifest.read_text())
    data["vpcs"][1]["routes"] = []
    del data["gateways"][0]["text"]
    manifest.write_text(json.dumps(data))
    assert read(folder).manifest.gateways[0].text is None


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_that_is_cut_off_anywhere_is_told(folder: Path, data: st.DataObject) -> None:
    whole = MADE.routers["paris-a"]
    first = whole.index("\n") + 1
    (folder / "routers/paris-a.set").write_text(whole[: data.draw(st.integers(first, len(whole) - 2))])
    assert "is cut off" in problem(folder)


@given(st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_manifest_that_is_cut_off_anywhere_is_told(folder: Path, data: st.DataObject) -> None:
    whole = (folder / "manifest.yaml").read_text()
    try:
        (folder / "manifest.yaml").write_text(whole[: data.draw(st.integers(0, len(whole) - 3))])
        with pytest.raises(LandbridgeError) as caught:
            read(folder)
        assert {finding.code for finding in caught.value.findings} == {"syntax"}
    finally:
        (folder / "manifest.yaml").write_text(whole)


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n"])
def test_an_empty_text_is_told(folder: Path, text: str) -> None:
    (folder / "routers/paris-a.set").write_text(text)
    assert "is empty" in problem(folder)


PLACES = ("manifest.yaml", "routers/paris-a.set", "scripts/paris-a/more.sh")


@pytest.fixture(params=PLACES)
def victim(folder: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    path = folder / request.param
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_a_pipe_is_not_waited_for(folder: Path, victim: Path) -> None:
    os.mkfifo(victim)
    assert "is no plain file" in problem(folder)


@pytest.mark.parametrize("target", ["/dev/zero", "/etc/hostname", "nowhere", "/proc/self/mem"])
def test_a_symbolic_link_is_not_followed(folder: Path, victim: Path, target: str) -> None:
    victim.symlink_to(target)
    assert "is a symbolic link" in problem(folder)


def test_a_huge_file_is_not_read(folder: Path, victim: Path) -> None:
    with victim.open("wb") as file:
        file.truncate(10**12)  # sparse: it takes no room
    assert "MB" in problem(folder)


def test_what_is_not_text_is_told_with_its_line(folder: Path, victim: Path) -> None:
    victim.write_bytes(b"# a\n\xff\n")
    with pytest.raises(LandbridgeError, match="is not UTF-8") as caught:
        read(folder)
    where = caught.value.findings[0].where
    assert where is not None
    assert where.line == 2


def test_a_folder_in_place_of_a_file_and_a_file_in_place_of_a_folder(folder: Path) -> None:
    for name in ("routers/paris-a.set", "manifest.yaml"):
        (folder / name).rename(folder / "aside")
        (folder / name).mkdir()
        assert "is no plain file" in problem(folder)
        (folder / name).rmdir()
        (folder / "aside").rename(folder / name)
    (folder / "scripts").rename(folder / "aside")
    (folder / "scripts").write_text("x")
    assert "Not a directory" in problem(folder)


@pytest.mark.parametrize("name", ["routers", "scripts"])
def test_a_folder_that_is_a_symbolic_link_is_not_followed(folder: Path, name: str) -> None:
    (folder / name).rename(folder.parent / name)
    (folder / name).symlink_to(folder.parent / name)
    assert "is a symbolic link" in problem(folder)


def test_control_characters_in_a_manifest_are_told(folder: Path) -> None:
    manifest = folder / "manifest.yaml"
    whole = manifest.read_text()
    for put in ("\\u0007", "\x07", "\\u202e"):
        manifest.write_text(whole.replace('"purpose": "', f'"purpose": "{put}', 1))
        assert problem(folder)


def test_a_limit_counts_bytes_not_what_a_file_says_of_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", len(MADE.routers["paris-a"].encode()) - 1)
    with pytest.raises(LandbridgeError, match="has more than"):
        read(folder)
