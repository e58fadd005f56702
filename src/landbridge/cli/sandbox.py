"""`landbridge sandbox …`: the embedded AWS by itself, for other programs to talk to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option

if TYPE_CHECKING:
    from landbridge.sandbox import Quotas, Sandbox

DEFAULT_FILE = Path("network.yaml")
name_argument = click.argument("name", required=False)


@click.group()
def sandbox() -> None:
    """The AWS on this machine that `--sandbox` deploys to, for other programs: the AWS CLI, Terraform, a script.

    NAME is a network's; without one it is that of network.yaml in this folder. Each has a state of its own, which outlives the process.

    \b
    A session:
      eval "$(landbridge sandbox start)"    start it, and point AWS clients at it
      landbridge deploy --sandbox
      aws ec2 describe-vpcs --region us-west-2
      landbridge sandbox stop               its state stays
      landbridge sandbox reset              its state goes too
    """


@sandbox.command(short_help="Start it, and print the environment of its clients.")
@name_argument
@click.option("--quotas", type=click.Choice(["aws", "raised"]), help="Those that AWS gives every account, or so high that none is reached.")
@click.option("--idle", metavar="SECONDS", type=click.FloatRange(1), help="End it after as long without a call.")
@json_option
def start(name: str | None, quotas: Quotas | None, idle: float | None, as_json: bool) -> int:
    """Start the sandbox, or find it, with the state that it had; print what an AWS client's environment needs, for a shell to take.

    --quotas and --idle take effect when it starts; one that runs must be stopped first.

    \b
    Exit status:
      0  it runs
      2  it can't be started: the reason is on standard error
    """
    from landbridge.sandbox import environment, folder_of, running
    from landbridge.sandbox import start as begin

    folder = folder_of(_name(name))
    if (quotas or idle) and running(folder) is not None:
        output.note(f"It runs already, as it was started: `landbridge sandbox stop {folder.name}` first, for other quotas or another end.")
    found = begin(folder, idle, quotas)
    if as_json:
        output.say_json(_shown(folder, found))
    else:
        output.say(*(f"export {key}={value}" for key, value in environment(found).items()))
    return 0


@sandbox.command(short_help="Show whether it runs, and where.")
@name_argument
@json_option
def status(name: str | None, as_json: bool) -> int:
    """Show whether the sandbox runs, and where its state is.

    \b
    Exit status:
      0  it runs
      1  it doesn't
    """
    from landbridge.sandbox import folder_of, running

    folder = folder_of(_name(name))
    found = running(folder)
    if as_json:
        output.say_json(_shown(folder, found))
    else:
        shown = _shown(folder, found)
        where = f"runs at {found.endpoint} (process {found.pid})" if found else "doesn't run"
        output.say(f"{folder.name} {where}; its state, {shown['state_bytes']:,} bytes, is in {folder}.")
    return 0 if found else 1


@sandbox.command(short_help="End it; its state stays.")
@name_argument
def stop(name: str | None) -> int:
    """End the sandbox. What is in it stays, and is there again when it is started."""
    from landbridge.sandbox import folder_of
    from landbridge.sandbox import stop as end

    folder = folder_of(_name(name))
    output.say(f"{folder.name} is stopped." if end(folder) else f"{folder.name} doesn't run.")
    return 0


@sandbox.command(short_help="End it, and remove its state.")
@name_argument
@click.option("--yes", is_flag=True, help="Don't ask.")
def reset(name: str | None, yes: bool) -> int:
    """End the sandbox and remove all that is in it. The next one of this name begins with nothing."""
    from landbridge.cli.deployment import nobody_to_ask
    from landbridge.findings import LandbridgeError, error
    from landbridge.sandbox import folder_of
    from landbridge.sandbox import reset as remove

    folder = folder_of(_name(name))
    if not yes:
        if nobody_to_ask(as_json=False):
            raise LandbridgeError(error("permission", "nobody is there to be asked, so nothing was done.", None, "Give --yes."))
        if not click.confirm(f"Remove all that is in the sandbox {folder.name}?", err=True):
            output.say("Nothing was done.")
            return 0
    output.say(f"{folder.name} is gone." if remove(folder) else f"There is no sandbox {folder.name}.")
    return 0


def _name(given: str | None) -> str:
    """A sandbox's name. Raises LandbridgeError."""
    import re

    from landbridge.findings import LandbridgeError, error

    if given is None:
        from landbridge.intent import load

        return load(DEFAULT_FILE).network.network
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", given):
        raise LandbridgeError(error("name", f"{given!a} can't be a sandbox's name.", None, "Give a network's name."))
    return given


def _shown(folder: Path, found: Sandbox | None) -> dict[str, Any]:
    from landbridge.sandbox import environment

    state = folder / "state.pickle"
    return {
        "name": folder.name,
        "running": found is not None,
        "endpoint": found.endpoint if found else None,
        "pid": found.pid if found else None,
        "folder": str(folder),
        "state_bytes": state.stat().st_size if state.exists() else 0,
        "environment": environment(found) if found else {},
    }
