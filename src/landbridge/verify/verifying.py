"""The whole of it: the proof, the audits, the checks, and what of it the network's owner accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from landbridge.findings import Finding, Severity
from landbridge.verify.accepting import accepted
from landbridge.verify.audits import audit
from landbridge.verify.checks import CHECKS
from landbridge.verify.network import Network
from landbridge.verify.proof import Proof
from landbridge.verify.proving import Tell, silent
from landbridge.verify.report import Report
from landbridge.verify.telling import tell_broken, tell_failing


def verify(network: Network, *, failures: bool = True, tell: Tell = silent) -> Report:
    """Prove a network right, or say what isn't. `tell` hears a stage's name, how much of it is done, and of how much."""
    return report_of(Proof(network, failures=failures, tell=tell))


def report_of(proof: Proof) -> Report:
    """What a proof has to say, the gravest first."""
    findings = [finding for check in CHECKS for finding in check.function(proof.network)]
    findings += [*joined(list(audit(proof)), tell_broken(proof)), *tell_failing(proof)]
    order = list(Severity)
    heard = sorted(accepted(findings, proof.network), key=lambda finding: order.index(finding.severity))
    return Report(proof.pairs, proof.failures, tuple(heard))


def joined(causes: Iterable[Finding], effects: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of causes, each with the first effect that the same line is to blame for; and the effects that have no such cause."""
    found = list(causes)
    cause_at = {_line(cause): at for at, cause in reversed(list(enumerate(found))) if cause.severity is Severity.ERROR}
    alone = []
    explained = set()
    for effect in effects:
        at = cause_at.get(_line(effect)) if effect.where is not None else None
        if at is None:
            alone.append(effect)
        elif at not in explained:
            explained.add(at)
            found[at] = replace(found[at], message=f"{found[at].message} Hence {effect.message}", trace=effect.trace)
    yield from (*found, *alone)


def _line(finding: Finding) -> tuple[str, int | None] | None:
    return None if finding.where is None else (finding.where.file, finding.where.line)
