"""The `landbridge` command: its subcommands, imported when they are asked for, and what becomes of errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from itertools import takewhile
from typing import NamedTuple

import click

from landbridge import __version__
from landbridge.cli import output
from landbridge.findings import LandbridgeError

DONE, NOT_RIGHT, NOT_DONE, INTERRUPTED = 0, 1, 2, 130


class _Lazy(NamedTuple):
    module: str
    name: str
    help: str


# Their help stands here too, so that `landbridge --help` imports none of them.
COMMANDS = {
    "init": _Lazy("landbridge.cli.init", "init", "Write a commented network file to begin with."),
    "schema": _Lazy("landbridge.cli.schema", "schema", "Print the network file's JSON Schema, for editors."),
    "plan": _Lazy("landbridge.cli.plan", "plan", "Show what follows from the network file; change nothing."),
    "render": _Lazy("landbridge.cli.render", "render", "Write the routers' configurations and the manifest."),
    "verify": _Lazy("landbridge.cli.verify", "verify", "Prove that every host reaches every other, or show why not."),
    "trace": _Lazy("landbridge.cli.trace", "trace", "Follow one packet there and back, with every rewrite."),
    "discover": _Lazy("landbridge.cli.discover", "discover", "Make a network file of the VPCs that there are."),
    "import": _Lazy("landbridge.cli.import_", "import_", "Make a network file of routers' configurations."),
    "import-vpn": _Lazy("landbridge.cli.import_vpn", "import_vpn", "Turn AWS' downloaded configuration into commands that work."),
    "diff": _Lazy("landbridge.cli.diff", "diff", "Show the commands that lead from one configuration to another."),
    "lab": _Lazy("landbridge.cli.lab", "lab", "Run the network on this machine."),
    "deploy": _Lazy("landbridge.cli.deploy", "deploy", "Bring AWS, or the embedded one, to what the file says."),
    "status": _Lazy("landbridge.cli.status", "status", "Show whether the deployed network is as it should be."),
    "failover": _Lazy("landbridge.cli.failover", "failover", "Let a pair's standby gateway take over, without an outage."),
    "upgrade": _Lazy("landbridge.cli.upgrade", "upgrade", "Replace gateways by new instances, a pair's one after the other."),
    "rotate-keys": _Lazy("landbridge.cli.rotate_keys", "rotate_keys", "Give the tunnels new pre-shared keys, one at a time."),
    "rehearse": _Lazy("landbridge.cli.rehearse", "rehearse", "Break one thing after another, here, and show what is felt."),
    "destroy": _Lazy("landbridge.cli.destroy", "destroy", "Take the network off AWS, and show what is left."),
    "sandbox": _Lazy("landbridge.cli.sandbox", "sandbox", "The embedded AWS by itself, for other programs to talk to."),
    "push": _Lazy("landbridge.cli.push", "push", "Bring a router that runs to what the file says, commit-confirmed."),
    "demo": _Lazy("landbridge.cli.demo", "demo", "The four-region network, here, from nothing to a healed failure."),
}


class _LazyGroup(click.Group):
    """A group that imports a command when it is called, or when its own help is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if near := get_close_matches(cmd_name, COMMANDS, 1):
                ctx.fail(f"No such command {cmd_name!r}. Did you mean {near[0]!r}?")
            return None
        lazy = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(lazy.module), lazy.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="landbridge")
def landbridge() -> None:
    """One network across AWS Regions whose address spaces overlap, from one file.

    landbridge finds the overlaps, resolves them with 1:1 translation, writes every router's configuration, proves from it that
    every host reaches every other, and runs the whole network on this machine.

    \b
    Begin with:
      landbridge init                 a commented network.yaml, here
      landbridge plan                 what follows from it
      landbridge verify               proof that it is right
      landbridge render --out build   the routers' configurations

    Every command takes the network file as an argument; it defaults to network.yaml. Most take --json.

    \b
    Exit status:
      0  done, and right
      1  done, and not right: an error was found, a probe failed
      2  not done: unreadable or wrong input, no permission, no tool
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns the exit status. Whatever goes wrong ends as a line or more on standard error, never as a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    output.prepare()
    try:
        status = landbridge.main(given, prog_name="landbridge", standalone_mode=False)
        return status if isinstance(status, int) else DONE
    except LandbridgeError as problem:
        # Commands don't see their errors, so whether they were asked for JSON is looked up here (after -- nothing is an option).
        output.complain(problem.findings, as_json="--json" in takewhile(lambda word: word != "--", given))
        return NOT_DONE
    except click.ClickException as problem:
        problem.show()
        return NOT_DONE
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    except Exception as bug:
        output.confess(bug)
        return NOT_DONE
    finally:
        output.finish()
