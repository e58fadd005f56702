"""Warnings that the network file accepts: they are said as notes, with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from landbridge.findings import Finding, Severity
from landbridge.verify.network import Network


def accepted(findings: Iterable[Finding], network: Network) -> tuple[Finding, ...]:
    """The findings; a warning that the manifest accepts, by its code and whom it is about, as a note with the reason. Errors stay."""
    accepts = network.manifest.accept
    if not accepts:
        return tuple(findings)
    homes = {gateway.name: gateway.vpc for gateway in network.manifest.gateways}
    said = []
    for finding in findings:
        owner = owner_of(finding, homes)
        one = next((one for one in accepts if one.code == finding.code and one.where in (None, owner)), None)
        if one is None or finding.severity is not Severity.WARNING:
            said.append(finding)
        else:
            said.append(replace(finding, severity=Severity.NOTE, message=f"{finding.message} Accepted: {one.reason}", remedy=""))
    return tuple(said)


def owner_of(finding: Finding, homes: dict[str, str]) -> str | None:
    """The site or hub that a finding is about, by its place: a record of the manifest, or a gateway's text. `homes`: VPCs by gateway."""
    if finding.where is None:
        return None
    kind, _, rest = finding.where.path.partition(".")
    name = rest.partition(".")[0]
    if kind == "vpcs":
        return name
    if kind == "gateways":
        return homes.get(name)
    file = PurePosixPath(finding.where.file)
    return homes.get(file.stem) if file.parent.name == "routers" else None
