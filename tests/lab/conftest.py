"""What the lab's tests share: a lab that runs for one test, and what it is asked."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from landbridge import artifacts
from landbridge.artifacts import Artifacts
from landbridge.design import design
from landbridge.intent import load
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENCE_S = 8.0  # broken networks are what most tests are about
_numbers = itertools.count(1)

Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Lab:
    """A running lab, and how it came up."""

    name: str
    ready: dict[str, Any]

    def ask(self, operation: str, **words: object) -> dict[str, Any]:
        return launching.ask(self.name, {"op": operation, **words})

    def shell(self, where: str, command: str) -> str:
        """What a command says; it must succeed."""
        answer = self.ask("exec", name=where, command=["sh", "-c", command], seconds=30)
        assert answer["status"] == 0, answer
        said: str = answer["out"]
        return said

    def bad(self, **words: object) -> Pairs:
        """The ordered pairs of hosts of which a probe fails."""
        return {(probe["from"], probe["to"]) for probe in self.ask("probe", **words)["probes"] if not probe["ok"]}


Start = Callable[[Artifacts], AbstractContextManager[Lab]]


@pytest.fixture(scope="session")
def start(root: GuestRoot) -> Start:
    """Starts a lab of artifacts; it ends with the `with` block."""

    @contextmanager
    def starting(made: Artifacts) -> Iterator[Lab]:
        name = f"test-{os.getpid()}-{next(_numbers)}"
        with launching.start(name, made, root, PATIENCE_S) as running:
            yield Lab(name, running.wait(lambda _: None))

    return starting


def rendered(example: str, release: str | None = None) -> Artifacts:
    """The artifacts of an example."""
    return artifacts.render(design(load(EXAMPLES / f"{example}.yaml")), release)


def without(made: Artifacts, gateway: str, *lines: str) -> Artifacts:
    """The artifacts with commands taken out of a router's text; each must be there."""
    kept = made.routers[gateway].splitlines()
    for line in lines:
        matching = [command for command in kept if command.startswith(line)]
        assert matching, f"{gateway} has no command {line!r}"
        kept = [command for command in kept if command not in matching]
    return replaced(made, {gateway: "\n".join(kept) + "\n"})


def replaced(made: Artifacts, routers: Mapping[str, str]) -> Artifacts:
    return Artifacts(made.manifest, {**made.routers, **routers}, made.scripts)


def pairs_of(lab: Lab, *, source: str | None = None, destination: str | None = None) -> Pairs:
    """The ordered pairs of hosts of different VPCs from or to a host."""
    every = {(probe["from"], probe["to"]) for probe in lab.ready["probes"]}
    return {pair for pair in every if pair[0] == source or pair[1] == destination}
