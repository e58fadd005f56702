"""Names: of hubs, sites, gateways, tunnels and hosts, no two alike; and every site's hub is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from landbridge.design.claims import Path
from landbridge.design.settings import Settings
from landbridge.findings import Finding, error
from landbridge.intent.document import Document
from landbridge.intent.model import Network


def check_names(document: Document, settings: Mapping[str, Settings]) -> Iterator[Finding]:
    """Hubs, sites and what is named after them share one space of names: files, stacks and machines are called so."""
    first: dict[str, tuple[str, Path]] = {}
    for name, what, path in _named(document.network, settings):
        other, _ = first.setdefault(name, (what, path))
        if other != what:
            yield error("name", f"{what} and {other} have the same name.", document.where(*path), "Rename one of them.")


def check_hubs(document: Document) -> Iterator[Finding]:
    """One hub, in version 1; and no site names another."""
    hubs = list(document.network.hubs)
    for second in hubs[1:]:
        yield error(
            "name",
            f"{second} is a second hub beside {hubs[0]}; version 1 of the network file has one hub.",
            document.where("hubs", second),
            "Leave one.",
        )
    for name, site in document.network.sites.items():
        if site.hub is not None and site.hub not in document.network.hubs:
            close = get_close_matches(site.hub, hubs, 1)
            yield error(
                "name",
                f"{name} attaches to hub {site.hub}, which there isn't.",
                document.where("sites", name, "hub"),
                f"Did you mean {close[0]}?" if close else f"The hub is {hubs[0]}.",
            )


def _named(network: Network, settings: Mapping[str, Settings]) -> Iterator[tuple[str, str, Path]]:
    for name, hub in network.hubs.items():
        yield name, f"hub {name}", ("hubs", name)
        for number in range(1, len(hub.vpc.subnets) + 1 if hub.vpc else 1):
            yield f"{name}-{number}", f"{name}'s host {name}-{number}", ("hubs", name)
    for name, site in network.sites.items():
        yield name, f"site {name}", ("sites", name)
        for gateway in settings[name].gateways:
            yield gateway, f"{name}'s gateway {gateway}", ("sites", name)
        for tunnel in settings[name].tunnels:
            yield tunnel, f"{name}'s tunnel {tunnel}", ("sites", name)
        for number in range(1, len(site.vpc.subnets) + 1):
            yield f"{name}-{number}", f"{name}'s host {name}-{number}", ("sites", name)
