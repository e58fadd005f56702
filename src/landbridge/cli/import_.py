"""`landbridge import`: a network file from the routers that there are."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import click

from landbridge.cli import output
from landbridge.cli.options import json_option
from landbridge.findings import LandbridgeError, Where, error


@click.command("import")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, readable=False))
@click.option("--out", "file", metavar="FILE", type=click.Path(path_type=Path), help="Write the network file here; nothing is overwritten.")
@click.option("--release", metavar="R", help="The release line of files that don't tell theirs (1.1 to 1.5).")
@click.option("--network", metavar="NAME", help="The network's name; else the folder's.")
@click.option("--hub", metavar="NAME", default="hub", show_default=True, help="The hub's name.")
@click.option("--region", "regions", metavar="NAME=REGION", multiple=True, help="The Region of a site or the hub. May be repeated.")
@click.option("--cidr", "cidrs", metavar="SITE=CIDR", multiple=True, help="A CIDR of a site's VPC. May be repeated.")
@json_option
def import_(
    directory: Path,
    file: Path | None,
    release: str | None,
    network: str | None,
    hub: str,
    regions: tuple[str, ...],
    cidrs: tuple[str, ...],
    as_json: bool,
) -> int:
    """Make a network file of the routers' configurations in DIR, one file a router.

    `show configuration commands` and config.boot are read, of any release line. What the file can't express is said with
    its file and line on standard error; what no router says is marked TODO in the network file (docs/import.md).

    \b
    Examples:
      landbridge import routers --out network.yaml
      landbridge import routers --hub oregon --region oregon=us-west-2 --region tokyo=ap-northeast-1 --cidr tokyo=10.9.0.0/16

    \b
    Exit status:
      0  done; what couldn't be expressed is said
      2  not done: a file can't be read, or there is a file already
    """
    from landbridge.artifacts.files import write_atomically
    from landbridge.importing import Asked, import_network

    if file is not None and (file.exists() or file.is_symlink()):
        remedy = "Name another file, or move it away first."
        raise LandbridgeError(error("write", "is there already, and import overwrites nothing.", Where(str(file)), remedy))
    ranges: dict[str, tuple[IPv4Network, ...]] = {}
    for name, word in _pairs(cidrs, "--cidr"):
        try:
            ranges[name] = (*ranges.get(name, ()), IPv4Network(word))
        except ValueError as problem:
            raise LandbridgeError(error("schema", f"--cidr {name}={word[:40]!a}: {problem}.", None, "Write SITE=10.9.0.0/16.")) from None
    imported = import_network(directory, Asked(network, hub, release, dict(_pairs(regions, "--region")), ranges))
    if file is not None:
        write_atomically(file, imported.text)
    if as_json:
        findings = [finding.as_json() for finding in imported.findings]
        output.say_json({"file": None if file is None else str(file), "text": imported.text, "findings": findings})
        return 0
    said = "".join(f"{line}\n" for line in output.finding_lines(imported.findings))
    if file is None:
        output.pass_on(imported.text, said)
    else:
        output.pass_on("", said)
        output.say(f"Wrote {file}: {len(imported.sites)} sites. See to its TODOs, then: landbridge plan {file}")
    return 0


def _pairs(words: tuple[str, ...], option: str) -> list[tuple[str, str]]:
    pairs = []
    for word in words:
        name, sign, value = word.partition("=")
        if not (name and sign and value):
            raise LandbridgeError(
                error("schema", f"{option} {word[:60]!a} isn't NAME=VALUE.", None, "Write a site's name, =, and its value.")
            )
        pairs.append((name, value))
    return pairs
