"""`landbridge upgrade`: new instances for the gateways of a network that runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import following, output
from landbridge.cli.changing import AGAIN, Meant, agreed, begun, file_and_sites, meant, release_option, report
from landbridge.cli.deployment import endpoint_option, keep_lock, means_of, pusher_of, sandbox_option, yes_option
from landbridge.cli.options import json_option
from landbridge.cli.progress import changes
from landbridge.cli.reaching import key_option, known_hosts_option, user_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from landbridge.aws.deploying.model import Done, Plan
    from landbridge.aws.deploying.outdated import Make
    from landbridge.aws.operating.upgrading import Upgrade
    from landbridge.findings import Finding

FORESEEN = ("outdated", "release")  # warnings of a deployment that this very command takes care of


@dataclass(frozen=True, slots=True)
class Old:
    """A gateway that is to be replaced; `alone`: its site is cut off meanwhile."""

    gateway: str
    site: str
    instance: str
    runs: str
    becomes: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Intended:
    """All that was shown: what the stacks become, and whose instances go."""

    plan: Plan
    sites: tuple[str, ...]
    old: tuple[Old, ...]


@click.command()
@click.argument("words", metavar="[FILE] [SITE]...", nargs=-1)
@click.option("--replace", "everyone", is_flag=True, help="Replace every instance of the sites, also those that are as they should be.")
@click.option("--allow-outage", is_flag=True, help="Don't ask about single gateways, whose sites are cut off meanwhile.")
@click.option("--wait", "seconds", metavar="SECONDS", type=click.FloatRange(1, 7200), default=900.0, show_default=True,
              help="How long a new instance may take until it is well.")  # fmt: skip
@sandbox_option
@endpoint_option
@release_option
@user_option
@key_option
@known_hosts_option
@yes_option
@json_option
def upgrade(
    words: tuple[str, ...], everyone: bool, allow_outage: bool, seconds: float, sandbox: bool, endpoint: str | None, release: str | None,
    yes: bool, as_json: bool, **how: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Replace the gateways of SITE (left out: of all sites) whose image or instance type isn't the newest that FILE means.

    It shows what would change, and asks; brings the stacks to what FILE says, as `deploy` does, with the newest image that has the name in
    FILE; then goes through the sites one after another. Of a pair, the standby is ended in its Auto Scaling group; when its new instance
    is in service, its tunnels are up and it was heard, it takes over, and the other follows. A single gateway's site is cut off until its
    new instance is well: that is asked for, unless --allow-outage or --yes is given.

    It stops at the first that isn't well, and says where it stands. Run again, it goes on from there.

    \b
    Examples:
      landbridge upgrade                        every gateway that isn't what it should be
      landbridge upgrade tokyo dublin --replace
      landbridge upgrade network.yaml --yes --json | jq '.gateways[] | {gateway, did, seconds}'

    \b
    Exit status:
      0  every gateway is what it should be, and well
      1  begun, and stopped: where it stands is on standard error
      2  nothing was done: wrong input, no credentials, another deployment, or nobody there to be asked
    """
    from landbridge.aws.operating.upgrading import newest
    from landbridge.aws.operating.watching import sites_of

    file, named = file_and_sites(words)
    on = meant(file, release, sandbox, endpoint)
    sites = sites_of(on.ground, named)
    on = on.on(newest(on.cloud, on.ground, sites))
    intended, wanted = _intended(on, sites, everyone)
    if not as_json:
        _show(intended)
    if not intended.plan.changes and not intended.sites:
        return _report(on, intended, None, None, (), as_json)
    alone = [one.site for one in intended.old if one.alone]
    question = f"Do this? {', '.join(alone)} will be cut off meanwhile." if alone and not allow_outage else "Do this?"
    refused = agreed(question, yes, as_json)
    if refused is None:
        output.say("Nothing was done.")
        return 0
    if refused:
        _report(on, intended, None, None, refused, as_json)
        return 2
    keep_lock(file, on.planned)
    done = None
    if intended.plan.changes:
        lab = on.planned.network if sandbox and following.follows(on.planned.network) else None
        done = _deploy(on, intended, as_json, {**how, "pushing": None, "lab": lab})
        if not done.ok:
            return _report(on, intended, done, None, done.findings, as_json)
    work, findings = _replace(on, intended.sites, wanted, everyone, seconds, as_json)
    told = [one for one in (done.findings if done else ()) if one.code not in FORESEEN]
    return _report(on, intended, done, work, (*told, *findings), as_json)


