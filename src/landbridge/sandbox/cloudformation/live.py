"""What the API tells now of a stack's resources, for drift: of each type that is looked at, the properties that are compared."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.sandbox.cloudformation.kind import Work
from landbridge.sandbox.server.foreign import Foreign, Props

_KINDS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    # type, call, its parameter, where the answer has it, properties by the answer's names
    ("AWS::EC2::VPC", "describe_vpcs", "VpcIds", "Vpcs", {"CidrBlock": "CidrBlock"}),
    ("AWS::EC2::Subnet", "describe_subnets", "SubnetIds", "Subnets", {"CidrBlock": "CidrBlock", "VpcId": "VpcId"}),
    ("AWS::EC2::RouteTable", "describe_route_tables", "RouteTableIds", "RouteTables", {"VpcId": "VpcId"}),
    ("AWS::EC2::InternetGateway", "describe_internet_gateways", "InternetGatewayIds", "InternetGateways", {}),
    ("AWS::EC2::SecurityGroup", "describe_security_groups", "GroupIds", "SecurityGroups", {"Description": "GroupDescription"}),
    ("AWS::EC2::EIP", "describe_addresses", "PublicIps", "Addresses", {}),
    ("AWS::EC2::NetworkInterface", "describe_network_interfaces", "NetworkInterfaceIds", "NetworkInterfaces", {"SubnetId": "SubnetId"}),
    ("AWS::EC2::LaunchTemplate", "describe_launch_templates", "LaunchTemplateIds", "LaunchTemplates", {}),
    ("AWS::EC2::PrefixList", "describe_managed_prefix_lists", "PrefixListIds", "PrefixLists", {"PrefixListName": "PrefixListName"}),
    ("AWS::EC2::TransitGateway", "describe_transit_gateways", "TransitGatewayIds", "TransitGateways", {"Description": "Description"}),
    ("AWS::EC2::CustomerGateway", "describe_customer_gateways", "CustomerGatewayIds", "CustomerGateways", {"IpAddress": "IpAddress"}),
    (
        "AWS::EC2::VPNConnection",
        "describe_vpn_connections",
        "VpnConnectionIds",
        "VpnConnections",
        {},
    ),
)
_GONE = ("deleted", "deleting", "terminated")


def _looker(call: str, parameter: str, where: str, names: dict[str, str]) -> Callable[[Work, str], Props | None]:
    def look(work: Work, physical: str) -> Props | None:
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        try:
            found: Foreign = getattr(work.call("ec2"), call)(**{parameter: [physical]})[where]
        except ClientError as problem:
            if problem.response["Error"]["Code"].endswith("NotFound"):
                return None
            raise
        there = [one for one in found if one.get("State") not in _GONE]
        return {ours: there[0][theirs] for theirs, ours in names.items() if theirs in there[0]} if there else None

    return look


LIVE = {name: _looker(call, parameter, where, names) for name, call, parameter, where, names in _KINDS}


def _entries(work: Work, physical: str) -> Props | None:
    """Of a prefix list, also what is in it."""
    held = _looker("describe_managed_prefix_lists", "PrefixListIds", "PrefixLists", {})(work, physical)
    if held is None:
        return None
    found = work.call("ec2").get_managed_prefix_list_entries(PrefixListId=physical)["Entries"]
    return {"Entries": found}


LIVE["AWS::EC2::PrefixList"] = _entries
