"""docs/stacks.md names what stacks have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landbridge.aws.model import StackPlan
from tests.aws.stacks.networks import NETWORKS, plans, read

PAGE = (Path(__file__).resolve().parents[3] / "docs/stacks.md").read_text(encoding="utf-8")
KINDS = ("base", "heal", "hub", "edge", "vpn", "gateways")


def section(kind: str) -> str:
    return PAGE.split(f"## `{kind}`\n")[1].split("\n## ")[0]


def made(kind: str) -> list[StackPlan]:
    return [plan for network in NETWORKS.values() for plan in plans(network()) if plan.kind == kind]


def general(name: str) -> str:
    """A parameter's or output's name as the page has it: `<Gateway>Address`, `Subnet<prefix>`."""
    name = re.sub(r"^(Paris|Tokyo|Ningxia|Rome)[AB][12]", "<Tunnel>", name)
    name = re.sub(r"^(Paris|Tokyo|Ningxia|Rome)[AB]", "<Gateway>", name)
    return re.sub(r"^Subnet\d+x\d+x\d+x\d+Length\d+", "Subnet<prefix>", name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_resource_is_named(kind: str) -> None:
    types = {resource["Type"] for plan in made(kind) for resource in read(plan)["Resources"].values()}
    assert set(re.findall(r"`(AWS::\w+::\w+)`", section(kind))) == types


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_and_output_is_named(kind: str) -> None:
    text = section(kind)
    for part, end in (("Parameters", "Outputs: "), ("Outputs", "\n\n")):
        names = {general(name) for plan in made(kind) for name in read(plan).get(part, {})}
        said = text.split(f"{part}: ")[1].split(end)[0]
        missing = {name for name in names if f"`{name}`" not in said and f"`{name.replace('<Gateway>', '…')}`" not in said}
        assert not missing
