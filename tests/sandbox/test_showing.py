"""What the emulator shows of itself to who moves the packets: exactly what the API was asked for."""

from __future__ import annotations

import asyncio
import json
from ipaddress import IPv4Address, IPv4Network

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import Sandbox
from landbridge.sandbox.following.estate import Estate, HubRoute, Phase, Route, Rule
from landbridge.sandbox.following.source import Source
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client
from .test_vpn import TUNNELS, connect, hub_and_gateway


def estate(sandbox: Sandbox) -> Estate:
    return asyncio.run(Source(sandbox.folder / "api.sock").estate())


def vpc_with_subnet(ec2: Foreign, cidr: str) -> tuple[str, str]:
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    return vpc, ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]


def launched(ec2: Foreign, subnet: str, count: int = 1, **more: Foreign) -> list[str]:
    made = ec2.run_instances(ImageId="ami-014141414", MinCount=count, MaxCount=count, SubnetId=subnet, **more)
    return [one["InstanceId"] for one in made["Instances"]]


def profile(client: Client, name: str) -> tuple[str, str]:
    """A role and the ARN of its instance profile."""
    iam = client("iam")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2"}, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    made = iam.create_instance_profile(InstanceProfileName=f"{name}-profile")["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName=made["InstanceProfileName"], RoleName=name)
    return name, made["Arn"]


def one(found: Foreign, **wanted: Foreign) -> Foreign:
    (held,) = [each for each in found if all(getattr(each, name) == value for name, value in wanted.items())]
    return held


def test_a_subnet_is_ruled_by_its_own_table_or_the_main_one_and_routes_say_where_packets_go(client: Client, sandbox: Sandbox) -> None:
    ec2 = client("ec2", "eu-south-1")
    vpc, first = vpc_with_subnet(ec2, "10.1.0.0/24")
    ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.2.0.0/24")
    second = ec2.create_subnet(VpcId=vpc, CidrBlock="10.2.0.0/24")["Subnet"]["SubnetId"]
    (main,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    own = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=own, SubnetId=second)
    door = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=door, VpcId=vpc)
    ec2.create_route(RouteTableId=own, DestinationCidrBlock="0.0.0.0/0", GatewayId=door)
    entries = [{"Cidr": "100.64.0.0/24"}, {"Cidr": "100.64.1.0/24"}]
    listed = ec2.create_managed_prefix_list(PrefixListName="remote", MaxEntries=3, AddressFamily="IPv4", Entries=entries)
    (instance,) = launched(ec2, second)
    interface = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]["NetworkInterfaces"][0]
    number = interface["NetworkInterfaceId"]
    ec2.create_route(RouteTableId=own, DestinationPrefixListId=listed["PrefixList"]["PrefixListId"], NetworkInterfaceId=number)
    found = estate(sandbox)
    shown = one(found.vpcs, id=vpc)
    assert (shown.cidrs, shown.internet, shown.region) == ((IPv4Network("10.1.0.0/24"), IPv4Network("10.2.0.0/24")), door, "eu-south-1")
    assert [one(found.subnets, id=each).table for each in (first, second)] == [main["RouteTableId"], own]
    remote = (IPv4Network("100.64.0.0/24"), IPv4Network("100.64.1.0/24"))
    assert one(found.tables, id=own).routes == (Route((IPv4Network("0.0.0.0/0"),), door), Route(remote, number))
    assert one(found.tables, id=main["RouteTableId"]).routes == ()
    ec2.terminate_instances(InstanceIds=[instance])
    found = estate(sandbox)
    assert one(found.tables, id=own).routes[1] == Route(remote, "")
    assert one(found.instances, id=instance).state == "terminated"
    assert not [each for each in found.interfaces if each.id == number]


def test_default_vpcs_that_nothing_is_in_are_left_out(client: Client, sandbox: Sandbox) -> None:
    client("ec2", "sa-east-1").describe_vpcs()
    assert not [each for each in estate(sandbox).vpcs if each.region == "sa-east-1"]


