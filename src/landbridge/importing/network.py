"""From a folder of routers to the text of a network file: what they say, and marked places for what they can't."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from landbridge.findings import Finding, LandbridgeError, Where, error, note
from landbridge.importing.asked import Asked
from landbridge.importing.collecting import collect
from landbridge.importing.gateway import Gateway, gateway_of
from landbridge.importing.options import admin_of, vpn_of
from landbridge.importing.writing import Site, network_text
from landbridge.intent import loads

_PLACE = "network.yaml"


@dataclass(frozen=True, slots=True)
class Imported:
    """A network file's text, and findings on what of the routers isn't in it."""

    text: str
    findings: tuple[Finding, ...]
    sites: tuple[str, ...]


def import_network(folder: Path, asked: Asked) -> Imported:
    """The network that a folder of router configurations is part of.

    Raises LandbridgeError with all that can't be read, and where no file is a gateway's.
    """
    sources, passed_over = collect(folder, asked.release)
    gateways = [gateway_of(source) for source in sources]
    findings = [*passed_over, *(finding for gateway in gateways for finding in gateway.findings)]
    usable = []
    for gateway in gateways:
        if gateway.subnets and gateway.peer is not None:
            usable.append(gateway)
        else:
            lack = "tunnel" if gateway.peer is None else "subnet"
            remedy = "Bind its peers to VTIs." if gateway.peer is None else "Add static routes to its subnets by the VPC's router."
            findings.append(note("not-represented", f"isn't a site's gateway: it has no {lack}.", Where(gateway.source.file), remedy))
    sites, apart = _sites(usable, asked)
    findings += apart
    if not sites:
        raise LandbridgeError(error("syntax", "holds no gateway's configuration.", Where(str(folder)), "Name the routers' folder."))
    _check_names(sites, asked)
    vpn, unlike = vpn_of(usable)
    keys, cidrs, logins = admin_of(usable)
    findings += [*unlike, *logins]
    hubs = {gateway.hub_asn for gateway in usable if gateway.hub_asn is not None}
    if len(hubs) > 1:
        message = f"the routers' hubs have several AS numbers ({', '.join(map(str, sorted(hubs)))}); a network file has one hub."
        findings.append(note("not-represented", message, Where(str(folder)), "Import the routers of one hub at a time."))
    name = asked.network or _name(folder.resolve().name)
    text = network_text(name, asked, min(hubs, default=None), sites, vpn, keys, cidrs)
    loads(text, _PLACE)  # what was asked for may not fit: its errors name the place
    return Imported(text, tuple(findings), tuple(site.name for site in sites))


def _sites(gateways: list[Gateway], asked: Asked) -> tuple[tuple[Site, ...], list[Finding]]:
    """The sites, in the order of their routers' files: one gateway, or the `-a` and `-b` of a pair."""
    findings: list[Finding] = []
    grouped: dict[str, dict[str, Gateway]] = {}
    for gateway in gateways:
        letters = grouped.setdefault(_name(gateway.site), {})
        if gateway.letter in letters:
            other = letters[gateway.letter].source.file
            message = f"is {gateway.site}'s gateway {gateway.letter}, and so is {other}."
            raise LandbridgeError(error("name", message, Where(gateway.source.file), "Give one of them another host name."))
        letters[gateway.letter] = gateway
    sites = []
    for name, letters in grouped.items():
        mine = tuple(letters[letter] for letter in sorted(letters))
        if len({(one.asn, one.source.router.release, tuple(one.translations.items())) for one in mine}) > 1:
            message = f"and {mine[0].source.file} differ in AS number, release or translations; the first one's hold."
            findings.append(note("not-represented", message, Where(mine[1].source.file), "Make the two gateways of a pair alike."))
        subnets = tuple(dict.fromkeys(subnet for one in mine for subnet in one.subnets))
        sites.append(Site(name, mine, subnets, _cidrs(name, subnets, asked.cidrs)))
    return tuple(sites), findings


def _cidrs(name: str, subnets: tuple[IPv4Network, ...], asked: Mapping[str, tuple[IPv4Network, ...]]) -> tuple[IPv4Network, ...]:
    """The VPC's CIDRs: those told, and for subnets outside of them the subnets themselves."""
    told = asked.get(name, ())
    return (*told, *(subnet for subnet in subnets if not any(subnet.subnet_of(cidr) for cidr in told)))


def _check_names(sites: tuple[Site, ...], asked: Asked) -> None:
    """Raises LandbridgeError for what was told of a site that isn't there."""
    names = {site.name for site in sites}
    unknown = [*(name for name in asked.regions if name not in names | {asked.hub}), *(name for name in asked.cidrs if name not in names)]
    if unknown:
        known = ", ".join(sorted(names))
        raise LandbridgeError(*(error("name", f"there is no site {name[:40]!a}.", None, f"There are {known}.") for name in unknown))


def _name(text: str) -> str:
    """A name as a network file takes it."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:32].strip("-") or "imported"
