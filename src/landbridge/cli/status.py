"""`landbridge status`: whether the deployed network is as it should be, and what is broken where it isn't."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.deployment import EMULATED_POLL_S, POLL_S, cloud_of, designed, endpoint_option, ground_of, sandbox_option
from landbridge.cli.options import json_option, network_file
from landbridge.findings import Finding, LandbridgeError, Severity, error, warning

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.facts import Facts
    from landbridge.aws.status import RouterDrift, StackDrift
    from landbridge.design import Design
    from landbridge.vyos.delivery import Session

HANDS = 16
_existing = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass(frozen=True, slots=True)
class Status:
    """All that was found. `stacks` and `routers` are None where they weren't asked; `broken` are pairs of hosts."""

    facts: Facts
    stacks: tuple[StackDrift, ...] | None
    routers: tuple[RouterDrift, ...] | None
    broken: tuple[tuple[str, str], ...]
    pairs: int
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)


@click.command()
@network_file
@sandbox_option
@endpoint_option
@click.option("--release", metavar="R", help="It was deployed with this VyOS release line instead of the file's.")
@click.option(
    "--drift/--no-drift", default=True, show_default=True, help="Let CloudFormation look for drift of the stacks, for a minute or so."
)
@click.option("--routers", is_flag=True, help="Ask the routers too, over SSH at their Elastic IPs, what they run.")
@click.option("--user", default="vyos", show_default=True, help="Who logs in over SSH.")
@click.option("--port", type=click.IntRange(1, 65535), help="Another port of theirs than 22.")
@click.option("--key", "key_file", metavar="FILE", type=_existing, help="The private key; left out: the agent's and your own.")
@click.option("--known-hosts", metavar="FILE", type=_existing, help="Host keys; left out: your own known_hosts.")
@json_option
def status(file: Path, sandbox: bool, endpoint: str | None, release: str | None, drift: bool, routers: bool, as_json: bool,
           **how: Any) -> int:  # fmt: skip  # noqa: ANN401
    """Show whether the deployed network is as FILE says: gateways, tunnels, BGP, routes, alarms, drift; and what a drift breaks.

    What AWS says now is put in place of what was rendered, and `verify` judges it: each pair of hosts that can't reach each other is
    counted, with a packet that shows it. Nothing is changed.

    \b
    Examples:
      landbridge status --sandbox
      landbridge status --no-drift            what can be read at once
      landbridge status --routers             and whether the routers run what they should
      landbridge status --json | jq '.findings[] | select(.severity == "error") | .message'

    \b
    Exit status:
      0  all is as it should be
      1  something isn't: each finding says what, and the way out
      2  it can't be asked: wrong input, no credentials, AWS out of reach, or nothing is deployed
    """
    planned, rendered = designed(file, release)
    ground = ground_of(planned, rendered)
    stop = threading.Event()
    try:
        found = _look(planned, rendered, ground, cloud_of(planned.network, sandbox, endpoint, stop), stop, drift, how if routers else None)
    except KeyboardInterrupt:
        stop.set()
        raise
    from landbridge.cli.statusview import status_json, status_view

    if as_json:
        output.say_json(status_json(found, rendered.manifest))
    else:
        output.show(*status_view(found, rendered.manifest))
    return 0 if found.ok else 1


