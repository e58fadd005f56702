"""`landbridge discover`: a network file from the VPCs that there are."""

from __future__ import annotations

from pathlib import Path

import click

from landbridge.cli import output
from landbridge.cli.asking import asked_cloud
from landbridge.cli.options import json_option
from landbridge.findings import LandbridgeError, Where, error


@click.command()
@click.option("--region", "regions", metavar="REGION", multiple=True, required=True, help="A Region to look in. May be repeated.")
@click.option("--profile", "profiles", metavar="PROFILE", multiple=True, help="A profile of ~/.aws/config to look with. May be repeated.")
@click.option("--network", metavar="NAME", default="discovered", show_default=True, help="The network's name.")
@click.option("--out", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write the network file here; nothing is overwritten.")
@click.option("--endpoint", metavar="URL", help="Ask this endpoint instead of AWS: an emulator.")
@json_option
def discover(
    regions: tuple[str, ...], profiles: tuple[str, ...], network: str, file: Path | None, endpoint: str | None, as_json: bool
) -> int:
    """Make a network file of the VPCs of Regions and accounts: a site each, to edit.

    Nothing is changed in any account. Default VPCs, those of others and landbridge's own are left out, which is said on
    standard error. What AWS can't know is marked TODO (docs/discover.md).

    \b
    Examples:
      landbridge discover --region eu-west-1 --region us-east-1 --out network.yaml
      landbridge discover --region eu-west-1 --profile ireland --profile group-network

    \b
    Exit status:
      0  done; what was left out is said
      2  not done: no VPC was found, AWS can't be asked, or there is a file already
    """
    cloud = asked_cloud(endpoint)

    from landbridge.artifacts.files import write_atomically
    from landbridge.aws.calling import Place
    from landbridge.aws.discovered import discovered_text, site_names
    from landbridge.aws.discovering import discover as found_in
    from landbridge.aws.model import Account

    if file is not None and (file.exists() or file.is_symlink()):
        remedy = "Name another file, or move it away first."
        raise LandbridgeError(error("write", "is there already, and discover overwrites nothing.", Where(str(file)), remedy))
    accounts = [Account(profile, profile=profile) for profile in profiles] or [Account("default")]
    found = found_in(cloud, [Place(account, region) for account in accounts for region in regions])
    if not found.vpcs:
        left = f" ({len(found.notes)} left out: {found.notes[0].message})" if found.notes else ""
        remedy = "Name the Regions and profiles that your VPCs are in; or write a file by hand, beginning with `landbridge init`."
        raise LandbridgeError(error("name", f"there is no VPC to join in {', '.join(regions)}{left}.", None, remedy))
    text = discovered_text(found, network, regions)
    if file is not None:
        write_atomically(file, text)
    if as_json:
        findings = [finding.as_json() for finding in found.notes]
        output.say_json({"file": None if file is None else str(file), "text": text, "sites": list(site_names(found)), "findings": findings})
        return 0
    said = "".join(f"{line}\n" for line in output.finding_lines(found.notes))
    output.pass_on("" if file is not None else text, said)
    if file is not None:
        output.say(f"Wrote {file}: {len(found.vpcs)} sites. See to its TODOs, then: landbridge plan {file}")
    return 0
