"""`landbridge render`: the artifacts, and the lock."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.cli import output
from landbridge.cli.options import json_option, network_file
from landbridge.findings import Finding, LandbridgeError, Severity, Where, error, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landbridge.design import Design, Lock


@click.command()
@network_file
@click.option("--out", "directory", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The folder to write into.")
@click.option("--release", metavar="R", help="Render for this VyOS release line (1.1 to 1.5) instead of the file's.")
@click.option("--forget", metavar="SITE", multiple=True, help="Free what the lock keeps for a site that is gone. May be repeated.")
@json_option
def render(file: Path, directory: Path, release: str | None, forget: tuple[str, ...], as_json: bool) -> int:
    """Write the artifacts of a network into DIR: each router's set commands, the CloudFormation stacks, and the manifest.

    A network with gateways of release 1.1 has no stacks, as AWS couldn't start them.

    What was chosen is written to the lock file beside the network file (network.yaml has landbridge.lock.yaml), so that it never
    changes again: keep it under version control. What a removed site held stays reserved until it is forgotten.
    DIR is replaced as a whole, or not at all; it may hold nothing but former artifacts.

    \b
    Examples:
      landbridge render --out build
      landbridge render four-regions.yaml --out build --release 1.4
      landbridge render --out build --forget tokyo

    \b
    Exit status:
      0  written
      2  not written: each reason is on standard error with its file and line
    """
    from landbridge import artifacts
    from landbridge.design import design, rereleased
    from landbridge.intent import load

    document = load(file)
    lock_file = artifacts.lock_path(file)
    lock = artifacts.read_lock(lock_file)
    planned = design(document, _forgotten(lock, forget, lock_file))
    meant = planned if release is None else rereleased(planned, release)
    rendered = artifacts.render(meant)
    stacks, without = _stacks(meant, rendered.routers)
    findings = (*planned.findings, *without)

    changed = planned.lock != lock or not lock_file.exists()
    if changed:
        artifacts.write_lock(lock_file, planned.lock)
    artifacts.write(replace(rendered, stacks=stacks), directory)

    files = sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
    if as_json:
        output.say_json(
            {
                "lock": {"file": str(lock_file), "changed": changed},
                "directory": str(directory),
                "files": files,
                "findings": [finding.as_json() for finding in findings],
            }
        )
    else:
        output.say(f"{'Wrote' if changed else 'Kept'} {lock_file}")
        also = f" and {len(stacks)} stacks" if stacks else ""
        output.say(f"Wrote {directory}: the manifest, {len(rendered.routers)} routers' commands{also}")
        output.say(*output.finding_lines(findings))
    return 0


def _stacks(design: Design, texts: Mapping[str, str]) -> tuple[dict[str, str], list[Finding]]:
    """The stacks' templates by file name; or none, and why. What can't be deployed may well be rendered."""
    try:
        from landbridge.aws.stacks import stack_plans
    except ImportError:
        remedy = "Install what writes them: `pip install 'landbridge[aws]'`."
        return {}, [note("tool-missing", "there are no stacks: troposphere isn't installed.", None, remedy)]
    try:
        return {plan.file: plan.template for plan in stack_plans(design, texts)}, []
    except LandbridgeError as problem:
        return {}, [
            replace(finding, severity=Severity.NOTE, message=f"there are no stacks: {finding.message}") for finding in problem.findings
        ]


def _forgotten(lock: Lock, sites: tuple[str, ...], file: Path) -> Lock:
    """The lock without what these sites hold."""
    from landbridge.design import forget

    unknown = [site for site in sites if site not in lock.sites]
    if unknown:
        known = ", ".join(lock.sites) or "no site"
        raise LandbridgeError(*(error("name", f"holds nothing for {site!a}.", Where(str(file)), f"It knows {known}.") for site in unknown))
    for site in sites:
        lock = forget(lock, site)
    return lock
