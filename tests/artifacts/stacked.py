"""Artifacts with their stacks, and stacks in which something was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from landbridge.artifacts import Artifacts, render
from landbridge.aws.stacks import stack_plans
from landbridge.design import Design, design, rereleased
from landbridge.intent import load
from landbridge.intent.document import loads
from tests.agreement.networks import random_network

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def stacked(made: Design) -> Artifacts:
    """What a design is rendered to, as `landbridge render` writes it."""
    rendered = render(made)
    return replace(rendered, stacks={plan.file: plan.template for plan in stack_plans(made, rendered.routers)})


def example(name: str) -> Artifacts:
    return stacked(rereleased(design(load(EXAMPLES / f"{name}.yaml")), "1.4"))


def at_random(seed: int) -> Artifacts:
    text = random_network(Random(seed)).text
    return stacked(rereleased(design(loads(text, "network.yaml")), "1.4"))


def edited(made: Artifacts, file: str, edit: Callable[[str], str]) -> Artifacts:
    """Artifacts of which one stack is another."""
    before = made.stacks[file]
    after = edit(before)
    assert after != before
    return replace(made, stacks={**made.stacks, file: after})


def swapped(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, count)


def without_resource(name: str) -> Callable[[str], str]:
    """A template without a resource."""
    return lambda text: re.sub(rf"(?m)^  {name}:\n(?:    .*\n)+", "", text, count=1)


def line_of(text: str, start: str) -> int:
    """The number of the first line that begins so."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))
