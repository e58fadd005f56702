"""`landbridge deploy`: the network on AWS."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import following, output
from landbridge.cli.deployment import (
    cloud_of,
    designed,
    endpoint_option,
    ground_of,
    keep_lock,
    means_of,
    nobody_to_ask,
    pusher_of,
    sandbox_option,
    yes_option,
)
from landbridge.cli.options import json_option, network_file
from landbridge.cli.reaching import key_option, known_hosts_option, user_option
from landbridge.findings import Finding, error

if TYPE_CHECKING:
    from landbridge.aws.deploying.model import Done, Plan

AGAIN = "Interrupted: what is under way in AWS goes on there. Run the same command again, and it goes on from there."


@click.command()
@network_file
@sandbox_option
@endpoint_option
@click.option("--release", metavar="R", help="Deploy this VyOS release line (1.2 to 1.5) instead of the file's.")
@click.option("--push/--no-push", "pushing", default=None,
              help="Bring changed texts to the routers that run. (In an emulated AWS none does: not unless asked for.)")  # fmt: skip
@user_option
@key_option
@known_hosts_option
@yes_option
@json_option
def deploy(file: Path, sandbox: bool, endpoint: str | None, release: str | None, yes: bool, as_json: bool, **how: Any) -> int:  # noqa: ANN401
    """Bring AWS to what FILE says: shows what would change, asks, and does it, in all Regions and accounts at once.

    Each stack begins as soon as what it needs is known. One that fails is rolled back, and holds up only what waits for it. It may be
    interrupted at any moment and run again: it goes on from where it stopped. Two deployments of a network exclude each other.

    Routers that run are reached over SSH at their Elastic IPs when their text changes, a pair's standby first, each commit-confirmed. A
    password comes from $LANDBRIDGE_SSH_PASSWORD. One that can't be reached is tried again by the next deployment.

    Where a lab follows the sandbox (`landbridge lab follow`), it is waited for until the network carries packets, and every pair of hosts
    is probed.

    Credentials are those of the profiles and roles in FILE's `account:`, or what AWS' own tools would take.

    \b
    Examples:
      landbridge deploy --sandbox           try it on this machine, without an account
      landbridge deploy                     show what would change, and ask
      landbridge deploy --yes               for pipelines
      landbridge deploy --json | jq '.plan[] | select(.action == "destroy")'

    \b
    Exit status:
      0  all is as FILE says
      1  begun, and not all of it is done: each reason is on standard error
      2  nothing was done: wrong input, no credentials, another deployment, or nobody there to be asked
    """
    from landbridge.aws.deploying.changing import changes
    from landbridge.aws.deploying.deploying import deploy as bring

    planned, rendered = designed(file, release)
    ground = ground_of(planned, rendered)
    stop = threading.Event()
    cloud = cloud_of(planned.network, sandbox, endpoint, stop)
    plan = changes(cloud, ground)
    if not as_json:
        from landbridge.cli.deployview import plan_view

        output.show(*plan_view(plan))
    if plan.changes and not yes:
        for line in output.finding_lines(() if as_json else plan.findings):
            output.note(line)
        if nobody_to_ask(as_json):
            why = error("permission", "nobody is there to be asked, so nothing was done.", None, "Give --yes.")
            return _report(plan, None, (*plan.findings, why) if as_json else (why,), as_json)
        if not click.confirm("Do this?", err=True):
            output.say("Nothing was done.")
            return 0
    keep_lock(file, planned)
    followed = sandbox and following.follows(planned.network)
    if followed:
        following.expect(planned.network, rendered)
    pusher = pusher_of(cloud, planned, ground, stop, as_json, {**how, "lab": planned.network if followed else None})
    try:
        done = bring(ground, means_of(cloud, stop, as_json, pusher), plan)
    except KeyboardInterrupt:
        output.note(AGAIN)
        raise
    return _report(plan, done, done.findings, as_json, _carried(planned.network) if followed and done.ok else None)


def _carried(lab: str) -> dict[str, Any]:
    """Wait until the lab that follows carries what was deployed."""
    from landbridge.cli.progress import far

    with far() as tell:
        return following.wait(lab, tell)


def _report(plan: Plan, done: Done | None, findings: tuple[Finding, ...], as_json: bool, carried: dict[str, Any] | None = None) -> int:
    from landbridge.cli.deployview import done_json, done_view, plan_json

    if as_json:
        said = [finding.as_json() for finding in findings]
        lab = carried and {"ok": carried["ok"], "probes": len(carried["probes"]), "seconds": carried["seconds"]}
        output.say_json({"network": plan.network, "plan": plan_json(plan), "done": done_json(done), "lab": lab, "findings": said})
    elif done is not None:
        output.show(*done_view(done))
    if carried is not None and not as_json:
        from landbridge.cli.labview import probes_view

        output.show(*probes_view(carried["probes"]))
    if not as_json:
        for line in output.finding_lines(findings):
            output.note(line)
    return 2 if done is None else 0 if done.ok and (carried is None or carried["ok"]) else 1
