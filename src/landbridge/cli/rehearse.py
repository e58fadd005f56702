"""`landbridge rehearse`: the network in the sandbox, and one thing after another broken under traffic."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option, network_file
from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground
    from landbridge.design import Design
    from landbridge.sandbox.rehearsing import Row, Scenario, Stage

BOOT_S = 45.0  # an instance's on AWS, more or less
EXAMPLE_RELEASE = "1.4"
NAMES = (
    "terminate",
    "hang",
    "tunnel",
    "tunnels",
    "wire",
    "zone",
    "events",
    "throttle",
    "twice",
)  # the table's, which the help needn't load


@click.command()
@network_file
@click.option("--example", type=click.Choice(["four-regions", "acquisition"]), help="An example's network instead of FILE's.")
@click.option("--site", metavar="SITE", help="The site to break; left out: a pair's, or one whose addresses another has too.")
@click.option("--only", "names", metavar="NAME", multiple=True, type=click.Choice(NAMES),
              help="Only this, of what there is to break; may be given several times.")  # fmt: skip
@click.option("--boot-time", "boot_seconds", metavar="SECONDS", default=BOOT_S, show_default=True, type=click.FloatRange(0, 600),
              help="From an instance's launch until its router starts.")  # fmt: skip
@click.option("--release", metavar="R", help="Of this VyOS release line (1.2 to 1.5) instead of the file's.")
@json_option
def rehearse(
    file: Path, example: str | None, site: str | None, names: tuple[str, ...], boot_seconds: float, release: str | None, as_json: bool
) -> int:
    """Rehearse the failures that FILE's network must survive: deploy it to an AWS on this machine, whose packets are real, and break it.

    The stacks, the Lambda and the gateways are those that `landbridge deploy` deploys. Between two hosts a ping is sent every 20 ms each
    way, and a TCP connection has data in flight, while one thing after another goes wrong at one site; each time it is waited for until
    all is settled again. The table says how soon it was noticed, how long traffic was out, what got lost, and what it took.

    \b
    What is broken:
      terminate   the active gateway's instance is terminated
      hang        the active gateway stands still, and nobody is told; later it wakes          (pairs)
      tunnel      one of its tunnels carries nothing; later it does again
      tunnels     neither of its tunnels does; later they do again                             (pairs)
      wire        the pair's gateways don't hear each other; later they do                     (pairs)
      zone        all that stands in its zone is cut off; later it is back                     (pairs)
      events      every event is lost, and its instance is terminated
      throttle    every second API call of heal's is refused, and its instance is terminated
      twice       Lambda runs twice at once, and its instance is terminated

    It takes a minute or two each, with the time that AWS takes to boot an instance; all of it goes when it is over. Ctrl-C ends it at any
    time.

    \b
    Examples:
      landbridge rehearse
      landbridge rehearse --example acquisition --site tokyo
      landbridge rehearse --only terminate --only hang --boot-time 5

    \b
    Exit status:
      0  everything was as the network promises
      1  something wasn't
      2  it can't be rehearsed here: the reason is on standard error
    """
    from landbridge.cli import rehearseview

    planned, rendered = _meant(file, example, release)
    chosen = _site(rendered, site)
    scenarios = _scenarios(names, sum(gateway.vpc == chosen for gateway in rendered.manifest.gateways) == 2)
    began = time.monotonic()
    rows = _rehearsed(planned, rendered, chosen, scenarios, boot_seconds)
    result = {
        "network": planned.network,
        "site": chosen,
        "ok": all(row.ok for row in rows),
        "boot_s": boot_seconds,
        "seconds": round(time.monotonic() - began, 1),
        "rows": [row.as_json() for row in rows],
    }
    if as_json:
        output.say_json(result)
    else:
        output.show(*rehearseview.table(result))
    return 0 if result["ok"] else 1


def _meant(file: Path, example: str | None, release: str | None) -> tuple[Design, Artifacts]:
    from landbridge.cli.deployment import designed
    from landbridge.cli.staging import shipped

    return shipped(example, release or EXAMPLE_RELEASE) if example is not None else designed(file, release)


def _site(rendered: Artifacts, site: str | None) -> str:
    from landbridge.sandbox.rehearsing import likely

    known = [vpc.name for vpc in rendered.manifest.vpcs if vpc.kind == "site"]
    if site is not None and site not in known:
        raise LandbridgeError(error("name", f"no site is called {site!r:.80}", remedy=f"There are: {', '.join(known)}."))
    return site or likely(rendered.manifest)


def _scenarios(names: tuple[str, ...], is_pair: bool) -> tuple[Scenario, ...]:
    """Those that are asked for, as far as they apply. Raises LandbridgeError where none does."""
    from landbridge.sandbox.rehearsing import SCENARIOS

    asked = [scenario for scenario in SCENARIOS if not names or scenario.name in names]
    found = tuple(scenario for scenario in asked if ("pair" if is_pair else "single") in scenario.limits)
    if not found:
        raise LandbridgeError(error("lab", f"{', '.join(names)}: that needs a pair of gateways", remedy="Name another site with --site."))
    return found


def _rehearsed(planned: Design, rendered: Artifacts, site: str, scenarios: tuple[Scenario, ...], boot_s: float) -> list[Row]:
    from landbridge.cli import following, rehearseview, staging
    from landbridge.cli.progress import far, guest_root_progress
    from landbridge.lab.guestroot import guest_root
    from landbridge.sandbox.rehearsing import play

    with guest_root_progress() as progress:
        root = guest_root(progress)
    name = f"rehearse-{os.getpid()}"
    with staging.emulated(name) as emulator, following.start(name, emulator.folder, rendered, root, boot_s) as running:
        running.wait(lambda _: None)
        cloud, ground = staging.grounded(emulator, planned, rendered)
        output.note(f"Deploying {planned.network} to an AWS on this machine …")
        done = staging.deployed(cloud, ground)
        if not done.ok:
            raise LandbridgeError(*done.findings)
        output.note(f"Waiting until it carries everything; instances boot in {boot_s:g} s …")
        with far() as tell:
            ready = following.wait(name, tell, boot_s + following.PATIENCE_S)
        stage = _stage(name, emulator.endpoint, rendered, site, cloud, ground, boot_s)
        _well(stage, ready)
        rows: list[Row] = []
        for scenario in scenarios:
            rows.append(play(stage, scenario, lambda line, of=scenario.name: output.note(f"{of}: {line} …")))  # type: ignore[misc]
            output.note(rehearseview.line(rows[-1]))
        return rows


def _stage(name: str, endpoint: str, rendered: Artifacts, site: str, cloud: Cloud, ground: Ground, boot_s: float) -> Stage:
    from landbridge.aws.facts import read
    from landbridge.sandbox.rehearsing import Stage

    return Stage(name, endpoint, rendered.manifest, site, len(read(cloud, ground).led(site)), boot_s)


def _well(stage: Stage, ready: dict[str, Any]) -> None:
    """Raises LandbridgeError where not all is well before anything is broken."""
    from landbridge.sandbox.rehearsing import chosen, global_address, until_settled

    bad = [probe for probe in ready["probes"] if not probe["ok"]]
    if bad or not ready["ok"]:
        why = f"before anything was broken, {len(bad)} of {len(ready['probes'])} probes fail"
        raise LandbridgeError(error("lab", why, remedy="`landbridge lab follow` and `landbridge deploy --sandbox` show it at leisure."))
    host, _ = chosen(stage.manifest, stage.site)
    if until_settled(stage, global_address(stage.manifest, host)) is None:
        raise LandbridgeError(
            error("lab", f"before anything was broken, {stage.site} doesn't settle: its directions aren't on one gateway")
        )
