"""What a gateway, the hub and the fabric of the four regions are made of, whole.

`LANDBRIDGE_UPDATE_GOLDEN=1 pytest tests/lab/test_golden.py` writes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from landbridge.lab import fabric
from landbridge.lab.recipes import Recipe
from tests.lab import networks

GOLDEN = Path(__file__).parent / "golden"
RELEASES = ("1.1", "1.4")


@pytest.mark.parametrize("release", RELEASES)
def test_a_gateway_is_made_as_before(release: str) -> None:
    _compare(f"four-regions-{release}/singapore-a", _files(networks.gateway("singapore-a", release)))


@pytest.mark.parametrize("release", RELEASES)
def test_the_hub_is_made_as_before(release: str) -> None:
    _compare(f"four-regions-{release}/oregon", _files(networks.hub(release)))


@pytest.mark.parametrize("release", RELEASES)
def test_the_fabric_is_made_as_before(release: str) -> None:
    plan = fabric.plan(networks.manifest(release), networks.fixed(networks.manifest(release)))
    texts = {"all.batch": "\n".join(plan.batch) + "\n"}
    for namespace in plan.namespaces:
        texts[f"{namespace.name}.batch"] = "\n".join(namespace.batch) + "\n"
        if namespace.nft:
            texts[f"{namespace.name}.nft"] = namespace.nft
    _compare(f"four-regions-{release}/fabric", texts)


def _files(recipe: Recipe) -> dict[str, str]:
    """All but the boot script, which is the same for all and is read where it is written."""
    return {name: text for name, text in recipe.files.items() if name != "boot"}


def _compare(folder: str, texts: dict[str, str]) -> None:
    golden = GOLDEN / folder
    if os.environ.get("LANDBRIDGE_UPDATE_GOLDEN"):
        golden.mkdir(parents=True, exist_ok=True)
        for stale in golden.iterdir():
            stale.unlink()
        for name, text in texts.items():
            (golden / name).write_text(text)
    assert texts == {path.name: path.read_text() for path in golden.iterdir()}
