"""VPCs, subnets, route tables, security groups, interfaces and instances, as the lab follows them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC
from ipaddress import IPv4Address, IPv4Network

from landbridge.sandbox.ec2.routes import state_of
from landbridge.sandbox.following import estate
from landbridge.sandbox.server.foreign import Foreign

OWNER, GATEWAY = "landbridge:owner", "landbridge:gateway"
_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17}
_PORTS = (6, 17)


def tag(backend: Foreign, number: str, key: str) -> str:
    """The value of a tag, or ""."""
    return str(backend.tags.get(number, {}).get(key, ""))


def vpcs(account: str, region: str, backend: Foreign) -> Iterator[estate.Vpc]:
    """A default VPC that nothing is in is left out: every Region has one."""
    used = {interface.subnet.vpc_id for interface in backend.enis.values()}
    doors = {gateway.vpc.id: gateway.id for gateway in backend.internet_gateways.values() if gateway.vpc is not None}
    for vpc in backend.vpcs.values():
        if vpc.is_default and vpc.id not in used:
            continue
        cidrs = tuple(IPv4Network(one["cidr_block"]) for one in vpc.get_cidr_block_association_set())
        yield estate.Vpc(vpc.id, account, region, cidrs, doors.get(vpc.id, ""), tag(backend, vpc.id, OWNER))


def subnets(backend: Foreign, shown: set[str]) -> Iterator[estate.Subnet]:
    own: dict[str, str] = {}
    main: dict[str, str] = {}
    for table in backend.route_tables.values():
        own.update(dict.fromkeys(table._associations.values(), table.id))
        if table.main_association_id is not None:
            main[table.vpc_id] = table.id
    for zones in backend.subnets.values():
        for subnet in zones.values():
            if subnet.vpc_id in shown and subnet.cidr_block:
                table = own.get(subnet.id) or main.get(subnet.vpc_id, "")
                yield estate.Subnet(subnet.id, subnet.vpc_id, subnet.cidr, subnet.availability_zone, table)


def tables(backend: Foreign, shown: set[str]) -> Iterator[estate.Table]:
    for table in backend.route_tables.values():
        if table.vpc_id in shown:
            found = [route for route in map(_route, table._routes.values()) if route.destinations]
            yield estate.Table(table.id, table.vpc_id, tuple(found))


def _route(route: Foreign) -> estate.Route:
    listed = route.destination_prefix_list
    if route.local or route.vpc_endpoint_id:
        return estate.Route((), "")  # a gateway endpoint's packets never leave AWS
    if listed is not None:
        entries = listed.entries.get(listed.version) or []
        destinations = tuple(IPv4Network(one["Cidr"]) for one in entries if ":" not in one["Cidr"])
    else:
        destinations = (IPv4Network(route.destination_cidr_block),) if route.destination_cidr_block else ()
    return estate.Route(destinations, _target(route) if state_of(route) == "active" else "")


def _target(route: Foreign) -> str:
    """What carries packets in a laboratory; to anything else a route is a black hole."""
    if route.interface is not None:
        return str(route.interface.id)
    if route.instance is not None:
        return str(route.instance.nics[0].id)
    if route.transit_gateway is not None:
        return str(route.transit_gateway.id)
    return str(route.gateway.id) if route.gateway is not None and route.gateway.id.startswith("igw-") else ""


def groups(backend: Foreign, shown: set[str]) -> Iterator[estate.Group]:
    for of_vpc, held in backend.groups.items():
        if of_vpc in shown:
            for group in held.values():
                yield estate.Group(group.id, _rules(backend, group.ingress_rules), _rules(backend, group.egress_rules))


def _rules(backend: Foreign, rules: list[Foreign]) -> tuple[estate.Rule, ...]:
    found = []
    for rule in rules:
        prefixes: list[IPv4Network] = []
        if rule.cidr_ipv4:
            prefixes = [IPv4Network(rule.cidr_ipv4, strict=False)]
        elif rule.prefix_list_id in backend.managed_prefix_lists:
            listed = backend.managed_prefix_lists[rule.prefix_list_id]
            prefixes = [IPv4Network(one["Cidr"]) for one in listed.entries.get(listed.version) or [] if ":" not in one["Cidr"]]
        named = rule.source_group.get("GroupId")
        if prefixes or named:
            protocol = _PROTOCOLS.get(rule.ip_protocol) or int(rule.ip_protocol)
            ports = (int(rule.from_port), int(rule.to_port)) if protocol in _PORTS and rule.from_port not in (None, -1) else None
            found.append(estate.Rule(protocol, ports, tuple(prefixes), (named,) if named else ()))
    return tuple(found)


def interfaces(backend: Foreign) -> Iterator[estate.Interface]:
    elastic = {(one.eni.id, one.public_ip) for one in backend.addresses if one.eni is not None}
    every = {one.public_ip for one in backend.addresses}
    for held in backend.enis.values():
        primary = IPv4Address(held.private_ip_address)
        public = [IPv4Address(address) for interface, address in sorted(elastic) if interface == held.id]
        if not public and held.public_ip and held.public_ip not in every:
            public = [IPv4Address(held.public_ip)]
        yield estate.Interface(
            held.id,
            held.subnet.vpc_id,
            held.subnet.id,
            primary,
            tuple(dict.fromkeys([primary, *(IPv4Address(one["PrivateIpAddress"]) for one in held.private_ip_addresses)])),
            bool(held.source_dest_check),
            tuple(dict.fromkeys(group.id for group in held._group_set)),
            held.instance.id if held.instance is not None else "",
            tuple((primary, address) for address in public),
        )


def instances(account: str, region: str, backend: Foreign) -> Iterator[estate.Instance]:
    for reservation in backend.reservations.values():
        for held in reservation.instances:
            yield estate.Instance(
                held.id,
                account,
                region,
                held.state,
                held.nics[0].id if 0 in held.nics else "",
                base64.b64decode(str(held.user_data)) if held.user_data else b"",
                role_of(account, held),
                tag(backend, held.id, GATEWAY),
                held.launch_time.replace(tzinfo=UTC).timestamp(),
                held.image_id or "",
                held.instance_type or "",
            )


def role_of(account: str, instance: Foreign, attribute: str = "name") -> str:
    """The role of an instance's profile, or ""."""
    from moto.iam.models import iam_backends

    wanted = (instance.iam_instance_profile or {}).get("Arn")
    if wanted is None:
        return ""
    for backend in list(iam_backends[account].values()):
        for profile in backend.instance_profiles.values():
            if profile.arn == wanted and profile.roles:
                return str(getattr(profile.roles[0], attribute))
    return ""
