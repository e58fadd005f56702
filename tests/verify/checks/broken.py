"""Networks for the checks: the examples as they are rendered, and with a change in a router's text or the manifest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from landbridge import artifacts
from landbridge.artifacts import Artifacts
from landbridge.artifacts.manifest import Gateway, Vpc
from landbridge.design import design
from landbridge.findings import Finding
from landbridge.intent import load
from landbridge.verify.checks import CHECKS
from landbridge.verify.network import Network, network_of

EXAMPLES = Path(__file__).parents[3] / "examples"


@cache
def rendered(example: str, release: str | None = None) -> Artifacts:
    return artifacts.render(design(load(EXAMPLES / f"{example}.yaml")), release)


def edited(made: Artifacts, gateway: str, old: str, new: str) -> Artifacts:
    """The artifacts with every line that begins with `old` replaced by `new` (nothing: taken out); one must be there."""
    lines = made.routers[gateway].splitlines(keepends=True)
    assert any(line.startswith(old) for line in lines), f"{gateway} has no line {old!r}"
    kept = [f"{new}\n" * bool(new) if line.startswith(old) else line for line in lines]
    return replace(made, routers={**made.routers, gateway: "".join(kept)})


def added(made: Artifacts, gateway: str, *commands: str) -> Artifacts:
    """The artifacts with commands before a router's last line."""
    *lines, last = made.routers[gateway].splitlines(keepends=True)
    return replace(made, routers={**made.routers, gateway: "".join([*lines, *(f"{command}\n" for command in commands), last])})


def line_of(made: Artifacts, gateway: str, command: str) -> int:
    """The line that a command stands on."""
    return next(number for number, line in enumerate(made.routers[gateway].splitlines(), 1) if line.startswith(command))


def gateway_changed(made: Artifacts, name: str, change: Callable[[Gateway], Gateway]) -> Artifacts:
    gateways = tuple(change(one) if one.name == name else one for one in made.manifest.gateways)
    return replace(made, manifest=replace(made.manifest, gateways=gateways))


def vpc_changed(made: Artifacts, name: str, change: Callable[[Vpc], Vpc]) -> Artifacts:
    vpcs = tuple(change(one) if one.name == name else one for one in made.manifest.vpcs)
    return replace(made, manifest=replace(made.manifest, vpcs=vpcs))


def found(made: Artifacts, code: str) -> list[Finding]:
    """What the checks with a code find."""
    network: Network = network_of(made)
    return [finding for check in CHECKS if check.code == code for finding in check.function(network)]


def places(findings: list[Finding]) -> list[tuple[str, str, int | None]]:
    """Severity, file and line of each."""
    return [(str(one.severity), one.where.file if one.where else "", one.where.line if one.where else None) for one in findings]
