"""What `deploy` and `destroy` share: from the network file to its stacks, and the AWS that is meant."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.labpusher import LabPusher
from landbridge.cli.reaching import over_ssh
from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    import threading

    from landbridge.artifacts import Artifacts
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.deploying import Means
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.deploying.model import Event
    from landbridge.aws.deploying.routers import Pusher
    from landbridge.design import Design
    from landbridge.vyos.delivery import Connect

sandbox_option = click.option("--sandbox", is_flag=True, help="In the embedded AWS on this machine, which is started if need be.")
endpoint_option = click.option("--endpoint", metavar="URL", help="An AWS emulator of your own.")
yes_option = click.option("--yes", is_flag=True, help="Don't ask.")
POLL_S, EMULATED_POLL_S = 3.0, 0.1
SANDBOX_IDLE_S = 2 * 3600.0  # nobody has to remember to end it


def ground_of(planned: Design, rendered: Artifacts) -> Ground:
    """The stacks of a design."""
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.stacks import stack_plans

    return Ground(planned.network, stack_plans(planned, rendered.routers))


def designed(file: Path, release: str | None) -> tuple[Design, Artifacts]:
    """The design of a network file, and what it compiles to."""
    from landbridge import artifacts
    from landbridge.design import design, rereleased
    from landbridge.intent import load

    planned = design(load(file), artifacts.read_lock(artifacts.lock_path(file)))
    meant = planned if release is None else rereleased(planned, release)
    return meant, artifacts.render(meant)


def keep_lock(file: Path, planned: Design) -> None:
    """Write down what was chosen, where that isn't done yet: what is deployed must not move any more."""
    from landbridge import artifacts

    path = artifacts.lock_path(file)
    if not path.exists() or artifacts.read_lock(path) != planned.lock:
        artifacts.write_lock(path, planned.lock)


def cloud_of(network: str, sandbox: bool, endpoint: str | None, stop: threading.Event) -> Cloud:
    """The AWS that is meant. Raises LandbridgeError where what it takes isn't installed."""
    if sandbox and endpoint:
        raise LandbridgeError(error("schema", "--sandbox and --endpoint are two places.", None, "Leave one out."))
    try:
        from landbridge.aws.calling import Cloud
    except ImportError:
        remedy = "Install it: `pip install 'landbridge[aws]'`."
        raise LandbridgeError(error("tool-missing", "deploying needs boto3.", None, remedy)) from None
    if sandbox:
        from landbridge.sandbox import folder_of, start

        endpoint = start(folder_of(network), SANDBOX_IDLE_S).endpoint
    return Cloud(endpoint, sleep=stop.wait)


def means_of(cloud: Cloud, stop: threading.Event, quiet: bool, pusher: Pusher | None = None) -> Means:
    """What a deployment works with here: it tells on standard error what happens."""
    from landbridge.aws.deploying.deploying import Means
    from landbridge.aws.deploying.lease import Holder
    from landbridge.aws.deploying.stack import Patience

    patience = Patience(stop, EMULATED_POLL_S if cloud.endpoint else POLL_S)
    return Means(cloud, _silent if quiet else tell, patience, Holder(), pusher)


def pusher_of(cloud: Cloud, planned: Design, ground: Ground, stop: threading.Event, quiet: bool, how: Mapping[str, Any]) -> Pusher | None:
    """Who brings changed texts to the routers that run; None: nobody. `how` are the options that say how they are
    reached, and, as `lab`, the name of a lab that follows the emulator, if one does."""
    from landbridge.aws.deploying.pushing import Reach, SshPusher, Unreal

    if how["pushing"] is False:
        return None
    if how["lab"] is not None:
        return LabPusher(cloud, ground, how["lab"])
    if how["pushing"] is None and cloud.endpoint:
        return Unreal()

    def connecting(host: str) -> Connect:
        return over_ssh(host, None, how["user"], how["key_file"], how["known_hosts"])

    releases = {gateway.name: gateway.release for site in planned.sites for gateway in site.gateways}
    return SshPusher(cloud, ground, releases, Reach(connecting), _silent if quiet else tell, stop)


def nobody_to_ask(as_json: bool) -> bool:
    return as_json or not sys.stdin.isatty()


def tell(event: Event) -> None:
    """A line for what happens to a stack, and for what fails in it."""
    if event.resource and not event.status.endswith("_FAILED"):
        return
    what = f"{event.stack}: {event.resource}" if event.resource else event.stack
    why = f" ({event.reason})" if event.reason and (event.status.endswith("_FAILED") or event.status.startswith("PUSH_")) else ""
    output.note(f"{what}: {event.status.lower().replace('_', ' ')}{why}")


def _silent(_: Event) -> None:
    pass
