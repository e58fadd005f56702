"""The text of a network file from the VPCs that were found. What AWS can't know is marked TODO, with a placeholder that loads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from landbridge.aws.discovering import Discovery, FoundSubnet, FoundVpc

HUB = "hub"
_LONGEST = 28  # of a site's name: its gateways' and hosts' names are longer
_MEANING = {
    "internet": "public: a way to the Internet",
    "nat": "a way out by another's address",
    "none": "no way out: kept out of the network; take `private` away if others shall reach it",
}


def discovered_text(found: Discovery, network: str, regions: tuple[str, ...]) -> str:
    """A network file with a site for each VPC. There must be one."""
    return "\n".join(_lines(found, network, regions)) + "\n"


def site_names(found: Discovery) -> tuple[str, ...]:
    """A name for each VPC: its own as far as a site's may be, else its id; no name twice."""
    names: list[str] = []
    for vpc in found.vpcs:
        slug = re.sub(r"[^a-z0-9]+", "-", vpc.name.lower()).strip("-")[:_LONGEST].strip("-") or vpc.id
        if slug in (*names, HUB):
            slug = f"{slug[: _LONGEST - 9]}-{vpc.id.removeprefix('vpc-')[-8:]}"
        names.append(slug)
    return tuple(names)


def _lines(found: Discovery, network: str, regions: tuple[str, ...]) -> Iterator[str]:
    profiles = tuple(dict.fromkeys(vpc.place.account.profile for vpc in found.vpcs))
    yield f"# Found in {', '.join(regions)}; nothing was changed there."
    yield "# Take out what isn't to be joined, and see to each TODO before you deploy."
    yield "version: 1"
    yield f"network: {network}"
    yield ""
    yield "hubs:"
    yield f"  {HUB}: # TODO: the name that you give to the hub"
    yield f"    region: {regions[0]} # TODO: the Region that the Transit Gateway is to be in"
    yield "    asn: 64512"
    if len(profiles) > 1 and profiles[0] is not None:
        yield f"    account: {{profile: {_scalar(profiles[0])}}} # TODO: the account that pays for the hub"
    yield ""
    yield "sites:"
    for vpc, name in zip(found.vpcs, site_names(found), strict=True):
        yield from _site(vpc, name, own_account=len(profiles) > 1)
    yield "defaults:"
    if len(profiles) == 1 and profiles[0] is not None:
        yield f"  account: {{profile: {_scalar(profiles[0])}}}"
    yield "  gateway:"
    yield "    availability: pair"
    yield ""
    yield "admin:"
    yield "  cidrs: [] # TODO: where administrators come from"
    yield "  ssh_keys: [] # TODO: their public keys"


def _site(vpc: FoundVpc, name: str, *, own_account: bool) -> Iterator[str]:
    yield f"  {name}:" + (f" # {_comment(vpc.name)}" if vpc.name and vpc.name != name else "")
    yield f"    region: {vpc.place.region}"
    if own_account and vpc.place.account.profile is not None:
        yield f"    account: {{profile: {_scalar(vpc.place.account.profile)}}}"
    places = _places(vpc)
    isolated = all(subnet.way == "none" for subnet in vpc.subnets)
    yield "    vpc:"
    yield f"      id: {vpc.id}"
    yield f"      cidrs: [{', '.join(map(str, vpc.cidrs))}]"
    yield "      subnets:" + ("" if places else " # TODO: none has a way to the Internet; a gateway needs one")
    for subnet in vpc.subnets:
        gateway = f", gateway: {places[subnet.id]}" if subnet.id in places else ""
        private = ", private: true" if subnet.way == "none" and not isolated else ""
        meaning = _MEANING[subnet.way] if private or subnet.way != "none" else "no way out"
        named = f"{subnet.id} {_comment(subnet.name)}" if subnet.name else subnet.id
        yield f"        - {{cidr: {subnet.cidr}, zone: {subnet.zone}{gateway}{private}}} # {named}: {meaning}"
    if len({subnet.zone for subnet in _candidates(vpc)}) < 2:
        yield "    gateway: {availability: single} # a pair needs such subnets in two zones"
    yield ""


def _candidates(vpc: FoundVpc) -> tuple[FoundSubnet, ...]:
    """The subnets that gateways may stand in: those with a way to the Internet; or, where none has, any, until there is one."""
    public = tuple(subnet for subnet in vpc.subnets if subnet.way == "internet")
    return public or tuple(subnet for subnet in vpc.subnets if subnet.way != "none") or vpc.subnets


def _places(vpc: FoundVpc) -> dict[str, str]:
    """Which public subnets the gateways stand in, by the subnet's id: the first of the first two zones."""
    first: dict[str, FoundSubnet] = {}
    for subnet in vpc.subnets:
        if subnet.way == "internet":
            first.setdefault(subnet.zone, subnet)
    return {subnet.id: letter for subnet, letter in zip(first.values(), "ab", strict=False)}


def _scalar(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][\w.@/-]*", text) else json.dumps(text)


def _comment(text: str) -> str:
    """A name that anybody may have given, as a comment can hold it."""
    return text if text.isprintable() else ascii(text)