def _intended(on: Meant, sites: Sequence[str], everyone: bool) -> tuple[Intended, Mapping[str, Make]]:
    """What would be done, and what the gateways are to be made of."""
    from landbridge.aws import facts
    from landbridge.aws.deploying.changing import changes as stack_changes
    from landbridge.aws.deploying.survey import record_of
    from landbridge.aws.operating.judging import View
    from landbridge.aws.operating.upgrading import replaced, wants
    from landbridge.aws.operating.words import Heard
    from landbridge.findings import LandbridgeError, error

    record = record_of(on.cloud, on.ground)
    if record is None:
        remedy = "Deploy it: `landbridge deploy`. (See `account:` and --sandbox, if it should be there.)"
        raise LandbridgeError(error("stack", f"the network {on.planned.network} isn't deployed here.", None, remedy))
    plan = stack_changes(on.cloud, on.ground)
    wanted = wants(on.cloud, on.ground, sites)
    read = facts.read(on.cloud, on.ground)
    old, concerned = [], []
    for site in sites:
        view = View(site, read, Heard(), 0.0)
        left = record.unfinished(f"replacing:{site}")
        ids = (*left, *(() if left else replaced(view, wanted, everyone)))
        if ids:
            concerned.append(site)
        for one in view.gateways:
            if one.instance is not None and one.instance.id in ids:
                make = wanted[one.name]
                runs, becomes = f"{one.instance.image} {one.instance.type}", f"{make.image} {make.type}"
                old.append(Old(one.name, site, one.instance.id, runs, becomes, not view.pair))
    return Intended(plan, tuple(concerned), tuple(old)), wanted


def _deploy(on: Meant, intended: Intended, as_json: bool, how: dict[str, Any]) -> Done:
    from landbridge.aws.deploying.deploying import deploy
    from landbridge.aws.operating.upgrading import Sparing

    pusher = pusher_of(on.cloud, on.planned, on.ground, on.stop, as_json, how)
    sparing = None if pusher is None else Sparing(pusher, frozenset(one.gateway for one in intended.old))
    try:
        return deploy(on.ground, means_of(on.cloud, on.stop, as_json, sparing), intended.plan)
    except KeyboardInterrupt:
        output.note(AGAIN)
        raise


def _replace(
    on: Meant, sites: Sequence[str], wanted: Mapping[str, Make], everyone: bool, seconds: float, as_json: bool
) -> tuple[Upgrade, tuple[Finding, ...]]:
    from landbridge.aws.operating.upgrading import Upgrade as Upgrading
    from landbridge.aws.operating.watching import held

    with changes(as_json) as tell:
        means = on.means(tell)
        with held(means) as record:
            work = Upgrading(means, record, wanted, everyone, seconds)
            outcome = begun(lambda: work.run(sites))
    return work, outcome.findings


def _show(intended: Intended) -> None:
    from landbridge.cli.deployview import plan_view

    output.show(*plan_view(intended.plan))
    for one in intended.old:
        becomes = "the same again" if one.runs == one.becomes else one.becomes
        alone = f"; {one.site} is cut off meanwhile, for it has no other" if one.alone else ""
        output.say(f"{one.gateway}: {one.instance} ({one.runs}) is replaced by {becomes}{alone}.")
    if not intended.sites:
        output.say("Every gateway is what it should be.")


def _report(on: Meant, intended: Intended, done: Done | None, work: Upgrade | None, findings: tuple[Finding, ...], as_json: bool) -> int:
    from landbridge.cli.deployview import done_json, done_view, plan_json
    from landbridge.findings import Severity

    ok = not any(one.severity is Severity.ERROR for one in findings)
    gateways = work.gateways if work is not None else ()
    told = {
        "network": on.planned.network,
        "ok": ok,
        "plan": plan_json(intended.plan),
        "done": done_json(done),
        "old": [
            {"gateway": one.gateway, "site": one.site, "instance": one.instance, "runs": one.runs, "becomes": one.becomes,
             "cut_off": one.alone}
            for one in intended.old
        ],
        "gateways": [
            {"gateway": one.gateway, "site": one.site, "did": one.did, "was": one.was, "instance": one.instance, "seconds": one.seconds}
            for one in gateways
        ],
        "steps": [{"of": one.of, "step": one.what, "seconds": one.seconds} for one in (work.steps if work is not None else ())],
    }  # fmt: skip
    if done is not None and not as_json:
        output.show(*done_view(done))
    replaced = sum(one.did == "replaced" for one in gateways)
    report(told, [f"{replaced} gateways were replaced."] if work is not None else [], findings, as_json)
    return 0 if ok else 1
