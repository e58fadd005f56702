"""The ground in namespaces of the kernel: what each of the cloud's rules does to packets, and that it is right after any changes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from tests.sandbox.following.ground_scenes import SCENES

pytestmark = pytest.mark.lab


def lived(root: GuestRoot, story: str) -> dict[str, Any]:
    command = ["unshare", *launching.allowed(), sys.executable, "-m", "tests.sandbox.following.ground_world", story, str(root.folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def seen(root: GuestRoot) -> dict[str, Any]:
    return lived(root, "scenes")


@pytest.mark.parametrize("name", SCENES)
def test_packets_feel_what_the_cloud_holds(seen: dict[str, Any], name: str) -> None:
    assert sorted(map(tuple, seen[name])) == sorted(SCENES[name].seen)


def test_after_any_changes_the_kernel_is_as_if_nothing_else_had_ever_been(root: GuestRoot) -> None:
    found = lived(root, "orders")
    assert found["wrong"] == []
    assert (found["devices"], found["places"]) == (["lo"], [])


def test_what_failed_at_any_call_is_right_the_next_time(root: GuestRoot) -> None:
    found = lived(root, "failures")
    assert found["wrong"] == []
    assert found["failed"] > 10


def test_a_route_that_changes_is_felt_within_50_ms(root: GuestRoot) -> None:
    seconds = lived(root, "quick")["seconds"]
    assert seconds[len(seconds) // 2] < 0.05
