"""How a deployed network differs from its artifacts now: what somebody has looked up in the cloud, for the same engine to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from landbridge.artifacts.manifest import Manifest, Route
from landbridge.findings import Where


@dataclass(frozen=True, slots=True)
class Cut:
    """Why something doesn't work now, where that is seen, and what to do."""

    message: str
    where: Where
    remedy: str


@dataclass(frozen=True, slots=True)
class Live:
    """The cloud as it is now.

    `manifest` has the routes, rules and roles that hold now; they stand at `places` (a record's name and key). `tunnels` that are down and
    `sessions` over which no route is learnt, by the tunnel's name, with the reason. `checked` are the gateways from which AWS takes only
    what is their own: they forward nothing. `tables` are the routes of a VPC's subnets that have others than the VPC in the manifest.
    """

    manifest: Manifest
    tunnels: Mapping[str, Cut] = field(default_factory=dict)
    sessions: Mapping[str, Cut] = field(default_factory=dict)
    checked: Mapping[str, Cut] = field(default_factory=dict)
    tables: Mapping[str, tuple[tuple[IPv4Network, tuple[Route, ...]], ...]] = field(default_factory=dict)
    places: Mapping[tuple[str, str], Where] = field(default_factory=dict)
