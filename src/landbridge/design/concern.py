"""A warning and whom it is about, until the network file's `accept` has been heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from landbridge.findings import Finding, Severity, note
from landbridge.intent.document import Document

# Of these a design knows every case. Of others, such as open-admin or mtu, the artifacts may give occasion: `verify` is to hear them.
_ALL_KNOWN = frozenset(("public-address",))


@dataclass(frozen=True, slots=True)
class Concern:
    """A finding of severity warning; `owner` is the site or hub that it is about, None for the whole network."""

    finding: Finding
    owner: str | None = None


def accepted(document: Document, concerns: Iterable[Concern]) -> tuple[Finding, ...]:
    """The concerns' findings, those that the file accepts as notes with its reason; and a note for an `accept` that has no effect on
    anything."""
    accepts = document.network.accept
    used = set()
    findings = []
    for concern in concerns:
        at = next((at for at, one in enumerate(accepts) if one.code == concern.finding.code and one.where in (None, concern.owner)), None)
        if at is None:
            findings.append(concern.finding)
        else:
            used.add(at)
            message = f"{concern.finding.message} Accepted: {accepts[at].reason}"
            findings.append(replace(concern.finding, severity=Severity.NOTE, message=message, remedy=""))
    for at, one in enumerate(accepts):
        if at not in used and one.code in _ALL_KNOWN:
            about = f"{one.code} of {one.where}" if one.where else one.code
            findings.append(note("schema", f"there is no warning {about} to accept.", document.where("accept", at), "Take the entry away."))
    return tuple(findings)
