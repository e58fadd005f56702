"""What `landbridge demo` says between its acts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from landbridge.cli import output

if TYPE_CHECKING:
    from rich.console import RenderableType

    from landbridge.artifacts.manifest import Manifest
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.deploying.model import Done
    from landbridge.design import Design

Record = dict[str, Any]
ACTS = {
    "fetch": "the machines' root, from the cache or downloaded",
    "begin": "the embedded AWS, and the lab that follows it",
    "deploy": "every stack",
    "converge": "gateways booted and configured, tunnels and BGP up, every pair probed by ICMP and TCP",
    "mistake": "a mistake made, felt, and mended",
    "kill": "a gateway killed, and the network healed by itself",
}


def show(parts: Iterable[RenderableType]) -> None:
    output.show(*parts)


def quiet(_: Iterable[RenderableType]) -> None:
    pass


def opening(planned: Design) -> Iterator[RenderableType]:
    yield f"{planned.network}: a hub in {planned.hub.region} and sites in {', '.join(site.region for site in planned.sites)}.\n"
    yield from (f"  {overlap.prefix} is held, whole or in part, by {', '.join(overlap.owners)}" for overlap in planned.overlaps)
    yield from (f"  so {one.site}'s {one.local} is {one.global_} to everyone else" for one in planned.translations)


def deploying(ground: Ground) -> Iterator[RenderableType]:
    kinds = ", ".join(f"{many} {kind}" for kind, many in Counter(plan.kind for plan in ground.plans).items())
    yield f"\nDeploying {len(ground.plans)} CloudFormation stacks ({kinds}) to an AWS on this machine; its instances are machines here …"


def deployed(done: Done, ready: Record, status: Record) -> Iterator[RenderableType]:
    from landbridge.cli.deployview import done_view
    from landbridge.cli.labview import probes_view, status_view

    yield from done_view(done)
    yield from output.finding_lines(done.findings)
    yield from status_view(status)
    yield from probes_view(ready["probes"])


def overlapping(manifest: Manifest, probes: list[Record]) -> Iterator[RenderableType]:
    """Two hosts of one address, as each sees the other."""
    own = {subnet.host: subnet.address for vpc in manifest.vpcs for subnet in vpc.subnets}
    yield ""
    for probe in probes:
        source, destination = probe["from"], probe["to"]
        yield (
            f"  {own[source]} ({source}) calls {probe['address']}, which is {own[destination]} ({destination});"
            f" that sees {probe['seen']} calling: {'good' if probe['ok'] else 'NOT GOOD'}, {probe['rtt_ms']} ms"
        )


def mistaken(mistake: Record) -> Iterator[RenderableType]:
    gateway = f"{mistake['gateway']} ({mistake['instance']})"
    yield f"\nNow the mistake that everyone makes once: the source/destination check of {gateway} is switched on, by the API."
    yield f"  {mistake['felt_s']} s later it is felt: {mistake['bad']} of {mistake['of']} probes fail, those from and to its site."
    yield f"  Switched off again; {mistake['mended_s']} s later every probe is good."


def killing(site: str) -> Iterator[RenderableType]:
    yield f"\nAt last {site}'s only gateway is killed, at night. Nobody wakes."


def step(seconds: float, what: str) -> Iterator[RenderableType]:
    yield f"  {seconds:4.1f} s  {what}"


def closing(result: Record) -> Iterator[RenderableType]:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    for act, seconds in result["seconds"].items():
        if act in ACTS:
            table.add_row(f"{seconds:.1f} s", Text(ACTS[act], "dim"))
    yield Padding(table, (1, 0, 1, 2))
    yield f"  All of it took {result['seconds']['total']} s. Nothing of it is running any more."
