"""What the tests of `vyos` share: the two example networks as designs, and texts to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from landbridge.design import Design, GatewayPlan, SitePlan, design, rereleased
from landbridge.intent import load
from landbridge.vyos import fill, placeholders, render_gateway

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"


@dataclass(frozen=True)
class Rendered:
    """A gateway of an example network in a release line, with its text."""

    design: Design
    site: SitePlan
    gateway: GatewayPlan
    text: str

    def filled(self) -> str:
        """The text with an address or key of documentation space for every placeholder."""
        values = {name: f"192.0.2.{number}" for number, name in enumerate(sorted(placeholders(self.text)), 1)}
        values |= {name: f"key.{name.removeprefix('psk:')}" for name in values if name.startswith("psk:")}
        return fill(self.text, values)


@pytest.fixture(scope="session")
def designs() -> dict[str, Design]:
    """The example networks by name."""
    return {name: design(load(EXAMPLES / f"{name}.yaml")) for name in ("four-regions", "acquisition")}


@pytest.fixture(scope="session")
def rendered(designs: dict[str, Design]) -> Callable[[str, str], dict[str, Rendered]]:
    """The gateways of an example in a release line, by name."""

    def render(example: str, release: str) -> dict[str, Rendered]:
        released = rereleased(designs[example], release)
        return {each.gateway.name: each for each in _gateways(released, release)}

    return render


def _gateways(plan: Design, release: str) -> Iterator[Rendered]:
    for site in plan.sites:
        for gateway in site.gateways:
            yield Rendered(plan, site, gateway, render_gateway(site, gateway, plan, release))
