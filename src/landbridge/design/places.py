"""Where each gateway stands: which subnet, so that a pair's two are in different zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from landbridge.design.settings import Settings
from landbridge.findings import Finding, error
from landbridge.intent.document import Document
from landbridge.intent.model import Availability, Site, Subnet


def places_of(document: Document, settings: Mapping[str, Settings]) -> tuple[dict[str, IPv4Network | None], list[Finding]]:
    """Every gateway's subnet by the gateway's name, and what is wrong with the marks.

    None for a `single` that is not marked and whose VPC has public subnets in several zones: Auto Scaling chooses one.
    """
    places: dict[str, IPv4Network | None] = {}
    findings: list[Finding] = []
    for name, site in document.network.sites.items():
        wrong = list(_wrong_marks(document, name, site, settings[name].availability))
        findings += wrong
        public = [subnet for subnet in site.vpc.subnets if not subnet.private]
        if wrong or not public:
            places.update(dict.fromkeys(settings[name].gateways))
        elif settings[name].availability is Availability.SINGLE:
            places[f"{name}-a"] = _single(public)
        else:
            both = _pair(public)
            if isinstance(both, str):
                findings.append(
                    error(
                        "name",
                        f"{name}'s two gateways would both stand in zone {both}: {name}-a and {name}-b must not fail together.",
                        document.where("sites", name, "vpc", "subnets"),
                        "Give it a public subnet in another zone (marked `gateway: b`), or `availability: single`.",
                    )
                )
            else:
                places[f"{name}-a"], places[f"{name}-b"] = both[0].cidr, both[1].cidr
    return places, findings


def _single(public: list[Subnet]) -> IPv4Network | None:
    marked = next((subnet for subnet in public if subnet.gateway == "a"), None)
    if marked is None and len({subnet.zone for subnet in public}) > 1:
        return None
    return (marked or public[0]).cidr


def _pair(public: list[Subnet]) -> tuple[Subnet, Subnet] | str:
    """The subnets of `a` and `b`; or the one zone that both would be in. What isn't marked takes the first other zone."""
    a = next((subnet for subnet in public if subnet.gateway == "a"), None)
    b = next((subnet for subnet in public if subnet.gateway == "b"), None)
    if a is None:
        a = next((subnet for subnet in public if b is None or subnet.zone != b.zone), None)
    if b is None and a is not None:
        b = next((subnet for subnet in public if subnet.zone != a.zone), None)
    if a is None or b is None or a.zone == b.zone:
        return (a or b or public[0]).zone
    return a, b


def _wrong_marks(document: Document, name: str, site: Site, availability: Availability) -> Iterator[Finding]:
    first: dict[str, Subnet] = {}
    for at, subnet in enumerate(site.vpc.subnets):
        if subnet.gateway is None:
            continue
        where = document.where("sites", name, "vpc", "subnets", at, "gateway")
        gateway = f"{name}-{subnet.gateway}"
        if subnet.private:
            yield error("name", f"{gateway} can't stand in {subnet.cidr}, which is private.", where, "Mark a public subnet.")
        elif subnet.gateway == "b" and availability is Availability.SINGLE:
            yield error("name", f"{subnet.cidr} is marked for {gateway}, but {name} is a single.", where, "Mark it `a`, or make it a pair.")
        elif subnet.gateway in first:
            yield error("name", f"{gateway} is marked twice: at {first[subnet.gateway].cidr} and {subnet.cidr}.", where, "Leave one mark.")
        else:
            first[subnet.gateway] = subnet
    if all(subnet.private for subnet in site.vpc.subnets):
        yield error(
            "name",
            f"every subnet of {name} is private, so {name}-a has nowhere to stand.",
            document.where("sites", name, "vpc", "subnets"),
            "Make one public.",
        )
