"""What `failover`, `upgrade` and `rotate-keys` share: which file and sites are meant, what they work with, and how their end is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.deployment import POLL_S, cloud_of, designed, ground_of, nobody_to_ask
from landbridge.findings import Finding, LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.operating.model import Outcome, Tell
    from landbridge.aws.operating.watching import Means
    from landbridge.design import Design

FILE = "network.yaml"
EMULATED_POLL_S = 0.3  # a look asks some twenty times: oftener, and the emulator would have time for nothing else
AGAIN = "Interrupted: run the same command again, and it goes on from here."

release_option = click.option("--release", metavar="R", help="It was deployed with this VyOS release line instead of the file's.")


@dataclass(frozen=True, slots=True)
class Meant:
    """The network that is meant, and the AWS that it is on."""

    planned: Design
    rendered: Artifacts
    ground: Ground
    cloud: Cloud
    stop: threading.Event

    def means(self, tell: Tell, poll_s: float = POLL_S) -> Means:
        """What a change works with; on AWS it looks every `poll_s`."""
        from landbridge.aws.deploying.lease import Holder
        from landbridge.aws.deploying.stack import Patience
        from landbridge.aws.operating.watching import Means

        return Means(self.cloud, self.ground, tell, Patience(self.stop, EMULATED_POLL_S if self.cloud.endpoint else poll_s), Holder())

    def on(self, ground: Ground) -> Meant:
        """The same on other ground."""
        return replace(self, ground=ground)


def meant(file: Path, release: str | None, sandbox: bool, endpoint: str | None) -> Meant:
    """From the network file to its stacks and their AWS."""
    planned, rendered = designed(file, release)
    stop = threading.Event()
    return Meant(planned, rendered, ground_of(planned, rendered), cloud_of(planned.network, sandbox, endpoint, stop), stop)


def file_and_sites(words: tuple[str, ...]) -> tuple[Path, tuple[str, ...]]:
    """The network file, if the first word is one, and sites: those have no dots, and are nowhere in the file system."""
    if words and ("." in words[0] or "/" in words[0] or Path(words[0]).exists()):
        return Path(words[0]), words[1:]
    return Path(FILE), words


def agreed(question: str, yes: bool, as_json: bool) -> tuple[Finding, ...] | None:
    """Whether somebody says yes (an empty tuple) or no (None); findings where nobody is there to be asked."""
    if yes:
        return ()
    if nobody_to_ask(as_json):
        return (error("permission", "nobody is there to be asked, so nothing was done.", None, "Give --yes."),)
    return () if click.confirm(question, err=True) else None


def begun(work: Callable[[], Outcome]) -> Outcome:
    """Do what was agreed to. What AWS refuses once it is begun is told as its end."""
    from landbridge.aws.operating.model import Outcome

    try:
        return work()
    except LandbridgeError as problem:
        return Outcome((), problem.findings)
    except KeyboardInterrupt:
        output.note(AGAIN)
        raise


def report(told: dict[str, Any], lines: list[str], findings: tuple[Finding, ...], as_json: bool) -> None:
    """The end, for programs or for people."""
    if as_json:
        output.say_json({**told, "findings": [finding.as_json() for finding in findings]})
        return
    output.say(*lines)
    for line in output.finding_lines(findings):
        output.note(line)


def steps_json(outcome: Outcome) -> list[dict[str, Any]]:
    return [{"of": one.of, "step": one.what, "seconds": one.seconds} for one in outcome.steps]
