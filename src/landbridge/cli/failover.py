"""`landbridge failover`: a switch by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from landbridge.cli import output
from landbridge.cli.changing import agreed, begun, file_and_sites, meant, release_option, report, steps_json
from landbridge.cli.deployment import endpoint_option, sandbox_option, yes_option
from landbridge.cli.options import json_option
from landbridge.cli.progress import changes

POLL_S = 1.0  # it is over in a few seconds

if TYPE_CHECKING:
    from landbridge.aws.operating.failing_over import Switch
    from landbridge.aws.operating.model import Outcome
    from landbridge.findings import Finding


@click.command()
@click.argument("words", metavar="[FILE] SITE", nargs=-1)
@click.option("--to", metavar="GATEWAY", help="The gateway that shall be active; where it is, nothing is done. Left out: the other one.")
@click.option("--force", is_flag=True, help="Even where that gateway isn't well.")
@click.option("--wait", "seconds", metavar="SECONDS", type=click.FloatRange(1, 3600), default=60.0, show_default=True,
              help="Take the order back after this time.")  # fmt: skip
@sandbox_option
@endpoint_option
@release_option
@yes_option
@json_option
def failover(
    words: tuple[str, ...], to: str | None, force: bool, seconds: float, sandbox: bool, endpoint: str | None, release: str | None,
    yes: bool, as_json: bool,
) -> int:  # fmt: skip
    """Let the standby gateway of SITE, a pair, take over, and wait until it has: both directions, without a connection lost.

    It looks first: a standby that isn't in service, has no tunnel up with routes, or hasn't been heard since it was launched is refused.
    Then the active gateway is told to stand down (by a row in the table that the two talk through), which it does as if its tunnels had
    failed; the other takes over at once. If it isn't done in time, the order is taken back. Nothing fails back by itself.

    \b
    Examples:
      landbridge failover tokyo
      landbridge failover network.yaml tokyo --to tokyo-b      done already? Nothing happens
      landbridge failover tokyo --sandbox --yes --json | jq .seconds

    \b
    Exit status:
      0  the other carries the site, or did already
      1  ordered, and not done in time: what isn't well is on standard error
      2  nothing was done: a single, a standby that isn't well, wrong input, another deployment
    """
    from landbridge.aws.operating.failing_over import fail_over, plan_switch
    from landbridge.aws.operating.watching import Watch, held, sites_of

    file, named = file_and_sites(words)
    if len(named) != 1:
        raise click.UsageError("Give one SITE, and before it the network file if it isn't network.yaml.")
    on = meant(file, release, sandbox, endpoint)
    (site,) = sites_of(on.ground, named)
    with changes(as_json) as tell:
        means = on.means(tell, POLL_S)
        watch = Watch(means, site)
        switch = plan_switch(watch.look(), to, force)
    if not switch.needed:
        return _report(on.planned.network, switch, None, (), as_json)
    if not as_json:
        for doubt in switch.doubts:
            output.note(f"warning: {doubt}.")
    refused = agreed(f"Switch {site} from {switch.leaving or 'whoever has it'} to {switch.to}?", yes, as_json)
    if refused is None:
        output.say("Nothing was done.")
        return 0
    if refused:
        _report(on.planned.network, switch, None, refused, as_json)
        return 2
    with held(means), changes(as_json) as tell:
        means = on.means(tell, POLL_S)
        watch = Watch(means, site)
        switch = plan_switch(watch.look(), switch.to, force)  # it may have changed while somebody was asked
        outcome = begun(lambda: fail_over(means, watch, switch, seconds))
    return _report(on.planned.network, switch, outcome, outcome.findings, as_json)


def _report(network: str, switch: Switch, outcome: Outcome | None, findings: tuple[Finding, ...], as_json: bool) -> int:
    ok = not findings and (outcome is None or outcome.ok)
    steps = steps_json(outcome) if outcome is not None else []
    switched = bool(ok and steps)
    told = {
        "network": network,
        "site": switch.site,
        "ok": ok,
        "from": switch.leaving if switch.needed else None,
        "to": switch.to,
        "switched": switched,
        "steps": steps,
        "seconds": steps[-1]["seconds"] if switched else None,
    }
    lines = []
    if switched:
        lines = [f"{switch.site}: {switch.to} is active, after {told['seconds']:g} s."]
    elif ok:
        lines = [f"{switch.site}: {switch.to} is active already. Nothing was done."]
    report(told, lines, findings, as_json)
    return 0 if ok else 1
