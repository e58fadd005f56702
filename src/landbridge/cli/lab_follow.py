"""`landbridge lab follow` and `lab configure`: the embedded AWS, with packets."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from landbridge.cli import output
from landbridge.cli.labs import load_artifacts, name_option, new_name_option, running_name
from landbridge.cli.options import json_option, network_file

BOOT_S = 5.0


@click.command(short_help="Let the lab do what the embedded AWS holds.")
@network_file
@new_name_option
@click.option("--boot-time", "boot_seconds", metavar="SECONDS", default=BOOT_S, show_default=True, type=click.FloatRange(0, 600),
              help="From an instance's launch until its router starts (on AWS: about 45).")  # fmt: skip
@json_option
def follow(file: Path, name: str | None, boot_seconds: float, as_json: bool) -> int:
    """Start the embedded AWS of FILE's network, and a lab that follows it: what is deployed there carries real packets.

    Within a second of each API call, instances, addresses, routes, security groups and VPN connections are machines, filters and
    tunnels here. `landbridge deploy --sandbox` deploys to it, as any other AWS client may: `landbridge sandbox` prints how.

    \b
    Examples:
      landbridge lab follow
      landbridge deploy --sandbox --yes     each instance boots, fetches its configuration, and its tunnels come up
      landbridge lab probe
      landbridge lab fail singapore-a       its instance is terminated; Auto Scaling launches another
      landbridge lab down                   ends the packets; the embedded AWS keeps what it holds

    \b
    Exit status: 0 it follows, 2 it can't: the reason is on standard error
    """
    from landbridge import sandbox
    from landbridge.cli import following
    from landbridge.cli.progress import guest_root_progress
    from landbridge.lab.guestroot import guest_root

    rendered = load_artifacts(file, None, None)
    manifest = rendered.manifest
    chosen = name or manifest.network
    with guest_root_progress() as progress:
        root = guest_root(progress)
    emulator = sandbox.start(sandbox.folder_of(manifest.network))
    with following.start(chosen, emulator.folder, rendered, root, boot_seconds) as running:
        ready = running.wait(lambda _: None)
        running.stay()
    if as_json:
        output.say_json({"name": chosen, "endpoint": emulator.endpoint, **ready})
    else:
        output.say(f"The lab {chosen} follows the embedded AWS at {emulator.endpoint}.")
        output.say("Next: landbridge deploy --sandbox, lab status, lab probe, lab fail, lab down.")
    return 0


@click.command(short_help="Give a router that runs another text.")
@click.argument("where")
@click.argument("commands", metavar="FILE", type=click.File("r", encoding="utf-8"))
@name_option
@json_option
def configure(where: str, commands: TextIO, name: str | None, as_json: bool) -> int:
    """Bring the router at WHERE, a gateway or an instance's id, to what the set commands in FILE say (-: from standard input).

    Only in a lab that follows the embedded AWS: it stands in for logging in to the router. Nothing of FILE is written down. A text that the
    router would refuse changes nothing.

    \b
    Examples:
      landbridge lab configure singapore-a changed.set
      landbridge lab configure i-0123456789abcdef0 - <commands.set

    \b
    Exit status: 0 it runs the text, 2 it doesn't: the reason is on standard error
    """
    from landbridge.lab import launching

    answer = launching.ask(running_name(None, name), {"op": "push", "name": where, "text": commands.read()})
    if as_json:
        output.say_json(answer)
    else:
        output.say(f"{where} runs it.")
    return 0
