"""`landbridge verify`: the proof that every host reaches every other, or what stands against it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landbridge.cli import output
from landbridge.cli.options import json_option, network_file
from landbridge.cli.verify_input import directory_option, network_to_verify, release_option

if TYPE_CHECKING:
    from landbridge.verify import Report


@click.command()
@network_file
@directory_option
@release_option
@click.option("--no-failures", is_flag=True, help="Prove the network as it is, not with anything of it broken.")
@json_option
def verify(file: Path, directory: Path | None, release: str | None, no_failures: bool, as_json: bool) -> int:
    """Prove from the artifacts alone that every host reaches every other, both ways, with anything single broken too; or show a
    packet for which that isn't so, where it ends, and the line that is to blame.

    The routers' own text, the manifest and, in DIR, the stacks are read, not the design behind them. Of a network file they are
    rendered in memory; nothing is written. docs/verify.md says what is proved, and which checks there are.

    \b
    Examples:
      landbridge verify
      landbridge verify four-regions.yaml --release 1.4
      landbridge verify --artifacts build --no-failures
      landbridge verify --json | jq '.findings[] | select(.severity == "error")'

    \b
    Exit status:
      0  proved; there may be warnings
      1  not so: there are errors, each with a packet that shows it
      2  not verified: what was to be read is missing or can't be understood
    """
    from landbridge.cli.progress import stages
    from landbridge.cli.verify_places import in_network_file
    from landbridge.verify import verify as prove

    network, document = network_to_verify(file, directory, release)
    with stages() as tell:
        report = prove(network, failures=not no_failures, tell=tell)
    if document is not None:
        report = replace(report, findings=in_network_file(report.findings, document, network.manifest))
    if as_json:
        output.say_json(report_json(report))
    else:
        from landbridge.cli.verifyview import report_view

        output.show(*report_view(report, network.manifest.network, not no_failures))
    return 0 if report.ok else 1


def report_json(report: Report) -> dict[str, Any]:
    """The report for programs; its shape is documented in docs/json.md."""
    return {
        "ok": report.ok,
        "pairs": report.pairs,
        "failures_considered": report.failures,
        "findings": [finding.as_json() for finding in report.findings],
    }
