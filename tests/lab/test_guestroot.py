"""The guest root's folder: where it is, when it is made, and what stops that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.lab import guestroot
from landbridge.lab.cache import cache_folder
from landbridge.lab.guestroot import GuestRoot, guest_root
from landbridge.vyos import booting


def _folder(cache: Path) -> Path:
    return cache / f"guest-root-{guestroot._digest()}"


def test_what_the_cache_holds_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    _folder(tmp_path).mkdir()
    monkeypatch.setenv("PATH", "")  # no apt-get
    assert guest_root(lambda *_: pytest.fail("it was made anew")) == GuestRoot(_folder(tmp_path))


def _left(cache: Path) -> list[str]:
    """What is in the cache, but for the lock that others may wait for."""
    return [path.name for path in cache.iterdir() if path.suffix != ".lock"]


@pytest.mark.parametrize("name", ["PACKAGES", "FOLDERS"])
def test_another_recipe_is_another_folder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = guestroot._digest()
    monkeypatch.setattr(guestroot, name, (*getattr(guestroot, name), "more"))
    assert guestroot._digest() != before


def test_another_script_in_the_machines_is_another_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = guestroot._digest()
    monkeypatch.setattr(guestroot, "_source", lambda name: f"changed {name}")
    assert guestroot._digest() != before


def test_without_debians_tools_the_command_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LandbridgeError, match="there is no apt-get here") as refused:
        guest_root()
    assert refused.value.findings[0].code == "tool-missing"
    assert _left(tmp_path) == []


def test_a_download_that_fails_leaves_nothing_and_says_the_tools_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools, cache = tmp_path / "tools", tmp_path / "cache"
    tools.mkdir()
    for name in ("apt-get", "dpkg"):
        (tools / name).write_text("#!/bin/sh\necho reading >&2\necho 'E: no network' >&2\nexit 100\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(cache))
    monkeypatch.setenv("PATH", str(tools))
    with pytest.raises(LandbridgeError, match="apt-get failed while the guest root was made: E: no network"):
        guest_root()
    assert _left(cache) == []


def test_a_cache_folder_that_cannot_be_made_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "file/cache"))
    with pytest.raises(LandbridgeError, match="can't write to the cache folder") as refused:
        guest_root()
    assert refused.value.findings[0].remedy == "Set LANDBRIDGE_CACHE to one you can."


@pytest.mark.parametrize("name", ["my cache", "a,b", 'a"b', "a'b", "a\nb", "a=b c", "$(x)"])
def test_a_cache_folder_that_cannot_stand_on_a_kernels_command_line_is_a_finding(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / name))
    with pytest.raises(LandbridgeError, match="the lab can't use a cache folder"):
        guest_root()
    assert not (tmp_path / name).exists()


def test_the_cache_is_where_the_user_says_or_in_the_users_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", "~/elsewhere")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("LANDBRIDGE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg/landbridge"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == tmp_path / ".cache/landbridge"


def test_a_tool_of_the_guest_root_runs_with_the_guest_roots_own_libraries() -> None:
    root = GuestRoot(Path("/cache/guest-root-1"))
    loader, option, libraries, tool = root.tool("bin/ip")
    assert (option, tool) == ("--library-path", "/cache/guest-root-1/bin/ip")
    assert all(path.startswith("/cache/guest-root-1/") for path in (loader, *libraries.split(":")))


def test_what_a_killed_making_left_behind_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    left = tmp_path / "guest-root-abc.partial"
    (left / "apt").mkdir(parents=True)
    monkeypatch.setattr(guestroot, "_make", lambda folder, _: folder.mkdir())
    assert guestroot.guest_root().folder.is_dir()
    assert not left.exists()


def test_when_one_is_made_older_ones_go_that_nobody_uses_or_asked_for_lately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    monkeypatch.setattr(guestroot, "_make", lambda folder, _: folder.mkdir())
    for name in ("unused", "lately", "running"):
        (tmp_path / f"guest-root-{name}/usr").mkdir(parents=True)
        if name != "lately":
            os.utime(tmp_path / f"guest-root-{name}", (1, 1))
    (tmp_path / "other").mkdir()
    running = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)", f"rootflags={tmp_path}/guest-root-running"]
    machine = subprocess.Popen(running, stdout=subprocess.PIPE)
    try:
        assert machine.stdout is not None
        machine.stdout.readline()  # until then, what it was called with may not be seen yet
        made = guest_root()
    finally:
        machine.kill()
        machine.wait()
    assert sorted(_left(tmp_path)) == sorted([made.folder.name, "guest-root-lately", "guest-root-running", "other"])


def test_one_that_is_asked_for_is_known_to_be_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    _folder(tmp_path).mkdir()
    os.utime(_folder(tmp_path), (1, 1))
    guest_root()
    assert time.time() - _folder(tmp_path).stat().st_mtime < 60


@pytest.mark.lab
def test_a_machines_python_finds_everything_that_a_bootstrap_imports_compiled(root: GuestRoot) -> None:
    wanted = re.findall(r"^import (\S+)$", (Path(booting.__file__).parent / "bootstrap.txt").read_text(), re.MULTILINE)
    assert set(wanted) <= set(guestroot.IMPORTS.split(", "))
    assert list(root.folder.glob("usr/lib/python3*/urllib/__pycache__/request.*.pyc"))
