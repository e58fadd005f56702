"""`landbridge demo`: the four-region network, from nothing to a fault survived, and away again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts
    from landbridge.design import Design

EXAMPLE = "four-regions"
CUT = "singapore-a-1"
FROM, TO = "singapore-4", "virginia-4"
LONGEST_S = 45.0  # DPD gives a silent peer up after 30 to 45 s, BGP after 30: whichever is first
Record = dict[str, Any]


@click.command()
@json_option
def demo(as_json: bool) -> int:
    """The four-region network, here: design it, boot it, see overlapping hosts talk, cut a tunnel, see the traffic go on.

    It takes about a minute (and the first time a download of 80 MB); no root, nothing installed, nothing left behind but the cache
    folder. Ctrl-C ends it at any time.

    \b
    Exit status: 0 all went as it should, 1 a probe failed, 2 it can't run here
    """
    from landbridge.lab import launching
    from landbridge.lab.guestroot import guest_root

    began = time.monotonic()
    planned, rendered = _design()
    if not as_json:
        _introduce(planned)
    from landbridge.cli.progress import follow, guest_root_progress, outage_progress

    with guest_root_progress() as progress:
        root = guest_root(progress)
    name = f"demo-{os.getpid()}"
    fetched = time.monotonic() - began
    with launching.start(name, rendered, root) as running:
        with follow() as tell:
            ready = running.wait(tell)
        status = launching.ask(name, {"op": "status"})
        if not as_json:
            _show_ready(name, rendered, ready, status)
        request = {"op": "outages", "from": "singapore", "to": None, "seconds": LONGEST_S, "fail": {"name": CUT}}
        with outage_progress(CUT, LONGEST_S) as told:
            outage = launching.ask(name, request, told)
        after = launching.ask(name, {"op": "probe", "seconds": 3})
    result = {
        "ok": ready["ok"] and status["ok"] and outage["recovered"] and outage["longest_s"] <= LONGEST_S and after["ok"],
        "seconds": {**ready["seconds"], "fetched": round(fetched, 1), "total": round(time.monotonic() - began, 1)},
        "probes": len(ready["probes"]),
        "tunnels": len(status["tunnels"]),
        "outage": outage,
        "after_ok": after["ok"],
    }
    if as_json:
        output.say_json(result)
    else:
        output.show(*_conclude(result, after["probes"]))
    return 0 if result["ok"] else 1


def _design() -> tuple[Design, Artifacts]:
    """The example that ships with landbridge; no lock is written, for all of it is pinned."""
    from landbridge import artifacts
    from landbridge.design import design
    from landbridge.intent import loads
    from landbridge.intent.templates import example

    planned = design(loads(example(EXAMPLE), f"{EXAMPLE}.yaml"))
    return planned, artifacts.render(planned)


def _introduce(planned: Design) -> None:
    output.say(
        f"{planned.network}: a hub in {planned.hub.region} and sites in {', '.join(site.region for site in planned.sites)}.",
        "",
        *(f"  {overlap.prefix} is held, whole or in part, by {', '.join(overlap.owners)}" for overlap in planned.overlaps),
        *(f"  so {one.site}'s {one.local} is {one.global_} to everyone else" for one in planned.translations),
        "",
        "Booting a kernel for each gateway and for the hub, with strongSwan, FRR and NAT from the routers' own set commands …",
    )


def _show_ready(name: str, rendered: Artifacts, ready: Record, status: Record) -> None:
    from landbridge.cli.labview import probes_view, seconds_view, status_view
    from landbridge.lab import launching

    output.show(*probes_view(ready["probes"]), *seconds_view(ready["seconds"]), *status_view(status))
    own = {subnet.host: subnet.address for vpc in rendered.manifest.vpcs for subnet in vpc.subnets}
    output.say("")
    for source, destination in ((FROM, TO), (TO, FROM)):
        for probe in launching.ask(name, {"op": "probe", "from": source, "to": destination, "protocols": ["tcp"]})["probes"]:
            output.say(
                f"  {own[source]} ({source}) calls {probe['address']}, which is {own[destination]} ({destination});"
                f" that sees {probe['seen']} calling: {'good' if probe['ok'] else 'NOT GOOD'}, {probe['rtt_ms']} ms"
            )
    output.say("", f"Now the tunnel {CUT} is cut: the Internet drops its packets, and nobody is told.")


def _conclude(result: Record, probes: list[Record]) -> Iterator[Any]:
    from landbridge.cli.labview import probes_view

    outage = result["outage"]
    yield (
        f"  {outage['lost']:,} of {outage['sent']:,} pings lost;"
        f" {len(outage['outages'])} of {outage['pairs']} directed pairs of hosts felt it, the longest for {outage['longest_s']} s:"
        " until BGP's hold time (30 s) or dead peer detection moved them to the other tunnel."
    )
    yield "  With the tunnel still cut:"
    yield from probes_view(probes)
    yield f"\n  All of it took {result['seconds']['total']} s. Nothing of it is running any more."
