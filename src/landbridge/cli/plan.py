"""`landbridge plan`: the design, for people and for programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option, network_file

if TYPE_CHECKING:
    from landbridge.design import Design, Lock


@click.command()
@network_file
@json_option
def plan(file: Path, as_json: bool) -> int:
    """Show what follows from the network file: overlaps, translations, gateways and tunnels, and what to look at.

    Nothing is written and no cloud is asked. What the lock file holds stays; what is new is marked so, and only
    `landbridge render` writes it down.

    \b
    Examples:
      landbridge plan
      landbridge plan acquisition.yaml --json | jq '.translations[] | select(.site == "tokyo")'

    \b
    Exit status:
      0  the network can be built; there may be warnings
      2  it can't: each reason is on standard error with its file and line
    """
    from landbridge.artifacts import lock_path, read_lock
    from landbridge.design import design
    from landbridge.intent import load

    document = load(file)
    lock = read_lock(lock_path(file))
    planned = design(document, lock)
    if as_json:
        output.say_json(plan_json(planned, lock))
    else:
        from landbridge.cli.planview import plan_view

        output.show(*plan_view(planned, lock))
    return 0


def plan_json(planned: Design, lock: Lock) -> dict[str, Any]:
    """The plan for programs; its shape is documented in docs/json.md."""
    return {
        "network": planned.network,
        "hub": {"name": planned.hub.name, "region": planned.hub.region, "asn": planned.hub.asn},
        "sites": [{"name": site.name, "region": site.region, "asn": site.asn} for site in planned.sites],
        "overlaps": [{"prefix": str(overlap.prefix), "owners": list(overlap.owners)} for overlap in planned.overlaps],
        "translations": [
            {
                "site": one.site,
                "local": str(one.local),
                "global": str(one.global_),
                "pinned": one.pinned,
                "locked": lock.of(one.site).translations.get(one.local) == one.global_,
            }
            for one in planned.translations
        ],
        "gateways": [
            {
                "name": gateway.name,
                "site": gateway.site,
                "asn": gateway.asn,
                "role": gateway.role,
                "release": gateway.release,
                "subnet": None if gateway.subnet is None else str(gateway.subnet),
                "tunnels": [
                    {"name": tunnel.name, "inside": str(tunnel.inside), "aws": str(tunnel.aws), "gateway": str(tunnel.gateway)}
                    for tunnel in gateway.tunnels
                ],
            }
            for site in planned.sites
            for gateway in site.gateways
        ],
        "findings": [finding.as_json() for finding in planned.findings],
    }
