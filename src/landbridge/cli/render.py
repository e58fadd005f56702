"""`landbridge render`: the artifacts, and the lock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.cli import output
from landbridge.cli.options import json_option, network_file
from landbridge.findings import LandbridgeError, Where, error

if TYPE_CHECKING:
    from landbridge.design import Lock


@click.command()
@network_file
@click.option("--out", "directory", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The folder to write into.")
@click.option("--release", metavar="R", help="Render for this VyOS release line (1.1 to 1.5) instead of the file's.")
@click.option("--forget", metavar="SITE", multiple=True, help="Free what the lock keeps for a site that is gone. May be repeated.")
@json_option
def render(file: Path, directory: Path, release: str | None, forget: tuple[str, ...], as_json: bool) -> int:
    """Write the artifacts of a network into DIR: each router's set commands, and the manifest.

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
    from landbridge.design import design
    from landbridge.intent import load

    document = load(file)
    lock_file = artifacts.lock_path(file)
    lock = artifacts.read_lock(lock_file)
    planned = design(document, _forgotten(lock, forget, lock_file))
    rendered = artifacts.render(planned, release)

    changed = planned.lock != lock or not lock_file.exists()
    if changed:
        artifacts.write_lock(lock_file, planned.lock)
    artifacts.write(rendered, directory)

    files = sorted(str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file())
    if as_json:
        output.say_json(
            {
                "lock": {"file": str(lock_file), "changed": changed},
                "directory": str(directory),
                "files": files,
                "findings": [finding.as_json() for finding in planned.findings],
            }
        )
    else:
        output.say(f"{'Wrote' if changed else 'Kept'} {lock_file}")
        output.say(f"Wrote {directory}: the manifest and {len(rendered.routers)} routers' commands")
        output.say(*output.finding_lines(planned.findings))
    return 0


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
