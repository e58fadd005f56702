"""The cloud as it is now, for `verify` to judge: routes, rules, tunnels, and what forwards nothing. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Network

from landbridge.artifacts.live import Cut, Live
from landbridge.artifacts.manifest import Gateway as Record
from landbridge.artifacts.manifest import Manifest, Route, Vpc
from landbridge.aws.facts import Facts, Gateway, Table
from landbridge.aws.status.admitted import rules_of
from landbridge.findings import Where

EVERYWHERE = "0.0.0.0/0"
Held = Mapping[str, Sequence[Sequence[IPv4Network]]]
"""What the prefix lists of each hub and site hold, in the lists' order."""


def live_of(manifest: Manifest, facts: Facts, held: Held) -> Live:
    """The network as facts say that it is."""
    vpcs, tables, places = [], {}, {}
    for vpc in manifest.vpcs:
        routes, own, table = _routed(vpc, facts, held.get(vpc.name, ()))
        vpcs.append(replace(vpc, routes=routes))
        places[vpc.name, "routes"] = Where(f"AWS {vpc.region}", path=table or f"the route tables of {vpc.name}")
        if own:
            tables[vpc.name] = own
    gateways = []
    tunnels: dict[str, Cut] = {}
    sessions: dict[str, Cut] = {}
    checked: dict[str, Cut] = {}
    for record in manifest.gateways:
        one = facts.gateway(record.name)
        gateways.append(_record(record, one, facts.active(one.site)))
        places[record.name, "rules"] = at(one, f"the security group of {one.name}")
        tunnels |= _cut(one, facts)
        sessions |= _unheard(one, facts)
        if one.instance is not None and not one.instance.forwards:
            checked[one.name] = Cut(
                f"AWS drops what {one.name} forwards: the source/destination check of its interface is on",
                at(one, one.instance.interface),
                switch_off(one),
            )
    return Live(replace(manifest, vpcs=tuple(vpcs), gateways=tuple(gateways)), tunnels, sessions, checked, tables, places)


def at(gateway: Gateway, what: str) -> Where:
    """Something of a gateway, in its Region."""
    return Where(f"AWS {gateway.place.region}", path=what)


def switch_off(gateway: Gateway) -> str:
    """What to do about a source/destination check."""
    interface = gateway.instance.interface if gateway.instance is not None else ""
    region = gateway.place.region
    does = f"aws ec2 modify-network-interface-attribute --network-interface-id {interface} --no-source-dest-check --region {region}"
    return f"heal switches it off when it next looks; or `{does}`."


def _record(record: Record, one: Gateway, active: str | None) -> Record:
    role = record.role if active is None else "active" if active == record.name else "standby"
    return replace(record, role=role, rules=None if record.rules is None else rules_of(record, one))


def _cut(one: Gateway, facts: Facts) -> dict[str, Cut]:
    """The tunnels of a gateway that are down, each with the reason that lies deepest."""
    instance = one.instance
    found = {}
    for tunnel in one.tunnels:
        hub = Where(f"AWS {facts.hub.place.region}", path=one.connection or f"the VPN connection of {one.name}")
        if tunnel.state == "missing":
            cut = Cut(f"AWS has no tunnel {tunnel.name}", hub, "Run `landbridge deploy`.")
        elif instance is None or instance.state != "running":
            state = "there is no instance" if instance is None else f"its instance is {instance.state or 'gone'}"
            cut = Cut(f"{tunnel.name} is down: {state}", at(one, instance.id if instance else one.group), "Auto Scaling replaces it.")
        elif not one.reached:
            cut = Cut(f"{tunnel.name} is down: no Elastic IP leads to {one.name}", at(one, instance.interface), "heal puts it back.")
        elif tunnel.state == "down":
            why = f": {tunnel.message}" if tunnel.message else ""
            cut = Cut(f"{tunnel.name} is down{why}", hub, f"See `landbridge push FILE {one.name}`, and the tunnel's log in CloudWatch.")
        else:
            continue
        found[tunnel.name] = cut
    return found


def _unheard(one: Gateway, facts: Facts) -> dict[str, Cut]:
    hub = Where(f"AWS {facts.hub.place.region}", path=one.connection)
    return {
        tunnel.name: Cut(f"{tunnel.name} is up, and AWS learns no route over it", hub, f"See BGP on {one.name}.")
        for tunnel in one.tunnels
        if tunnel.state == "up" and not tunnel.accepted
    }


def _routed(
    vpc: Vpc, facts: Facts, held: Sequence[Sequence[IPv4Network]]
) -> tuple[tuple[Route, ...], tuple[tuple[IPv4Network, tuple[Route, ...]], ...], str]:
    """A VPC's routes, those of subnets that have others, and the id of the table that most of its subnets have."""
    tables = {table.id: table for table in facts.tables if table.owner == vpc.name}
    ruled = {IPv4Network(one.cidr): one.table for one in facts.subnets if one.owner == vpc.name}
    taking = [(subnet.cidr, ruled[subnet.cidr]) for subnet in vpc.subnets if subnet.host and subnet.cidr in ruled]
    used = {table for _, table in taking if table in tables}
    routes = {id_: tuple(_of_table(tables[id_], facts, vpc.name, held)) for id_ in used}
    led = Counter(id_ for _, id_ in taking if id_ in used and tables[id_].led)
    most = next(iter((led or Counter(id_ for _, id_ in taking if id_ in used)).most_common(1)), ("", 0))[0]
    common = routes.get(most, ())
    return common, tuple((cidr, routes.get(id_, ())) for cidr, id_ in taking if routes.get(id_, ()) != common), most


def _of_table(table: Table, facts: Facts, owner: str, held: Sequence[Sequence[IPv4Network]]) -> Iterator[Route]:
    """The routes of a table that the network's packets may take, in the manifest's words."""
    lists = next((one.ids for one in facts.lists if one.owner == owner), ())
    has = {route.destination: route for route in table.routes if route.state != "missing"}

    def target(destination: str) -> str | None:
        route = has.get(destination)
        if route is None:
            return None
        if route.state == "active" and route.target == facts.hub.id != "":
            return "tgw"
        return route.gateway if route.state == "active" and route.gateway else route.target or "nothing"

    targets = [target(one) for one in lists]
    if len(set(targets)) == 1 and targets[0] is not None:
        yield Route("remote", targets[0])
    elif len(set(targets)) > 1:
        for prefixes, to in zip(held, targets, strict=False):
            yield from (Route(str(prefix), to) for prefix in prefixes if to is not None)
    for destination, route in has.items():
        if "." in destination and destination != EVERYWHERE and route.target != "local":
            yield Route(destination, target(destination) or "nothing")