def test_an_interface_shows_its_check_its_groups_and_its_addresses_whoever_set_them(client: Client, sandbox: Sandbox) -> None:
    ec2 = client("ec2", "eu-west-1")
    vpc, subnet = vpc_with_subnet(ec2, "10.3.0.0/24")
    groups = [ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("a", "b")]
    rules = [
        {"IpProtocol": "50", "IpRanges": [{"CidrIp": "198.18.0.1/32"}]},
        {"IpProtocol": "udp", "FromPort": 500, "ToPort": 500, "IpRanges": [{"CidrIp": "198.18.0.1/32"}]},
        {"IpProtocol": "112", "UserIdGroupPairs": [{"GroupId": groups[1]}]},
    ]
    ec2.authorize_security_group_ingress(GroupId=groups[0], IpPermissions=rules)
    arn = profile(client, "shown")[1]
    first, second = launched(
        ec2, subnet, 2, SecurityGroupIds=groups[:1], UserData="#!\xff", IamInstanceProfile={"Arn": arn}, TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "landbridge:gateway", "Value": "paris-a"}]}
        ],
    )  # fmt: skip
    found = estate(sandbox)
    instance = one(found.instances, id=first)
    assert (instance.user_data.decode(), instance.role, instance.gateway, instance.state) == ("#!\xff", "shown", "paris-a", "running")
    interface = one(found.interfaces, id=instance.interface)
    assert (interface.check, interface.groups, interface.instance, interface.public) == (True, (groups[0],), first, ())
    assert interface.addresses == (interface.primary,)
    ruled = one(found.groups, id=groups[0])
    peer = (IPv4Network("198.18.0.1/32"),)
    assert ruled.inward == (Rule(50, None, peer), Rule(17, (500, 500), peer), Rule(112, None, (), (groups[1],)))
    assert ruled.outward == (Rule(-1, None, (IPv4Network("0.0.0.0/0"),)),)

    ec2.modify_instance_attribute(InstanceId=first, SourceDestCheck={"Value": False})
    ec2.modify_instance_attribute(InstanceId=first, Groups=[groups[1]])
    ec2.assign_private_ip_addresses(NetworkInterfaceId=interface.id, PrivateIpAddresses=["10.3.0.7"])
    address = ec2.allocate_address(Domain="vpc")
    assert IPv4Address(address["PublicIp"]) in IPv4Network("198.18.0.0/15")
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=interface.id)
    changed = one(estate(sandbox).interfaces, id=interface.id)
    assert (changed.check, changed.groups) == (False, (groups[1],))
    assert changed.addresses == (interface.primary, IPv4Address("10.3.0.7"))
    assert changed.public == ((interface.primary, IPv4Address(address["PublicIp"])),)

    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface.id, SourceDestCheck={"Value": True})
    other = one(found.instances, id=second).interface
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=other, AllowReassociation=True)
    with pytest.raises(ClientError, match="already assigned"):
        ec2.assign_private_ip_addresses(NetworkInterfaceId=other, PrivateIpAddresses=["10.3.0.7"])
    ec2.assign_private_ip_addresses(NetworkInterfaceId=other, PrivateIpAddresses=["10.3.0.7"], AllowReassignment=True)
    found = estate(sandbox)
    changed, taker = one(found.interfaces, id=interface.id), one(found.interfaces, id=other)
    assert (changed.check, changed.public, changed.addresses) == (True, (), (interface.primary,))
    assert taker.public == ((taker.primary, IPv4Address(address["PublicIp"])),)
    assert IPv4Address("10.3.0.7") in taker.addresses
    (described,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface.id])["NetworkInterfaces"]
    assert "Association" not in described


def test_nothing_gets_one_of_a_subnets_first_addresses_by_itself_nor_a_dead_machines_at_once(client: Client) -> None:
    ec2 = client("ec2", "eu-west-3")
    _, subnet = vpc_with_subnet(ec2, "10.4.0.0/26")

    def address(instance: str) -> int:
        (held,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
        return int(IPv4Address(held["PrivateIpAddress"])) - int(IPv4Address("10.4.0.0"))

    first, second = launched(ec2, subnet, 2)
    assert (address(first), address(second)) == (32, 33)
    ec2.terminate_instances(InstanceIds=[first])
    assert address(launched(ec2, subnet)[0]) == 34
    ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.4.0.35")
    made = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    assert made["PrivateIpAddress"] == "10.4.0.36"
    found = {address(one) for one in launched(ec2, subnet, 26)}
    assert found == {*range(37, 63)}
    assert address(launched(ec2, subnet)[0]) == 32  # round again, and there is one
    assert address(launched(ec2, subnet)[0]) == 31  # the subnet has no others


def test_hubs_connections_and_their_tunnels_are_shown_with_their_keys(client: Client, sandbox: Sandbox) -> None:
    ec2 = client("ec2", "eu-west-2")
    hub, gateway = hub_and_gateway(ec2)
    tagged = [{"ResourceType": "vpn-connection", "Tags": [{"Key": "landbridge:gateway", "Value": "paris-a"}]}]
    made = connect(ec2, hub, gateway, TUNNELS, PreSharedKeyStorage="SecretsManager", TagSpecifications=tagged)
    vpc, subnet = vpc_with_subnet(ec2, "10.5.0.0/24")
    joined = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=hub, VpcId=vpc, SubnetIds=[subnet])
    attachment = joined["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    table = ec2.describe_transit_gateways(TransitGatewayIds=[hub])["TransitGateways"][0]["Options"]["AssociationDefaultRouteTableId"]
    for prefix, more in (("10.9.0.0/24", {"TransitGatewayAttachmentId": attachment}), ("10.8.0.0/24", {"Blackhole": True})):
        ec2.create_transit_gateway_route(TransitGatewayRouteTableId=table, DestinationCidrBlock=prefix, **more)
    found = estate(sandbox)
    shown = one(found.hubs, id=hub)
    assert (shown.asn, shown.ecmp) == (64513, True)
    ends = [each for each in found.attachments if each.hub == hub]
    assert {(each.kind, each.resource, each.table, each.propagates, each.subnets) for each in ends} == {
        ("vpn", made["VpnConnectionId"], table, (table,), ()),
        ("vpc", vpc, table, (table,), (subnet,)),
    }
    routes = {each for each in found.hub_routes if each.table == table}
    assert routes == {HubRoute(table, IPv4Network("10.9.0.0/24"), attachment), HubRoute(table, IPv4Network("10.8.0.0/24"), "")}
    connection = one(found.connections, id=made["VpnConnectionId"])
    assert (connection.hub, connection.customer, connection.customer_asn) == (hub, IPv4Address("192.0.2.7"), 65400)
    assert (connection.static_only, connection.gateway) == (False, "paris-a")
    first, second = connection.tunnels
    assert (first.inside, first.key, first.versions) == (IPv4Network("169.254.12.76/30"), "abcdefgh.12345", ("ikev2",))
    assert first.ike == Phase(("AES256-GCM-16",), ("SHA2-384",), (20,), 14400)
    assert first.esp == Phase(("AES256",), ("SHA2-256", "SHA2-512"), (20,), 1800)
    assert (first.startup, first.dpd_action, first.dpd_timeout) == ("start", "clear", 30)
    assert len(second.key) == 32
    assert second.outside != first.outside
    assert first.key not in repr(found)
    ec2.delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)
    assert HubRoute(table, IPv4Network("10.9.0.0/24"), "") in estate(sandbox).hub_routes
