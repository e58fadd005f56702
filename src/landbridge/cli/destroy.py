"""`landbridge destroy`: the network on AWS taken away."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.cli import output
from landbridge.cli.deploy import AGAIN
from landbridge.cli.deployment import cloud_of, designed, endpoint_option, ground_of, means_of, nobody_to_ask, sandbox_option, yes_option
from landbridge.cli.options import json_option, network_file
from landbridge.findings import Finding, error

if TYPE_CHECKING:
    from landbridge.aws.deploying.destroying import Removal
    from landbridge.aws.deploying.leftovers import Resource
    from landbridge.aws.deploying.model import Done


@click.command()
@network_file
@sandbox_option
@endpoint_option
@click.option("--release-addresses", "releasing", is_flag=True,
              help="Give up Elastic IPs, the tunnels' keys and the buckets too: they can't be had again.")  # fmt: skip
@click.option("--release", metavar="R", help="The VyOS release line that was deployed, if it isn't the file's.")
@yes_option
@json_option
def destroy(file: Path, sandbox: bool, endpoint: str | None, releasing: bool, release: str | None, yes: bool, as_json: bool) -> int:
    """Take the network in FILE off AWS: shows what goes, asks for the network's name, and removes it in reverse.

    Healing ends first. What isn't landbridge's, or another network's, is never touched: everything is known by its tags. Elastic IPs,
    the tunnels' keys and the buckets stay until --release-addresses asks for them too; with it nothing is left.

    \b
    Examples:
      landbridge destroy --sandbox --release-addresses --yes
      landbridge destroy

    \b
    Exit status:
      0  all of it is gone that was to go
      1  begun, and something is left: it is listed with the reason
      2  nothing was done
    """
    from landbridge.aws.deploying.destroying import destroy as remove
    from landbridge.aws.deploying.destroying import removal

    planned, rendered = designed(file, release)
    ground = ground_of(planned, rendered)
    stop = threading.Event()
    cloud = cloud_of(planned.network, sandbox, endpoint, stop)
    shown = removal(cloud, ground, releasing)
    if not as_json:
        _show(shown, releasing)
    if not yes and (shown.plan.stacks or (releasing and shown.protected)):
        if nobody_to_ask(as_json):
            why = error("permission", "nobody is there to be asked, so nothing was done.", None, "Give --yes.")
            return _report(shown, None, (), releasing, (why,), as_json)
        if click.prompt(f"Type the network's name ({planned.network}) to remove it", err=True) != planned.network:
            output.say("Nothing was done.")
            return 0
    try:
        done, left = remove(ground, means_of(cloud, stop, as_json), releasing, shown)
    except KeyboardInterrupt:
        output.note(AGAIN)
        raise
    return _report(shown, done, left, releasing, done.findings, as_json)


def _show(shown: Removal, releasing: bool) -> None:
    from landbridge.cli.deployview import left_view, plan_view

    if shown.plan.stacks:
        output.show(*plan_view(shown.plan))
    else:
        output.say(f"There are no stacks of {shown.plan.network} to remove.")
    output.show(*left_view(shown.protected, "Released for good:" if releasing else "Kept (--release-addresses gives them up too):"))


def _report(
    shown: Removal, done: Done | None, left: tuple[Resource, ...], releasing: bool, findings: tuple[Finding, ...], as_json: bool
) -> int:
    from landbridge.aws.deploying.leftovers import RELEASES
    from landbridge.cli.deployview import done_json, done_view, left_json, left_view, plan_json

    # Without a release the bases stay, with their tables and buckets.
    unexpected = left if releasing else tuple(one for one in left if one.type not in RELEASES and one.type != "dynamodb")
    if as_json:
        output.say_json(
            {
                "network": shown.plan.network,
                "plan": plan_json(shown.plan),
                "protected": left_json(shown.protected),
                "done": done_json(done),
                "left": left_json(left),
                "findings": [finding.as_json() for finding in findings],
            }
        )
    else:
        if done is not None:
            output.show(*done_view(done), *left_view(left, "Left:"))
        for line in output.finding_lines(findings):
            output.note(line)
    if done is None:
        return 2
    return 0 if done.ok and not unexpected else 1
