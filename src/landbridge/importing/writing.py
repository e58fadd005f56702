"""The text of an imported network file. What the routers can't say is marked TODO, with a placeholder that loads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from landbridge.importing.asked import Asked
from landbridge.importing.gateway import Gateway

PLACEHOLDER_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Site:
    """A site as it is written: its gateways, its subnets in order, its VPC's CIDRs."""

    name: str
    gateways: tuple[Gateway, ...]
    subnets: tuple[IPv4Network, ...]
    cidrs: tuple[IPv4Network, ...]


def network_text(
    network: str,
    asked: Asked,
    hub_asn: int | None,
    sites: tuple[Site, ...],
    vpn: dict[str, str],
    keys: list[str],
    cidrs: list[IPv4Network],
) -> str:
    """A network file. Every value is of a form that needs no quotes in YAML, but for keys, which hold no quotes themselves."""
    release = Counter(site.gateways[0].source.router.release for site in sites).most_common(1)[0][0]
    pairs = sum(len(site.gateways) for site in sites) > 1.5 * len(sites)
    lines = [
        "# Imported from the routers' own configurations. What no router says is marked TODO: see to each before you deploy.",
        "version: 1",
        f"network: {network}",
        "",
        "hubs:",
        f"  {asked.hub}:",
        _region(asked.hub, asked),
        f"    asn: {hub_asn}" if hub_asn is not None else "    asn: 64512 # TODO: no router names the hub's",
        "    # TODO: the hub's own VPC, if it has one: vpc: {cidrs: […], subnets: [{cidr: …, zone: a}]}",
        "",
        "sites:",
    ]
    for site in sites:
        lines += _site(site, asked, release, pairs)
    lines += [
        "defaults:",
        "  gateway:",
        f"    availability: {'pair' if pairs else 'single'}",
        f'    release: "{release}"',
        "",
        "admin:",
        f"  cidrs: [{', '.join(map(str, cidrs))}]" + ("" if cidrs else " # TODO: where administrators come from"),
        *(["  ssh_keys:", *(f'    - "{key}"' for key in keys)] if keys else ["  ssh_keys: [] # TODO: their public keys"]),
        *(["", f"vpn: {{{', '.join(f'{key}: {value}' for key, value in vpn.items())}}}"] if vpn else []),
    ]
    return "\n".join(lines) + "\n"


def _region(name: str, asked: Asked) -> str:
    if name in asked.regions:
        return f"    region: {asked.regions[name]}"
    return f"    region: {PLACEHOLDER_REGION} # TODO: the Region that {name} is in"


def _site(site: Site, asked: Asked, release: str, pairs: bool) -> Iterator[str]:
    first = site.gateways[0]
    files = ", ".join(gateway.source.file.rpartition("/")[2] for gateway in site.gateways)
    yield f"  {site.name}: # {files if files.isprintable() else ascii(files)}"
    yield _region(site.name, asked)
    if first.asn is not None:
        yield f"    asn: {first.asn}"
    yield "    vpc:"
    told = "" if site.name in asked.cidrs else " # TODO: the VPC's CIDRs; the routers know its subnets only"
    yield f"      cidrs: [{', '.join(map(str, site.cidrs))}]{told}"
    yield "      subnets: # TODO: their zones"
    placed = _placed(site)
    for subnet in site.subnets:
        letter = placed.get(subnet)
        mark = f", gateway: {letter}" if letter is not None else ""
        yield f"        - {{cidr: {subnet}, zone: {letter or 'a'}{mark}}}"
    if first.translations:
        yield f"    translate: {{{', '.join(f'{local}: {global_}' for local, global_ in first.translations.items())}}}"
    gateway = []
    if (len(site.gateways) > 1) != pairs:
        gateway.append(f"availability: {'pair' if len(site.gateways) > 1 else 'single'}")
    if first.source.router.release != release:
        gateway.append(f'release: "{first.source.router.release}"')
    if all(one.inside for one in site.gateways):
        gateway.append(f"tunnels: [{', '.join(str(inside) for one in site.gateways for inside in one.inside)}]")
    if gateway:
        yield "    gateway:"
        yield from (f"      {line}" for line in gateway)
    yield ""


def _placed(site: Site) -> dict[IPv4Network, str]:
    """Which subnet each gateway stands in: the one of the router that it sends the VPC's packets to."""
    placed: dict[IPv4Network, str] = {}
    for gateway in site.gateways:
        mine = next((subnet for subnet in site.subnets if gateway.router is not None and gateway.router in subnet), None)
        if mine is None or mine in placed:
            return {}
        placed[mine] = gateway.letter
    return placed
