"""What a network should have, as its stacks' plans tell it: the gateways and tunnels that facts are looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landbridge.aws.calling import Place
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.routers import texts
from landbridge.aws.model import Given, Outside
from landbridge.aws.stacks.names import logical


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gateway, and its tunnels by name with their inside ranges."""

    name: str
    site: str
    place: Place
    tunnels: tuple[tuple[str, str], ...]


def wanted(ground: Ground) -> tuple[Wanted, ...]:
    """The gateways that the plans make."""
    found = []
    for plan in ground.plans:
        for text in texts([plan]):
            tunnels = []
            for number in (1, 2):
                name = f"{text.gateway}-{number}"
                source = plan.parameters.get(f"{logical(name)}Outside")
                if isinstance(source, Outside):
                    tunnels.append((name, source.inside))
            found.append(Wanted(text.gateway, plan.owner, place(plan), tuple(tunnels)))
    return tuple(found)


def existing(ground: Ground) -> Iterator[tuple[str, Place, str]]:
    """The VPCs that the network was given: owner, place and id."""
    for plan in ground.plans:
        source = plan.parameters.get("Vpc")
        if plan.kind in ("hub", "edge") and isinstance(source, Given):
            yield plan.owner, place(plan), source.value
