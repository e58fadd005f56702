"""The rendered examples, in every release: what is true of them is found, and nothing else."""

from __future__ import annotations

import pytest

from landbridge.verify.checks import CHECKS
from landbridge.verify.network import network_of
from tests.verify.checks.broken import rendered


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_the_four_region_network_has_public_addresses_and_single_gateways(release: str) -> None:
    network = network_of(rendered("four-regions", release))
    said = [(one.code, str(one.severity), one.where.path if one.where else "") for check in CHECKS for one in check.function(network)]
    assert sorted(said) == [
        *(("public-address", "warning", f"vpcs.{name}.cidrs") for name in ("frankfurt", "oregon", "singapore", "virginia")),
        *(("single-point-of-failure", "warning", f"gateways.{name}-a") for name in ("frankfurt", "singapore", "virginia")),
    ]


@pytest.mark.parametrize("release", ["1.2", "1.3", "1.4", "1.5"])
def test_the_acquired_network_has_one_single_gateway(release: str) -> None:
    network = network_of(rendered("acquisition", release))
    said = [(one.code, one.where.path if one.where else "") for check in CHECKS for one in check.function(network)]
    assert said == [("single-point-of-failure", "gateways.capetown-a")]


def test_every_check_says_when_it_passes_and_what_its_source_is() -> None:
    for check in CHECKS:
        assert "\n    Passes " in check.documentation, check.code
        assert "\n    Source: " in check.documentation, check.code
