"""Warnings that the network file accepts: they are said as notes, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from landbridge.artifacts.cloud import owner_of_file
from landbridge.artifacts.store import ROUTERS, STACKS
from landbridge.findings import Finding, Severity, note
from landbridge.verify.network import Network

_PLANNED = frozenset(("public-address",))  # a plan knows every case of these, and says which entries are for none


def accepted(findings: Iterable[Finding], network: Network) -> tuple[Finding, ...]:
    """The findings; a warning that the manifest accepts, by its code and whom it is about, as a note with the reason. Errors stay.

    And a note for each entry that there is no warning for.
    """
    accepts = network.manifest.accept
    if not accepts:
        return tuple(findings)
    homes = {gateway.name: gateway.vpc for gateway in network.manifest.gateways}
    said = []
    used: set[int] = set()
    for finding in findings:
        owner = owner_of(finding, homes)
        fitting = [at for at, one in enumerate(accepts) if one.code == finding.code and one.where in (None, owner)]
        if not fitting or finding.severity is not Severity.WARNING:
            said.append(finding)
        else:
            used.update(fitting)
            message = f"{finding.message} Accepted: {accepts[fitting[0]].reason}"
            said.append(replace(finding, severity=Severity.NOTE, message=message, remedy=""))
    for at, one in enumerate(accepts):
        if at not in used and one.code not in _PLANNED:
            about = f"{one.code} of {one.where}" if one.where else one.code
            where = network.places.manifest("", f"accept[{at}]")
            said.append(note("schema", f"there is no warning {about} to accept.", where, "Take the entry away."))
    return tuple(said)


def owner_of(finding: Finding, homes: dict[str, str]) -> str | None:
    """The site or hub that a finding is about, by its place: a record of the manifest, a gateway's text, or a stack. `homes`: VPCs by
    gateway."""
    if finding.where is None:
        return None
    kind, _, rest = finding.where.path.partition(".")
    name = rest.partition(".")[0]
    if kind == "vpcs":
        return name
    if kind == "gateways":
        return homes.get(name)
    file = PurePosixPath(finding.where.file)
    if file.parent.name == STACKS:
        return owner_of_file(file.name)
    return homes.get(file.stem) if file.parent.name == ROUTERS else None
