"""`landbridge init`: a network file to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from landbridge.cli import output
from landbridge.findings import LandbridgeError, Where, error
from landbridge.intent.templates import EXAMPLES, NETWORK_FILE, example


@click.command()
@click.option("--example", "name", type=click.Choice(EXAMPLES), default="minimal", show_default=True, help="Which network to begin with.")
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
def init(name: str, directory: Path) -> None:
    """Write a commented network.yaml into DIR (here, if left out).

    It never overwrites a file.

    \b
    The examples:
      minimal        a hub and two sites with the same addresses; every key explained
      four-regions   one gateway a site, pinned translations, VyOS 1.1
      acquisition    eight sites, pairs of gateways, everything chosen, VyOS 1.4

    \b
    Example:
      landbridge init --example four-regions demo && landbridge plan demo/network.yaml

    \b
    Exit status:
      0  written
      2  not written: there is one already, or the folder can't be written
    """
    from landbridge.artifacts.files import write_atomically

    path = directory / NETWORK_FILE
    if path.exists() or path.is_symlink():
        remedy = "Name another folder, or move the file away first."
        raise LandbridgeError(error("write", "is there already, and init overwrites nothing.", Where(str(path)), remedy))
    write_atomically(path, example(name))
    output.say(f"Wrote {path}. Next: landbridge plan {path}")
