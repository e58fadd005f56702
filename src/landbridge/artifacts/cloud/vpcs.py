"""A VPC as its stack makes it: CIDRs, subnets, and the routes that lead elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from landbridge.artifacts.cloud.remotes import Remotes
from landbridge.artifacts.cloud.template import Resource, Template, block, blocks, items, prefix_in, prefix_of, referred, text_in
from landbridge.artifacts.cloud.tree import Block, Items, MisreadError
from landbridge.artifacts.manifest import Route, Subnet, Vpc
from landbridge.findings import Where

VPC = "Vpc"  # the parameter that an existing VPC's id comes by
_MADE_ELSEWHERE = "GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId", "VpcPeeringConnectionId", "VpcEndpointId"


@dataclass(frozen=True, slots=True)
class _Leading:
    """A route as a template has it: where to (`entries` of prefix lists, or `prefix` itself), through what, and the place to blame."""

    prefixes: tuple[IPv4Network, ...]
    target: str
    where: Where
    lists: tuple[Where, ...] = ()


def vpc_of(template: Template, known: Vpc, gateways: Collection[str], remotes: Remotes) -> tuple[Vpc, dict[str, Where]]:
    """A VPC of the manifest as its template makes it, and the places of its keys. An existing VPC stays as the manifest has it, but for
    the routes to gateways. Raises MisreadError."""
    made = template.of("EC2::VPC")
    if not made:
        if VPC not in template.parameters:
            raise MisreadError(None, f"it makes no VPC, and has no parameter {VPC} for one that exists")
        leading = list(_declared(template, gateways, None))
        routes, places = _routes(known.name, leading, remotes)
        return (replace(known, routes=routes), places) if known.kind == "site" else (known, {})
    vpc, *others = made
    if others:
        raise MisreadError(others[0].line, f"{others[0].name} is a second VPC, and {known.name} has one")
    cidrs = tuple(prefix_in(one.properties, "CidrBlock") for one in (vpc, *template.of("EC2::VPCCidrBlock")))
    if known.kind == "hub" and not template.of("EC2::TransitGatewayAttachment"):
        raise MisreadError(vpc.line, f"{vpc.name} isn't attached to the Transit Gateway")
    subnets = _subnets(template, known)
    table = _table(template, known)
    leading = [*_declared(template, gateways, table), *_made(template, table)]
    routes, places = _routes(known.name, leading, remotes)
    at = template.where(vpc)
    tables = template.named("EC2::RouteTable", table)
    return (
        replace(known, cidrs=cidrs, subnets=subnets, routes=routes),
        {"cidrs": at, "subnets": at, "routes": template.where(tables) if tables else at, **places},
    )


def _subnets(template: Template, known: Vpc) -> tuple[Subnet, ...]:
    """The manifest's subnets, in the zones that the template says: each must be there, and no other."""
    made = {prefix_in(one.properties, "CidrBlock"): one for one in template.of("EC2::Subnet")}
    wanted = {subnet.cidr for subnet in known.subnets}
    odd = next((one for cidr, one in made.items() if cidr not in wanted), None)
    if odd is not None:
        raise MisreadError(odd.line, f"{odd.name} is {odd.properties['CidrBlock']}, and the manifest has no such subnet of {known.name}")
    missing = next((subnet for subnet in known.subnets if subnet.cidr not in made), None)
    if missing is not None:
        raise MisreadError(None, f"it has no subnet {missing.cidr}, which the manifest says that {known.name} has")
    return tuple(replace(subnet, zone=_zone(made[subnet.cidr], subnet.zone)) for subnet in known.subnets)


def _zone(subnet: Resource, known: str) -> str:
    """The letter of `${AWS::Region}a`; where it is written otherwise, the manifest's."""
    zone = subnet.properties.get("AvailabilityZone")
    text = zone.get("Fn::Sub") if isinstance(zone, Block) else None
    return text.removeprefix("${AWS::Region}") if isinstance(text, str) and text.startswith("${AWS::Region}") else known


def _table(template: Template, known: Vpc) -> str | None:
    """The one route table of the subnets that take part."""
    joined = {referred(one.properties.get("SubnetId")): one for one in template.of("EC2::SubnetRouteTableAssociation")}
    open_ = {subnet.cidr for subnet in known.subnets if subnet.host is not None}
    found: dict[str | None, Resource] = {}
    for subnet in template.of("EC2::Subnet"):
        if prefix_in(subnet.properties, "CidrBlock") in open_:
            association = joined.get(subnet.name)
            found.setdefault(referred(association.properties.get("RouteTableId")) if association else None, association or subnet)
    if len(found) > 1:
        first, second = list(found)[:2]
        apart = f"{second or 'no table'}, other subnets to {first or 'none'}"
        message = f"{found[second].name} joins a subnet to {apart}: the manifest says that all of {known.name} have the same routes"
        raise MisreadError(found[second].line, message)
    return next(iter(found), None)


