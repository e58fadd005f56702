"""Calls of EC2 that make something are refused where there would be more of it than a quota allows."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.quotas import table
from landbridge.sandbox.quotas.table import Quota, value_of
from landbridge.sandbox.server.foreign import Foreign, Props

Count = Callable[[Foreign, Props], int]  # of an EC2 backend and a call's parameters: how many there would be


def _more(held: Callable[[Foreign], int]) -> Count:
    return lambda backend, _: held(backend) + 1


def _routes(backend: Foreign, given: Props) -> int:
    """The routes of a table with a new one. A prefix list counts as many as it may ever have; the VPC's own routes don't count."""
    held = backend.route_tables.get(given.get("RouteTableId"))
    if held is None:
        return 0
    lists = [route.destination_prefix_list_id for route in held.routes if route.destination_prefix_list_id]
    plain = sum(1 for route in held.routes if not route.destination_prefix_list_id and not route.local)
    new = given.get("DestinationPrefixListId")
    sizes = sum(_size(backend, one) for one in lists if one != new)
    return plain + sizes + (_size(backend, new) if new else 1)


def _lists(backend: Foreign) -> list[Foreign]:
    return list(backend.managed_prefix_lists.values())


def _size(backend: Foreign, number: str) -> int:
    found = backend.managed_prefix_lists.get(number)
    return int(found.max_entries) if found is not None else 1


COUNTS: dict[str, tuple[Quota, Count]] = {
    "create_vpc": (table.VPCS, _more(lambda backend: len(backend.vpcs))),
    "create_internet_gateway": (table.INTERNET, _more(lambda backend: len(backend.internet_gateways))),
    "create_subnet": (
        table.SUBNETS,
        lambda backend, given: 1 + sum(one.vpc_id == given.get("VpcId") for zone in backend.subnets.values() for one in zone.values()),
    ),
    "create_route_table": (
        table.TABLES,
        lambda backend, given: 1 + sum(one.vpc_id == given.get("VpcId") for one in backend.route_tables.values()),
    ),
    "create_route": (table.ROUTES, _routes),
    "create_security_group": (table.GROUPS, _more(lambda backend: sum(len(one) for one in backend.groups.values()))),
    "allocate_address": (table.ADDRESSES, _more(lambda backend: len(backend.addresses))),
    "create_vpn_connection": (
        table.CONNECTIONS,
        _more(lambda backend: sum(one.state != "deleted" for one in backend.vpn_connections.values())),
    ),
    "create_customer_gateway": (
        table.CUSTOMERS,
        _more(lambda backend: sum(one.state == "available" for one in backend.customer_gateways.values())),
    ),
    "create_transit_gateway": (table.HUBS, _more(lambda backend: len(backend.transit_gateways))),
    "create_managed_prefix_list": (
        table.LISTS,
        _more(lambda backend: sum(one.owner_id != "AWS" and one.state != "delete-complete" for one in _lists(backend))),
    ),
}


def exceed(quota: Quota, account: str, region: str, count: int) -> None:
    """Raises EC2's error if there would be more than the quota."""
    if count > value_of(quota, account, region):
        raise refused(quota.error, f"The maximum number of {quota.what} has been reached.")


def _kept(answer: Callable[[Foreign], Foreign], quota: Quota, count: Count) -> Callable[[Foreign], Foreign]:
    def checked(self: Foreign) -> Foreign:
        exceed(quota, self.current_account, self.region, count(self.ec2_backend, dict(self.params)))
        return answer(self)

    return checked


def install() -> None:
    """Puts each before the call that makes something; and the quota of rules in the place of the emulator's fixed one."""
    from moto.ec2.models.security_groups import SecurityGroupBackend
    from moto.ec2.responses import EC2Response

    kind: Foreign = EC2Response
    for name, (quota, count) in COUNTS.items():
        setattr(kind, name, _kept(getattr(kind, name), quota, count))

    def rules(self: Foreign, _: Foreign, held: int, ranges: list[str], sources: list[Props] | None = None, egress: bool = False) -> None:  # noqa: ARG001
        exceed(table.RULES, self.account_id, self.region_name, held + len(ranges or []) + len(sources or []))

    backend: Foreign = SecurityGroupBackend
    backend._verify_group_will_respect_rule_count_limit = rules
