"""An embedded AWS for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from landbridge.sandbox import Sandbox, start, stop


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    folder = tmp_path / "sandbox"
    try:
        yield start(folder, idle=300)
    finally:
        stop(folder)
