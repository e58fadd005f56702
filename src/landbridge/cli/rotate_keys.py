"""`landbridge rotate-keys`: new pre-shared keys for the tunnels of a network that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from landbridge.cli import following, output
from landbridge.cli.changing import agreed, begun, file_and_sites, meant, release_option, report
from landbridge.cli.deployment import endpoint_option, pusher_of, sandbox_option, yes_option
from landbridge.cli.options import json_option
from landbridge.cli.progress import changes
from landbridge.cli.reaching import key_option, known_hosts_option, user_option

if TYPE_CHECKING:
    from landbridge.aws.operating.rotating import Keyed, Rotation
    from landbridge.findings import Finding


@click.command("rotate-keys")
@click.argument("words", metavar="[FILE] [SITE]...", nargs=-1)
@click.option("--wait", "seconds", metavar="SECONDS", type=click.FloatRange(1, 7200), default=900.0, show_default=True,
              help="A tunnel that isn't back after this time gets its former key again.")  # fmt: skip
@sandbox_option
@endpoint_option
@release_option
@user_option
@key_option
@known_hosts_option
@yes_option
@json_option
def rotate_keys(
    words: tuple[str, ...], seconds: float, sandbox: bool, endpoint: str | None, release: str | None, yes: bool, as_json: bool,
    **how: Any,  # noqa: ANN401
) -> int:  # fmt: skip
    """Give the tunnels of SITE (left out: of all sites) new pre-shared keys, one tunnel at a time while the other carries.

    A pair's standby comes first; then the two change places, and the other follows. For each tunnel: a new key becomes the current version
    of its secret, AWS' end gets it, the router gets it over SSH (commit-confirmed, as `deploy` does it), and it is waited until the tunnel
    is up with routes. None is begun while its other is down. One that doesn't come back gets its former key again, and there it ends.

    Keys are made here, and go to Secrets Manager, EC2 and the router, and nowhere else. It may be interrupted at any moment: run again, it
    finishes what was begun, and goes on with what wasn't.

    \b
    Examples:
      landbridge rotate-keys tokyo
      landbridge rotate-keys network.yaml --yes --json | jq '.tunnels[] | select(.did != "rotated")'

    \b
    Exit status:
      0  every tunnel runs on a new key
      1  begun, and stopped: where it stands is on standard error
      2  nothing was done: wrong input, no credentials, another deployment, or a text that waits to be deployed
    """
    from landbridge.aws.operating.rotating import Rotation as Rotating
    from landbridge.aws.operating.rotating import undelivered
    from landbridge.aws.operating.watching import held, sites_of
    from landbridge.findings import LandbridgeError

    file, named = file_and_sites(words)
    on = meant(file, release, sandbox, endpoint)
    network, sites = on.planned.network, sites_of(on.ground, named)
    tunnels = 2 * sum(len(site.gateways) for site in on.planned.sites if site.name in sites)
    refused = agreed(f"Give {tunnels} tunnels of {', '.join(sites)} new keys, one after another?", yes, as_json)
    if refused is None:
        output.say("Nothing was done.")
        return 0
    if refused:
        return _report(network, None, refused, as_json)
    lab = network if sandbox and following.follows(network) else None
    pusher = pusher_of(on.cloud, on.planned, on.ground, on.stop, as_json, {**how, "pushing": None, "lab": lab})
    with changes(as_json) as tell:
        means = on.means(tell)
        with held(means) as record:
            if why := undelivered(means, record, sites):
                raise LandbridgeError(*why)
            rotation = Rotating(means, record, cast("Keyed", pusher), seconds)
            outcome = begun(lambda: rotation.run(sites))
    return _report(network, rotation, outcome.findings, as_json)


def _report(network: str, rotation: Rotation | None, findings: tuple[Finding, ...], as_json: bool) -> int:
    tunnels = rotation.tunnels if rotation is not None else ()
    told = {
        "network": network,
        "ok": not findings,
        "tunnels": [
            {"tunnel": one.tunnel, "gateway": one.gateway, "site": one.site, "did": one.did, "seconds": one.seconds} for one in tunnels
        ],
    }
    renewed = sum(one.did in ("rotated", "finished") for one in tunnels)
    report(told, [f"{renewed} tunnels run on new keys."], findings, as_json)
    return 2 if rotation is None else 1 if findings else 0
