"""What an instance may know of itself, looked up in the estate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from landbridge.sandbox.following.estate import Estate, Instance, Interface, Subnet, Vpc

LIVING = ("pending", "running")


@dataclass(frozen=True, slots=True)
class Facts:
    """An instance with where it stands."""

    instance: Instance
    interface: Interface
    subnet: Subnet
    vpc: Vpc

    @property
    def length(self) -> int:
        return self.subnet.cidr.prefixlen

    @property
    def router(self) -> IPv4Address:
        return self.subnet.cidr[1]

    @property
    def public(self) -> IPv4Address | None:
        """The public address of its first private one."""
        return dict(self.interface.public).get(self.interface.primary)


def living(estate: Estate) -> dict[str, Facts]:
    """Every instance that has a machine, by its id."""
    interfaces = {one.id: one for one in estate.interfaces}
    subnets = {one.id: one for one in estate.subnets}
    vpcs = {one.id: one for one in estate.vpcs}
    found: dict[str, Facts] = {}
    for instance in estate.instances:
        interface = interfaces.get(instance.interface)
        if instance.state not in LIVING or interface is None or interface.subnet not in subnets or interface.vpc not in vpcs:
            continue
        found[instance.id] = Facts(instance, interface, subnets[interface.subnet], vpcs[interface.vpc])
    return found


def at(facts: dict[str, Facts], vpc: str, address: IPv4Address) -> Facts | None:
    """Who asks from an address in a VPC."""
    return next((one for one in facts.values() if one.vpc.id == vpc and address in one.interface.addresses), None)


def leads_to(estate: Estate, facts: Facts) -> bool:
    """Whether a route of its VPC leads to the instance: then it is the active one of a pair."""
    return any(route.target == facts.interface.id for table in estate.tables if table.vpc == facts.vpc.id for route in table.routes)
