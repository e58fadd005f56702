"""cfn-lint over templates, with its remarks for information too and no rule switched off."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from landbridge.aws.model import StackPlan
from tests.aws.stacks.networks import NETWORKS, example, large, plans, read


def findings(made: Iterable[StackPlan]) -> list[str]:
    return [
        f"{plan.name}: {found.rule.id} {found.message}"
        for plan in made
        for found in lint(plan.template, config=ManualArgs(regions=[plan.region], include_checks=["I"]))
    ]


def shape(plan: StackPlan) -> tuple[Any, ...]:
    """What tells a template's rules from another's: resources with their properties, and parameters."""
    template = read(plan)
    resources = Counter((one["Type"], *one["Properties"]) for one in template["Resources"].values())
    parameters = Counter(one["Type"] for one in template.get("Parameters", {}).values())
    return plan.kind, frozenset(resources.items()), frozenset(parameters.items())


def chosen(made: Iterable[StackPlan]) -> list[StackPlan]:
    """One of each shape, for a template takes half a second; all with LANDBRIDGE_LINT_ALL=1."""
    return list(made) if os.environ.get("LANDBRIDGE_LINT_ALL") else list({shape(plan): plan for plan in made}.values())


@pytest.mark.parametrize("name", ["acquisition", "four-regions"])
def test_the_stacks_of_an_example_are_without_findings(name: str) -> None:
    assert not findings(chosen(example(name)))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_stacks_of_a_network_are_without_findings(name: str) -> None:
    assert not findings(chosen(plans(NETWORKS[name]())))


def test_the_stacks_of_200_sites_are_without_findings() -> None:
    assert not findings(chosen(large()))
