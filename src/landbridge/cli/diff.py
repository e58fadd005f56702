"""`landbridge diff`: the commands that lead from one router's configuration to another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.cli import output
from landbridge.cli.options import json_option
from landbridge.findings import LandbridgeError, Where, error

if TYPE_CHECKING:
    from landbridge.vyos import Tree
    from landbridge.vyos.configuration import Configuration


@click.command()
@click.argument("router", metavar="A", type=click.Path(path_type=Path, readable=False))
@click.argument("wanted", metavar="B", type=click.Path(path_type=Path, readable=False))
@click.option("--gateway", metavar="NAME", help="B is a network file: compare with this gateway's rendered configuration.")
@click.option("--owned", is_flag=True, help="Leave alone what landbridge doesn't own (always so with --gateway).")
@click.option("--with-keys", is_flag=True, help="Print keys and passwords instead of hiding them.")
@json_option
def diff(router: Path, wanted: Path, gateway: str | None, owned: bool, with_keys: bool, as_json: bool) -> int:
    """Show the shortest list of commands that makes of configuration A what B says: deletes in red, sets in green.

    Files of either syntax are read: `show configuration commands`, and config.boot. With --gateway, B is a network file; what
    the rendered configuration leaves open (addresses, keys) is taken from A, and what landbridge doesn't own stays as it is.

    \b
    Examples:
      landbridge diff before.boot after.boot
      landbridge diff singapore.boot network.yaml --gateway singapore-a

    \b
    Exit status:
      0  nothing differs
      1  something does
      2  not compared: unreadable or wrong input, or something of yours is in the way
    """
    from landbridge.vyos.comparing import EVERYTHING, without_secret
    from landbridge.vyos.comparing import diff as difference
    from landbridge.vyos.configuration import load_configuration
    from landbridge.vyos.owning import ownership

    there = load_configuration(router)
    to_be = load_configuration(wanted).tree if gateway is None else _rendered(wanted, gateway, there)
    ours = ownership(there.tree, to_be, str(router)) if owned or gateway is not None else EVERYTHING
    commands = difference(there.tree, to_be, ours)
    lines = [str(command if with_keys else without_secret(command)) for command in commands]
    if as_json:
        output.say_json({"differs": bool(lines), "commands": lines})
    else:
        output.say_commands(lines)
    return 1 if lines else 0


def _rendered(file: Path, name: str, there: Configuration) -> Tree:
    """A gateway's rendered configuration, what it leaves open filled in with what its router has."""
    from landbridge.artifacts import lock_path, read_lock
    from landbridge.design import design
    from landbridge.intent import load
    from landbridge.vyos import parse, placeholders, read_router, render_gateway
    from landbridge.vyos.learning import filled, learned

    planned = design(load(file), read_lock(lock_path(file)))
    gateways = {gateway.name: (site, gateway) for site in planned.sites for gateway in site.gateways}
    if name not in gateways:
        known = ", ".join(list(gateways)[:12])
        raise LandbridgeError(error("name", f"has no gateway {name[:40]!a}.", Where(str(file)), f"It has {known}."))
    site, gateway = gateways[name]
    release = there.release or gateway.release
    if release != gateway.release:
        message = f"is written for release {release} ({there.told} says so); {name} is of {gateway.release}."
        remedy = "Change the network file's release, or upgrade the router first."
        raise LandbridgeError(error("release", message, Where(there.file), remedy))
    text = filled(render_gateway(site, gateway, planned, release), learned(read_router(there.tree, release, there.file), name))
    if left := placeholders(text):
        output.note(f"note: {there.file} doesn't tell {', '.join(sorted(left))}: fill them in before you use the commands.")
    return parse(text, name)
