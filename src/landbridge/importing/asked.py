"""What no router says and who imports may: names, Regions, the VPCs' CIDRs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network


@dataclass(frozen=True, slots=True)
class Asked:
    """What was told beside the folder; what is left out stands in the network file as a placeholder marked TODO.

    `release` is for files that don't tell theirs; `regions` and `cidrs` are by the site's (or hub's) name.
    """

    network: str | None = None
    hub: str = "hub"
    release: str | None = None
    regions: Mapping[str, str] = field(default_factory=dict)
    cidrs: Mapping[str, tuple[IPv4Network, ...]] = field(default_factory=dict)
