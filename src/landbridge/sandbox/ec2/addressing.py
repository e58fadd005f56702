"""Addresses that are given out: private ones, which leave a subnet's first 32 to people, and public ones that a laboratory can route."""

from __future__ import annotations

import random
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Literal

from landbridge.sandbox.ec2.refusing import refused
from landbridge.sandbox.server.foreign import Foreign

FIRST = 32  # by itself nothing gets one of a subnet's first 32: probe hosts and people's own plans are there
RESERVED = 4  # what AWS keeps of a subnet at its beginning; of its end it keeps the last
# Of RFC 2544's range for tests, whose other halves the tunnels' outside addresses are from.
POOLS = {"elastic": IPv4Network("198.18.128.0/17"), "automatic": IPv4Network("198.19.128.0/17")}


def used_in(subnet: Foreign) -> dict[str, Foreign]:
    """The addresses of a subnet that interfaces have, with the interface."""
    return {
        one["PrivateIpAddress"]: interface
        for interface in subnet.ec2_backend.enis.values()
        if interface.subnet.id == subnet.id
        for one in interface.private_ip_addresses
    }


def next_private(subnet: Foreign) -> str:
    """A free address of a subnet, after the last that was given out: a dead machine's isn't given to its replacement at once."""
    used = used_in(subnet)
    for number in _order(subnet.cidr, getattr(subnet, "last_given", FIRST - 1)):
        address = str(subnet.cidr[number])
        if address not in used:
            subnet.last_given = number
            return address
    raise refused(
        "InsufficientFreeAddressesInSubnet", f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the request."
    )


def _order(network: IPv4Network, last: int) -> Iterator[int]:
    end = network.num_addresses - 1
    yield from range(max(last + 1, FIRST), end)
    yield from range(FIRST, min(last + 1, end))
    yield from range(min(FIRST, end) - 1, RESERVED - 1, -1)  # the subnet has no others


def next_public(kind: Literal["elastic", "automatic"]) -> str:
    """A public address that nothing has."""
    from moto.ec2.models import ec2_backends

    backends: list[Foreign] = [backend for _, _, backend in ec2_backends.iter_backends()]
    used = {one.public_ip for backend in backends for one in (*backend.addresses, *backend.enis.values())}
    pool = POOLS[kind]
    while True:
        address = str(pool[random.randrange(1, pool.num_addresses - 1)])
        if address not in used:
            return address


def assign_private_ip_addresses(self: Foreign) -> Foreign:
    """AssignPrivateIpAddresses. One that another interface has is moved where that is allowed, and refused elsewhere."""
    from moto.core.responses import ActionResult

    given, backend = dict(self.params), self.ec2_backend
    interface = backend.get_network_interface(given["NetworkInterfaceId"])
    wanted = [str(one) for one in given.get("PrivateIpAddresses") or []]
    wanted += [next_private(interface.subnet) for _ in range(int(given.get("SecondaryPrivateIpAddressCount") or 0))]
    moving = str(given.get("AllowReassignment", False)).lower() == "true"
    used = used_in(interface.subnet)
    for address in wanted:
        holder = used.get(address)
        if IPv4Address(address) not in interface.subnet.cidr:
            raise refused("InvalidParameterValue", f"Address {address} does not fall within the subnet's address range")
        if holder is not None and holder is not interface and (not moving or holder.private_ip_address == address):
            raise refused("InvalidParameterValue", f"Address {address} is already assigned to {holder.id}.")
    for address in wanted:
        holder = used.get(address)
        if holder is interface:
            continue
        if holder is not None:
            holder.private_ip_addresses = [one for one in holder.private_ip_addresses if one["PrivateIpAddress"] != address]
        interface.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": address})
    return ActionResult({"NetworkInterfaceId": interface.id, "AssignedPrivateIpAddresses": [{"PrivateIpAddress": one} for one in wanted]})


ANSWERS = (assign_private_ip_addresses,)


def install() -> None:
    """In the place of the emulator's, which takes any address at random, used or not."""
    from moto.ec2.models import elastic_ip_addresses, elastic_network_interfaces
    from moto.ec2.models.subnets import Subnet

    subnets: Foreign = Subnet
    interfaces: Foreign = elastic_network_interfaces.NetworkInterface
    made = interfaces.__init__

    def available(self: Foreign, instance: Foreign) -> str:  # noqa: ARG001
        return next_private(self)

    def asked(self: Foreign, ip: str, instance: Foreign) -> None:  # noqa: ARG001
        if IPv4Address(ip) not in self.cidr:
            raise refused("InvalidParameterValue", f"Address {ip} does not fall within the subnet's address range")
        if ip in used_in(self):
            raise refused("InvalidIPAddress.InUse", f"Address {ip} is in use.")

    def initialise(self: Foreign, backend: Foreign, subnet: Foreign, address: Foreign, addresses: Foreign = None, **named: Foreign) -> None:
        held = backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
        count = int(named.pop("secondary_ips_count", None) or 0)
        first = (address[0] if address else None) if isinstance(address, list) else address
        explicit = [one if isinstance(one, str) else one.get("PrivateIpAddress") for one in addresses or []]
        used = used_in(held)
        for one in {first, *explicit} - {None}:
            if one in used:
                raise refused("InvalidIPAddress.InUse", f"Address {one} is in use.")
        if not first and not explicit:
            first = next_private(held)
        made(self, backend, held, first, addresses, **named)
        for _ in range(count):
            backend.enis[self.id] = self  # so that its own addresses count as used
            self.private_ip_addresses.append({"Primary": False, "PrivateIpAddress": next_private(held)})

    subnets.get_available_subnet_ip, subnets.request_ip, interfaces.__init__ = available, asked, initialise
    vars(elastic_ip_addresses)["random_ip"] = lambda: next_public("elastic")
    vars(elastic_network_interfaces)["random_public_ip"] = lambda: next_public("automatic")
    _associations()


def _associations() -> None:
    """An Elastic IP that goes to another interface leaves the one that had it; what is said of an instance is said of its interface."""
    from moto.ec2.models import EC2Backend

    kind: Foreign = EC2Backend
    associate, modify, groups, interface = (
        kind.associate_address,
        kind.modify_instance_attribute,
        kind.modify_instance_security_groups,
        kind.modify_network_interface_attribute,
    )

    def associated(self: Foreign, *given: Foreign, **named: Foreign) -> Foreign:
        before = {one.allocation_id: one.eni for one in self.addresses}
        address = associate(self, *given, **named)
        held = before.get(address.allocation_id)
        if held is not None and held is not address.eni:
            held.public_ip = None
            held.check_auto_public_ip()
        return address

    def modified(self: Foreign, instance_id: str, key: str, value: Foreign) -> Foreign:
        instance = modify(self, instance_id, key, value)
        if key == "source_dest_check":
            instance.nics[0].source_dest_check = value
        return instance

    def grouped(self: Foreign, instance_id: str, groups_wanted: list[str]) -> Foreign:
        instance = groups(self, instance_id, groups_wanted)
        instance.nics[0]._group_set = list(instance.security_groups)
        return instance

    def changed(self: Foreign, eni_id: str, *given: Foreign, **named: Foreign) -> None:
        interface(self, eni_id, *given, **named)
        held: Foreign = self.enis[eni_id]
        if held.instance is not None and held.device_index == 0:
            held.instance.source_dest_check = held.source_dest_check
            held.instance.security_groups = list(held._group_set)

    kind.associate_address, kind.modify_instance_attribute = associated, modified
    kind.modify_instance_security_groups, kind.modify_network_interface_attribute = grouped, changed
