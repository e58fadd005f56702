"""The hand-made way, by other people's library alone: the console's steps as calls of boto3, one after another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from landbridge.lab.guestroot import GuestRoot
from tests.sandbox.following.followed import EXAMPLES, example, follow

pytestmark = pytest.mark.lab


def test_the_consoles_steps_by_boto3_end_with_every_probe_good(root: GuestRoot, tmp_path: Path) -> None:
    with follow(root, tmp_path / "emulator", example("four-regions")) as network:
        command = [sys.executable, str(EXAMPLES / "hand-made" / "by_hand.py"), network.emulator.endpoint, network.lab]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        ready = network.wait()
        assert [probe for probe in ready["probes"] if not probe["ok"]] == []
        assert len(ready["probes"]) == 2 * 146
        assert len({probe["address"] for probe in ready["probes"]}) == 14
