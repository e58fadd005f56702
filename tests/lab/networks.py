"""What the lab's fast tests share: the example's manifest and machines, with addresses and keys that don't change."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from landbridge import artifacts
from landbridge.artifacts import Artifacts, Manifest
from landbridge.design import design
from landbridge.intent import load
from landbridge.lab import recipes
from landbridge.lab.addressing import Addressing, address
from landbridge.lab.network import LabNetwork, lab_network
from landbridge.lab.order import Order
from landbridge.lab.recipes import Recipe
from landbridge.vyos import Router, fill, parse, read_router

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANTED = "PlantedKey"  # every fixed key begins so


@cache
def four_regions(release: str = "1.1") -> Artifacts:
    return artifacts.render(design(load(EXAMPLES / "four-regions.yaml")), release)


def manifest(release: str = "1.1") -> Manifest:
    return four_regions(release).manifest


def fixed(network: Manifest) -> Addressing:
    """The lab's addresses for a network, with keys that are the same each time."""
    chosen = address(network)
    return replace(chosen, keys={tunnel: f"{PLANTED}.{tunnel}" for tunnel in chosen.keys})


def router(name: str, release: str = "1.1", more: str = "") -> Router:
    """A gateway as the lab reads it; `more` is commands after its own."""
    made = four_regions(release)
    text = fill(made.routers[name] + more, fixed(made.manifest).placeholders())
    return read_router(parse(text, name), release, name)


def gateway(name: str, release: str = "1.1", more: str = "") -> Recipe:
    network = manifest(release)
    facts = next(each for each in network.gateways if each.name == name)
    return recipes.gateway(router(name, release, more), {}, facts, network, fixed(network))


def hub(release: str = "1.1") -> Recipe:
    return recipes.hub(manifest(release), fixed(manifest(release)))


def lab(texts: dict[str, str] | None = None, folder: Path = Path("/nowhere")) -> LabNetwork:
    """A lab of which nothing runs; `texts` in the place of some routers' own."""
    made = four_regions()
    return lab_network(Order("lab", replace(made, routers={**made.routers, **(texts or {})}), folder, 0, 1.0))
