"""`landbridge push`: one gateway's configuration to a router that runs."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option
from landbridge.cli.reaching import existing, key_option, known_hosts_option, over_ssh, user_option
from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.vyos.delivery import Connect, Outcome, Plan

COMMAND_S = 60
CHECKS = ("kept", "all", "reach")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.argument("gateway")
@click.option("--host", metavar="ADDRESS", required=True, help="Where the router is reached.")
@click.option("--via", type=click.Choice(("ssh", "https")), default="ssh", show_default=True, help="SSH, or the HTTPS API (1.3 on).")
@click.option("--port", type=click.IntRange(1, 65535), help="Another port than 22 or 443.")
@user_option
@key_option
@known_hosts_option
@click.option("--ca", metavar="FILE", type=existing, help="What the API's certificate is verified with; left out: the system's.")
@click.option("--fingerprint", metavar="SHA256", help="The SHA-256 of the API's certificate, instead of verifying it.")
@click.option("--facts", "facts_file", metavar="FILE", type=existing, help="Addresses for placeholders (YAML or JSON). Never keys.")
@click.option("--secrets-command", metavar="COMMAND", help="Prints the key of a tunnel, whose name it gets as its last word.")
@click.option("--release", metavar="R", help="Render for this VyOS release line instead of the file's.")
@click.option("--confirm", "minutes", metavar="MINUTES", type=click.IntRange(1, 60), default=10, show_default=True,
              help="The router returns by itself unless it is confirmed within this time.")  # fmt: skip
@click.option("--check", type=click.Choice(CHECKS), default="kept", show_default=True,
              help="Confirm if the tunnels that were up are up, if all are, or if the router answers.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show the difference; change nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@json_option
def push(file: Path, gateway: str, host: str, dry_run: bool, yes: bool, as_json: bool, minutes: int, check: str, **how: Any) -> int:  # noqa: ANN401
    """Bring the router of a GATEWAY to what FILE says, so that it can't cut itself off.

    Shows the difference and asks; commits with a rollback scheduled; checks the tunnels over a new connection; only then confirms and
    saves. What isn't landbridge's is never touched. Keys that the router has are kept; others come from $LANDBRIDGE_PSK_<TUNNEL>,
    --secrets-command, or are asked for. The API's key comes from $LANDBRIDGE_API_KEY, a password for SSH from $LANDBRIDGE_SSH_PASSWORD.

    \b
    Examples:
      landbridge push network.yaml singapore-a --host 203.0.113.7 --dry-run
      landbridge push network.yaml singapore-a --host 203.0.113.7 --facts facts.yaml
      landbridge push network.yaml singapore-a --host 10.0.0.1 --via https --fingerprint 5f:…

    \b
    Exit status:
      0  confirmed and saved, or nothing to do
      1  changed and not confirmed: the router returns by itself
      2  not changed
    """
    from landbridge.cli.labs import load_artifacts
    from landbridge.vyos.delivery import Check, fill_for, plan, read_facts
    from landbridge.vyos.delivery import push as deliver

    rendered = load_artifacts(file, None, how["release"])
    if gateway not in rendered.routers:
        raise LandbridgeError(error("name", f"there is no gateway {gateway!a}.", None, f"Take one of {', '.join(rendered.routers)}."))
    release = next(one.release for one in rendered.manifest.gateways if one.name == gateway)
    facts = read_facts(how["facts_file"]) if how["facts_file"] else {}
    connect = _connecting(host, how)
    session = _first(connect, host)
    try:
        if session.release != release:
            remedy = f"Say `release: {session.release!r}` in the file, or --release {session.release}."
            raise LandbridgeError(
                error("release", f"{host} runs VyOS {session.release}, and {gateway} is rendered for {release}.", None, remedy)
            )
        live = session.live()
        ask = partial(_secret, command=how["secrets_command"])
        filled = fill_for(rendered.routers[gateway], live, facts, ask, gateway, _typed)
        planned = plan(gateway, release, live, filled)
        if not as_json:
            _show(planned, host)
        if not planned.commands or dry_run or not (yes or as_json or click.confirm("Push this?", err=True)):
            return _report(planned, host, None, as_json, bool(planned.commands) and not dry_run)
        if as_json and not yes:
            raise LandbridgeError(error("router", "with --json nobody is asked.", None, "Give --yes, or --dry-run."))
        outcome = deliver(planned, session, connect, minutes, Check(check), _tell)
    finally:
        session.close()
    return _report(planned, host, outcome, as_json, False)


def _first(connect: Connect, host: str) -> Any:  # noqa: ANN401 - a Session, whose module imports what help doesn't wait for
    from landbridge.vyos.delivery import ConnectionLostError

    try:
        return connect()
    except ConnectionLostError as lost:
        raise LandbridgeError(error("router", f"{host} can't be reached: {lost}.", None, "See --host, --port and the way there.")) from None


def _connecting(host: str, how: dict[str, Any]) -> Connect:
    """What makes a connection, each time it is called."""
    if how["via"] == "https":
        from landbridge.vyos.delivery.https import ApiAccess, HttpsSession

        key = os.environ.get("LANDBRIDGE_API_KEY")
        if not key:
            raise LandbridgeError(error("permission", "the API wants a key.", None, "Set LANDBRIDGE_API_KEY."))
        api = ApiAccess(host, key, how["port"] or 443, how["ca"], how["fingerprint"])
        return lambda: HttpsSession(api)
    return over_ssh(host, how["port"], how["user"], how["key_file"], how["known_hosts"])


def _secret(tunnel: str, command: str | None) -> str | None:
    """A tunnel's key from the environment or the command; None: nobody gives one, and the router's own is kept."""
    from landbridge.vyos.delivery.filling import variable

    if given := os.environ.get(variable(tunnel)):
        return given
    if command is None:
        return None
    try:
        done = subprocess.run([*shlex.split(command), tunnel], stdout=subprocess.PIPE, text=True, check=True, timeout=COMMAND_S)
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        why = f"exit status {problem.returncode}" if isinstance(problem, subprocess.CalledProcessError) else type(problem).__name__
        raise LandbridgeError(error("tool-missing", f"--secrets-command gives no key for {tunnel}: {why}.")) from None
    return done.stdout.strip() or None


def _typed(tunnel: str) -> str | None:
    """A tunnel's key as somebody types it, where somebody is there; it isn't shown."""
    if not sys.stdin.isatty():
        return None
    return str(click.prompt(f"Pre-shared key of {tunnel}", hide_input=True, err=True)) or None


def _tell(line: str) -> None:
    output.note(line)


def _show(planned: Plan, host: str) -> None:
    from rich.text import Text

    if planned.wanted.kept:
        output.say(f"Kept as the router has it: {', '.join(planned.wanted.kept)}")
    if not planned.commands:
        output.say(f"{host} is as {planned.gateway} should be.")
        return
    output.show(*(Text(line, "red" if line.startswith("delete") else "green", overflow="fold") for line in planned.shown))


def _report(planned: Plan, host: str, outcome: Outcome | None, as_json: bool, declined: bool) -> int:
    confirmed = outcome is not None and outcome.confirmed
    findings = outcome.findings if outcome else ()
    if as_json:
        output.say_json(
            {
                "gateway": planned.gateway,
                "host": host,
                "release": planned.release,
                "changes": list(planned.shown),
                "kept": list(planned.wanted.kept),
                "pushed": outcome is not None,
                "confirmed": confirmed,
                "tunnels": [
                    {"name": one.name, "ike": one.ike, "bgp": one.bgp, "up": one.up, "uptime": one.uptime}
                    for one in (outcome.tunnels if outcome else ())
                ],
                "findings": [finding.as_json() for finding in findings],
            }
        )
    elif confirmed and not findings:
        output.say(f"{planned.gateway} is confirmed and saved.")
    elif declined:
        output.say("Nothing was changed.")
    if findings and not as_json:
        output.complain(findings)
    return 1 if findings or (outcome is not None and not confirmed) else 0