def _declared(template: Template, gateways: Collection[str], table: str | None) -> Iterator[_Leading]:
    """The routes to gateways, which no stack makes: they stand in its metadata, and `heal` moves them."""
    if not template.tree.get("Metadata"):
        return
    metadata = block(template.tree, "Metadata").get("landbridge")
    for number, one in enumerate(blocks(metadata, "routes") if isinstance(metadata, Block) else ()):
        tables = items(one, "tables")
        unknown = next((name for name in tables if template.named("EC2::RouteTable", str(name)) is None), None)
        if unknown is not None:
            raise MisreadError(one.line, f"{unknown!r} is no route table of this template")
        if table is not None and table not in tables:
            continue
        gateway = text_in(one, "gateway")
        if gateway not in gateways:
            raise MisreadError(one.line, f"gateway is {gateway!r}, which the manifest doesn't have")
        where = Where(template.file, one.line, None, f"Metadata.landbridge.routes[{number}]")
        lists = [_list(template, name, one) for name in items(one, "destinations")]
        yield _Leading(tuple(prefix for made in lists for prefix in _entries(made)), gateway, where, tuple(map(template.where, lists)))


def _made(template: Template, table: str | None) -> Iterator[_Leading]:
    """The routes that the stack makes: to the Transit Gateway, or to what leads out of the network."""
    for route in template.of("EC2::Route"):
        own = route.properties
        if referred(own.get("RouteTableId")) != table:
            continue
        if "TransitGatewayId" in own:
            target = "tgw"
        else:
            target = next((referred(own[key]) or str(own[key]) for key in _MADE_ELSEWHERE if key in own), "nowhere")
        if "DestinationPrefixListId" in own:
            made = _list(template, referred(own["DestinationPrefixListId"]), own)
            yield _Leading(tuple(_entries(made)), target, template.where(route), (template.where(made),))
        elif "DestinationCidrBlock" in own:
            prefix = prefix_in(own, "DestinationCidrBlock")
            if prefix.prefixlen or target == "tgw":  # the way to the Internet takes nobody's prefix from anyone
                yield _Leading((prefix,), target, template.where(route))


def _list(template: Template, name: object, at: Block) -> Resource:
    made = template.named("EC2::PrefixList", name if isinstance(name, str) else None)
    if made is None:
        raise MisreadError(at.line, f"{name!r} is no prefix list of this template")
    return made


def _entries(made: Resource) -> Iterator[IPv4Network]:
    entries = items(made.properties, "Entries")
    for entry in entries:
        cidr = str(entry.get("Cidr")) if isinstance(entry, Block) else ""
        try:
            yield prefix_of(cidr)
        except ValueError:
            raise MisreadError(
                entry.line if isinstance(entry, Block | Items) else entries.line, f"an entry of {made.name} is {cidr!r}"
            ) from None


def _routes(vpc: str, leading: list[_Leading], remotes: Remotes) -> tuple[tuple[Route, ...], dict[str, Where]]:
    """The routes and their places: what leads just everything remote through one target is one route."""
    by_target: dict[str, list[_Leading]] = {}
    for one in leading:
        if one.lists:
            by_target.setdefault(one.target, []).append(one)
    whole = {target for target, some in by_target.items() if remotes.are(vpc, [prefix for one in some for prefix in one.prefixes])}
    routes: list[Route] = []
    places: dict[str, Where] = {}
    said: set[str] = set()
    for one in leading:
        if one.lists and one.target in whole:
            if one.target not in said:
                said.add(one.target)
                places[f"routes[{len(routes)}]"] = one.where
                routes.append(Route("remote", one.target))
            continue
        for prefix in one.prefixes:
            places[f"routes[{len(routes)}]"] = one.where
            routes.append(Route(str(prefix), one.target))
    inexact = next((one for one in leading if one.lists and one.target not in whole), None)
    if inexact is not None:
        places["routes"] = inexact.lists[0]
    elif leading:
        places["routes"] = leading[0].where
    return tuple(routes), places
