"""Which stack goes where, and what each is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.aws.model import Account
from landbridge.aws.stacks.accounts import account_of, partition_of
from landbridge.design import Design
from landbridge.findings import Finding, LandbridgeError, error

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a Region of it."""

    account: Account
    region: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the hub and of each site, and the names of the stacks there."""

    network: str
    hub: Place
    hub_name: str
    sites: Mapping[str, Place]

    @property
    def places(self) -> tuple[Place, ...]:
        """Every place once: the hub's first."""
        return tuple(dict.fromkeys((self.hub, *self.sites.values())))

    def base(self, place: Place) -> str:
        """What an account and Region share: its name has the Region too, for a stack's name is unique in the network."""
        return f"{self.network}-{place.account.alias}-{place.region}-base"

    def heal(self, place: Place) -> str:
        return f"{self.network}-{place.account.alias}-{place.region}-heal"

    def hub_stack(self) -> str:
        return f"{self.network}-{self.hub_name}-hub"

    def edge(self, site: str) -> str:
        return f"{self.network}-{site}-edge"

    def vpn(self, site: str) -> str:
        return f"{self.network}-{site}-vpn"

    def gateways(self, site: str) -> str:
        return f"{self.network}-{site}-gateways"

    def foreign(self, site: str) -> bool:
        """Whether a site is in another account than the hub, so that the keys of its tunnels must be handed over."""
        return self.sites[site].account != self.hub.account


def layout_of(design: Design) -> Layout:
    """The layout of a design. Raises LandbridgeError with everything that can't be deployed."""
    findings = [*_too_old(design), *_apart(design)]
    if findings:
        raise LandbridgeError(*findings)
    return Layout(
        design.network,
        Place(account_of(design.hub), design.hub.region),
        design.hub.name,
        {site.name: Place(account_of(site), site.region) for site in design.sites},
    )


def _too_old(design: Design) -> list[Finding]:
    old = [gateway.name for site in design.sites for gateway in site.gateways if gateway.release == "1.1"]
    if not old:
        return []
    named = ", ".join(old[:_NAMED]) + (f" and {len(old) - _NAMED} more" if len(old) > _NAMED else "")
    return [
        error(
            "release",
            f"{named}: release 1.1 reads no user data, so AWS can't start a gateway of it that configures itself.",
            None,
            "Take release 1.2 or later: the same network can be deployed with it (`--release 1.4`).",
        )
    ]


def _apart(design: Design) -> list[Finding]:
    own = partition_of(design.hub.region)
    return [
        error(
            "schema",
            f"{site.name} is in {site.region}, of the partition {theirs}, and {design.hub.name} in {design.hub.region}, of {own}: "
            "no permission reaches from one to the other.",
            None,
            "Make a network of each.",
        )
        for site in design.sites
        if (theirs := partition_of(site.region)) != own
    ]
