"""Findings of a network file's own network: what the manifest is to blame for is said where the file says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from landbridge.findings import Finding, Where

if TYPE_CHECKING:
    from landbridge.artifacts import Manifest
    from landbridge.intent import Document

_MANIFEST = "manifest.yaml"


def in_network_file(findings: Iterable[Finding], document: Document, manifest: Manifest) -> tuple[Finding, ...]:
    """The findings, with places in the network file in place of those in a manifest that was never written."""
    homes = {gateway.name: gateway.vpc for gateway in manifest.gateways}
    kinds = {vpc.name: "hubs" if vpc.kind == "hub" else "sites" for vpc in manifest.vpcs}
    kinds.setdefault(manifest.hub.name, "hubs")

    def place(where: Where) -> Where:
        kind, _, rest = where.path.partition(".")
        name, _, key = rest.partition(".")
        owner = homes.get(name, name) if kind == "gateways" else name
        if owner not in kinds:
            return where
        below = ("gateway",) if kind == "gateways" else ("vpc", key) if key in ("cidrs", "subnets") else ()
        return document.where(kinds[owner], owner, *below)

    return tuple(
        replace(finding, where=place(finding.where)) if finding.where is not None and finding.where.file == _MANIFEST else finding
        for finding in findings
    )
