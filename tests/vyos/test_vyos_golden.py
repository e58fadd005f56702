"""The routers of both examples, whole. `LANDBRIDGE_UPDATE_GOLDEN=1 pytest tests/vyos/test_vyos_golden.py` writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge.vyos import parse, print_set

GOLDEN = Path(__file__).parent / "golden"
CASES = [
    *(("four-regions", release) for release in ("1.1", "1.2", "1.3", "1.4", "1.5")),
    *(("acquisition", release) for release in ("1.2", "1.3", "1.4", "1.5")),
]


@pytest.mark.parametrize(("example", "release"), CASES)
def test_every_router_of_an_example_is_rendered_as_before(
    example: str, release: str, rendered: Callable[[str, str], dict[str, Any]]
) -> None:
    folder = GOLDEN / f"{example}-{release}"
    texts = {f"{name}.set": each.text for name, each in rendered(example, release).items()}
    if os.environ.get("LANDBRIDGE_UPDATE_GOLDEN"):
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.set"):
            stale.unlink()
        for name, text in texts.items():
            (folder / name).write_text(text)
    assert texts == {path.name: path.read_text() for path in folder.glob("*.set")}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*.set")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_rendered_text_is_printed_back_command_for_command(path: Path) -> None:
    tree = parse(path.read_text(), path.name)
    assert parse(print_set(tree), path.name) == tree
    assert len(list(tree.paths())) == len(path.read_text().splitlines())
