"""`landbridge lab …`: the network on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from landbridge.cli import output
from landbridge.cli.lab_follow import configure, follow
from landbridge.cli.labs import artifacts_option, load_artifacts, name_option, new_name_option, running_name
from landbridge.cli.options import json_option, network_file

optional_file = click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
seconds_option = click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0.1, 3600), help="Give up after so many.")


@click.group()
def lab() -> None:
    """Run the network on this machine: a kernel of its own for each gateway and the hub, with real daemons, from the artifacts.

    The gateways run strongSwan, FRR and the kernel's NAT, configured from their own set commands and from nothing else; hosts in
    every subnet probe each other. No root is needed, nothing is installed, and nothing is left behind.

    \b
    A session:
      landbridge lab up                   build and boot it, wait until all is reachable
      landbridge lab status               tunnels and BGP sessions
      landbridge lab fail singapore-a-1   cut a tunnel
      landbridge lab probe                every host to every other, ICMP and TCP
      landbridge lab down

    Where only one lab runs, the commands mean that one; else name it by its network file, or with --name.
    """


@lab.command(short_help="Build and boot the network.")
@network_file
@artifacts_option
@new_name_option
@click.option("--release", metavar="R", help="Run this VyOS release line (1.1 to 1.5) instead of the file's.")
@click.option(
    "--patience",
    default=30.0,
    show_default=True,
    type=click.FloatRange(1, 600),
    help="Wait no longer, in seconds, once nothing more comes up.",
)
@json_option
def up(file: Path, artifacts: Path | None, name: str | None, release: str | None, patience: float, as_json: bool) -> int:
    """Build and boot the network, and wait until every host reaches every other.

    The first time, Debian packages are downloaded and unpacked into the cache folder (~/.cache/landbridge, or $LANDBRIDGE_CACHE).
    If it is interrupted, nothing stays.

    \b
    Examples:
      landbridge lab up
      landbridge lab up four-regions.yaml --release 1.4
      landbridge lab up --artifacts build --name trial

    \b
    Exit status:
      0  up, and every probe is good
      1  up, but some probes fail
      2  not up: each reason is on standard error
    """
    from landbridge.cli.labview import probes_view, seconds_view
    from landbridge.cli.progress import far, guest_root_progress
    from landbridge.lab import launching
    from landbridge.lab.guestroot import guest_root

    rendered = load_artifacts(file, artifacts, release)
    chosen = name or rendered.manifest.network
    with guest_root_progress() as progress:
        root = guest_root(progress)
    with launching.start(chosen, rendered, root, patience) as running:
        with far() as tell:
            ready = running.wait(tell)
        running.stay()
    if as_json:
        output.say_json({"name": chosen, **ready})
    else:
        output.show(*probes_view(ready["probes"]), *seconds_view(ready["seconds"]))
        output.say(f"The lab {chosen} is up. Next: landbridge lab status, lab probe, lab fail, lab down.")
    return 0 if ready["ok"] else 1


@lab.command(short_help="Show tunnels and BGP sessions.")
@optional_file
@name_option
@json_option
def status(file: Path | None, name: str | None, as_json: bool) -> int:
    """Show the tunnels and BGP sessions as the gateways' own daemons tell them.

    \b
    Exit status: 0 all is up, 1 something is not, 2 no such lab
    """
    from landbridge.cli.labview import status_view
    from landbridge.lab import launching

    answer = launching.ask(running_name(file, name), {"op": "status"})
    if as_json:
        output.say_json(answer)
    else:
        output.show(*status_view(answer))
    return 0 if answer["ok"] else 1


@lab.command(short_help="Let hosts reach for each other.")
@optional_file
@name_option
@click.option("--from", "source", metavar="NAME", help="Only from this host, site or hub.")
@click.option("--to", "destination", metavar="NAME", help="Only to this host, site or hub.")
@click.option("--protocol", type=click.Choice(["icmp", "tcp"]), multiple=True, help="Only this protocol. May be repeated.")
@json_option
def probe(
    file: Path | None, name: str | None, source: str | None, destination: str | None, protocol: tuple[str, ...], as_json: bool
) -> int:
    """Let every host reach for every other (or only some), by ICMP and by TCP with data both ways.

    A probe is good if the right host answers and saw the source under its global address.

    \b
    Examples:
      landbridge lab probe
      landbridge lab probe --from singapore-4 --to virginia

    \b
    Exit status: 0 every probe is good, 1 some fail, 2 no such lab or host
    """
    from landbridge.cli.labview import probes_view
    from landbridge.lab import launching

    request = {"op": "probe", "from": source, "to": destination, "protocols": list(protocol)}
    answer = launching.ask(running_name(file, name), request)
    if as_json:
        output.say_json(answer)
    else:
        output.show(*probes_view(answer["probes"]))
    return 0 if answer["ok"] else 1


@lab.command("exec", short_help="Run a command in a gateway, the hub or a host.")
@click.argument("where")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@name_option
@seconds_option
@json_option
def execute(where: str, command: tuple[str, ...], name: str | None, seconds: float, as_json: bool) -> int:
    """Run COMMAND at WHERE: a gateway, the hub, a host, or vpc-<site> for a VPC's router.

    \b
    Examples:
      landbridge lab exec singapore-a -- vtysh -c 'show ip bgp summary'
      landbridge lab exec singapore-a -- swanctl --list-sas
      landbridge lab exec singapore-4 -- ping -c 3 192.168.1.10

    The exit status is the command's own, or 2: no such lab or place, or no end in time.
    """
    from landbridge.lab import launching

    request = {"op": "exec", "name": where, "command": list(command), "seconds": seconds}
    answer = launching.ask(running_name(None, name), request)
    if as_json:
        output.say_json(answer)
    else:
        output.pass_on(answer["out"], answer["err"])
    return int(answer["status"])


@lab.command(short_help="Capture packets into a file.")
@click.argument("where")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--interface", metavar="DEVICE", help="One of a machine's own interfaces, such as vti0; left out: its wire.")
@click.option("--packets", default=1000, show_default=True, type=click.IntRange(1, 100_000), help="End after so many packets.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 600), help="End after so many.")
@name_option
@json_option
def capture(where: str, file: Path, interface: str | None, packets: int, seconds: float, name: str | None, as_json: bool) -> int:
    """Capture packets at WHERE (a host, a gateway or the hub) into FILE (pcap).

    \b
    Examples:
      landbridge lab capture singapore-a outside.pcap                       the encrypted side
      landbridge lab capture singapore-a inside.pcap --interface vti0       the plain side

    \b
    Exit status: 0 written, 2 no such lab or place, or FILE can't be written
    """
    import base64

    from landbridge.artifacts.files import write_atomically
    from landbridge.cli.progress import waiting
    from landbridge.lab import launching

    request = {"op": "capture", "name": where, "interface": interface, "packets": packets, "seconds": seconds}
    with waiting(f"capturing at {where}", seconds):
        answer = launching.ask(running_name(None, name), request)
    write_atomically(file, base64.b64decode(answer["pcap"]))
    if as_json:
        output.say_json({"file": str(file), "packets": answer["packets"]})
    else:
        output.say(f"Wrote {file}: {answer['packets']} packets")
    return 0


@lab.command(short_help="Break a tunnel, a machine or its wire.")
@click.argument("what")
@click.option("--hang", is_flag=True, help="Stop the machine where it stands, instead of killing it.")
@click.option("--delay", "delay_ms", default=0.0, type=click.FloatRange(0, 10_000), metavar="MS", help="Delay its wire, each way.")
@click.option(
    "--loss", "loss_percent", default=0.0, type=click.FloatRange(0, 100), metavar="PERCENT", help="Lose packets of its wire, each way."
)
@name_option
@json_option
def fail(what: str, hang: bool, delay_ms: float, loss_percent: float, name: str | None, as_json: bool) -> int:
    """Break WHAT: cut a tunnel, kill (or hang) a gateway or the hub, make its wire slow or lossy, split a pair.

    \b
    Examples:
      landbridge lab fail singapore-a-1                  cut a tunnel; nobody is told
      landbridge lab fail singapore-a                    a power cut
      landbridge lab fail singapore-a --hang             it is there, and does nothing
      landbridge lab fail singapore-a --delay 80 --loss 2
      landbridge lab fail tokyo                          a pair's gateways don't hear each other any more

    \b
    Exit status: 0 broken, 2 no such lab, or nothing of that name
    """
    request = {"op": "fail", "name": what, "hang": hang, "delay_ms": delay_ms, "loss_percent": loss_percent}
    return _change(request, name, as_json)


@lab.command(short_help="Undo what was broken.")
@click.argument("what", required=False)
@name_option
@json_option
def mend(what: str | None, name: str | None, as_json: bool) -> int:
    """Undo what was broken at WHAT (left out: everything). A killed gateway's place is taken by a new one.

    \b
    Exit status: 0 mended, 2 no such lab, or nothing is broken there
    """
    return _change({"op": "mend", "name": what}, name, as_json)


def _change(request: dict[str, Any], name: str | None, as_json: bool) -> int:
    from landbridge.lab import launching

    answer = launching.ask(running_name(None, name), request)
    if as_json:
        output.say_json(answer)
    else:
        output.say(*([f"{what}: {how}" for what, how in answer["faults"].items()] or ["Nothing is broken."]))
    return 0


@lab.command(short_help="Take the lab down.")
@optional_file
@name_option
@json_option
def down(file: Path | None, name: str | None, as_json: bool) -> int:
    """Take the lab down: no process and no file of it remains.

    \b
    Exit status: 0 it is gone, 2 no such lab
    """
    from landbridge.lab import launching

    chosen = running_name(file, name)
    launching.take_down(chosen)
    if as_json:
        output.say_json({"name": chosen})
    else:
        output.say(f"The lab {chosen} is down.")
    return 0


lab.add_command(follow)
lab.add_command(configure)