def _look(
    planned: Design,
    rendered: Artifacts,
    ground: Ground,
    cloud: Cloud,
    stop: threading.Event,
    drift: bool,
    how: dict[str, Any] | None,
) -> Status:
    """Ask for everything, then judge it."""
    from landbridge.aws import facts
    from landbridge.aws.deploying.stack import Patience
    from landbridge.aws.status import problems, stack_drift
    from landbridge.aws.status.stackdrift import drift_findings
    from landbridge.cli.progress import stages

    read = facts.read(cloud, ground)
    if not read.stacks:
        remedy = "Deploy it: `landbridge deploy`. (See `account:` and --sandbox, if it should be there.)"
        raise LandbridgeError(error("stack", f"the network {planned.network} isn't deployed here.", None, remedy))
    with stages() as tell:
        stacks = routers = None
        if drift:
            patience = Patience(stop, EMULATED_POLL_S if cloud.endpoint else POLL_S, 900.0)
            stacks = stack_drift(cloud, ground, tuple(read.stacks), patience, tell)
        if how is not None:
            routers = _routers(rendered, read, how)
        broken, pairs, judged = _judge(planned, rendered, read, routers or ())
    said = [*problems(ground, rendered.manifest, read), *drift_findings(stacks or ())]
    said += [finding for one in routers or () for finding in one.findings]
    return Status(read, stacks, routers, broken, pairs, (*said, *judged))


def _judge(
    planned: Design, rendered: Artifacts, read: Facts, routers: tuple[RouterDrift, ...]
) -> tuple[tuple[tuple[str, str], ...], int, list[Finding]]:
    """What doesn't work now, of what would if all were as it was rendered."""
    from landbridge.aws.stacks.cover import remote_prefixes
    from landbridge.aws.stacks.vpc import portions
    from landbridge.aws.status import live_of
    from landbridge.verify import Proof, broken_pairs, live_network, network_of, tell_broken
    from landbridge.vyos import read_router
    from landbridge.vyos.configuration import tree_of

    network = network_of(rendered)
    held = {vpc.name: [list(some) for _, some in portions(remote_prefixes(planned, vpc.name))] for vpc in rendered.manifest.vpcs}
    releases = {gateway.name: gateway.release for gateway in rendered.manifest.gateways}
    runs, unread = {}, []
    for one in routers:
        if one.changes and one.text is not None:
            try:
                runs[one.gateway] = read_router(tree_of(one.text, one.gateway), releases[one.gateway], one.gateway)
            except LandbridgeError as problem:
                unread += [warning("drift", f"what {one.gateway} runs can't be judged: {why.message}") for why in problem.findings]
    now = live_network(network, live_of(rendered.manifest, read, held), runs)
    proof, meant = Proof(now, failures=False), Proof(network, failures=False)
    already = {one.message for one in tell_broken(meant)}
    fresh = [one for one in tell_broken(proof) if one.message not in already and one.severity is Severity.ERROR]
    return tuple(sorted(broken_pairs(proof) - broken_pairs(meant))), proof.pairs, [*unread, *fresh]


class _Reader:
    """Reaches routers over SSH."""

    def __init__(self, how: dict[str, Any]) -> None:
        self._how = how

    def connect(self, gateway: str, address: str) -> Session:  # noqa: ARG002 - another way may go by the gateway's name
        from landbridge.vyos.delivery.shell import SshAccess
        from landbridge.vyos.delivery.ssh import SshSession

        how, password = self._how, os.environ.get("LANDBRIDGE_SSH_PASSWORD")
        return SshSession(SshAccess(address, how["port"] or 22, how["user"], how["key_file"], how["known_hosts"], password))


def _routers(rendered: Artifacts, read: Facts, how: dict[str, Any]) -> tuple[RouterDrift, ...]:
    """Every router's drift; many are asked at once."""
    from concurrent.futures import ThreadPoolExecutor

    from landbridge.aws.status import router_drift

    try:
        import landbridge.vyos.delivery.ssh  # noqa: F401 - so that what it takes is missing once, and not at each router
    except ImportError:
        remedy = "Install it: `pip install 'landbridge[push]'`."
        raise LandbridgeError(error("tool-missing", "asking routers over SSH needs netmiko.", None, remedy)) from None
    reader = _Reader(how)
    with ThreadPoolExecutor(HANDS) as pool:
        asked = [
            pool.submit(router_drift, one.name, one.release, rendered.routers[one.name], read.values(one.name), reader)
            for one in rendered.manifest.gateways
        ]
        return tuple(one.result() for one in asked)
