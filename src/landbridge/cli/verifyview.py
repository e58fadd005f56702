"""What was proved, for people: findings with their counterexamples, the gravest first, and the verdict in a line at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.text import Text

from landbridge.findings import Finding, Severity
from landbridge.verify import Report

MOST_OF_A_KIND = 20  # findings of one code; nobody reads more, and --json has them all
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_ORDER = list(Severity)


def report_view(report: Report, name: str, failures: bool) -> Iterator[RenderableType]:
    """The findings, those of a kind together (kinds stay in the report's order, causes before effects), and the verdict."""
    kinds = {code: number for number, code in enumerate(dict.fromkeys(finding.code for finding in report.findings))}

    def rank(finding: Finding) -> tuple[int, int]:
        return _ORDER.index(finding.severity), kinds[finding.code]

    for _, kind in groupby(sorted(report.findings, key=rank), key=rank):
        same = list(kind)
        for finding in same[:MOST_OF_A_KIND]:
            yield from finding_view(finding)
        if len(same) > MOST_OF_A_KIND:
            yield Text(f"… and {len(same) - MOST_OF_A_KIND:,} more of {same[0].code}; --json has all.", "dim")
        yield Text("")
    yield _verdict(report, name, failures)


def finding_view(finding: Finding) -> Iterator[RenderableType]:
    """A finding in a line, with the packet that shows it below."""
    yield Text.assemble((f"{finding.severity}: ", _STYLES[finding.severity]), f"{finding} ", (f"[{finding.code}]", "dim"), no_wrap=True)
    for step in finding.trace:
        yield Text(f"    {step}", "dim", no_wrap=True)


def _verdict(report: Report, name: str, failures: bool) -> Text:
    counts = Counter(finding.severity for finding in report.findings)
    rest = _counted((severity, counts[severity]) for severity in _ORDER)
    considered = f"{report.failures:,} failures considered" if failures else "no failures considered"
    if report.ok:
        said = f"every host reaches every other, both ways: {report.pairs:,} of {report.pairs:,} pairs; {considered}"
        return Text.assemble(("✓", "green"), f" {name}: {said}{f'; {rest}' if rest else ''}", no_wrap=True)
    return Text.assemble(("✗", "bold red"), f" {name}: {rest}; {report.pairs:,} pairs of hosts, {considered}", no_wrap=True)


def _counted(counts: Iterable[tuple[Severity, int]]) -> str:
    return ", ".join(f"{count:,} {severity}{'' if count == 1 else 's'}" for severity, count in counts if count)
