"""VPCs, subnets, route tables and their routes."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props

_DNS = ("EnableDnsSupport", "EnableDnsHostnames")
_TARGETS = (
    "GatewayId",
    "InstanceId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "CarrierGatewayId",
)


def _create_vpc(work: Work, props: Props) -> str:
    ec2 = work.call("ec2")
    vpc: str = ec2.create_vpc(**picked(props, "CidrBlock", "InstanceTenancy"), TagSpecifications=work.specified(props, "vpc"))["Vpc"][
        "VpcId"
    ]
    _dns(ec2, vpc, props)
    return vpc


def _dns(ec2: Foreign, vpc: str, props: Props) -> None:
    for name in _DNS:
        if name in props:
            ec2.modify_vpc_attribute(VpcId=vpc, **{name: {"Value": yes(props[name])}})


def _update_vpc(work: Work, vpc: str, before: Props, after: Props) -> None:
    _dns(work.call("ec2"), vpc, after)
    tags.ec2(work, vpc, before, after)


def _vpc(work: Work, vpc: str, _: Props) -> Props:
    ec2 = work.call("ec2")
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    found = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    groups = ec2.describe_security_groups(Filters=[*mine, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"]
    lists = ec2.describe_network_acls(Filters=[*mine, {"Name": "default", "Values": ["true"]}])["NetworkAcls"]
    return {
        "VpcId": vpc,
        "CidrBlock": found["CidrBlock"],
        "CidrBlockAssociations": [one["AssociationId"] for one in found["CidrBlockAssociationSet"]],
        "DefaultSecurityGroup": groups[0]["GroupId"] if groups else "",
        "DefaultNetworkAcl": lists[0]["NetworkAclId"] if lists else "",
    }


def _create_block(work: Work, props: Props) -> str:
    found = work.call("ec2").associate_vpc_cidr_block(**picked(props, "VpcId", "CidrBlock", "AmazonProvidedIpv6CidrBlock"))
    association: str = (found.get("CidrBlockAssociation") or found["Ipv6CidrBlockAssociation"])["AssociationId"]
    return association


def _create_subnet(work: Work, props: Props) -> str:
    ec2 = work.call("ec2")
    asked = picked(props, "VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
    subnet: str = ec2.create_subnet(**asked, TagSpecifications=work.specified(props, "subnet"))["Subnet"]["SubnetId"]
    _public(ec2, subnet, props)
    return subnet


def _public(ec2: Foreign, subnet: str, props: Props) -> None:
    if "MapPublicIpOnLaunch" in props:
        ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": yes(props["MapPublicIpOnLaunch"])})


def _update_subnet(work: Work, subnet: str, before: Props, after: Props) -> None:
    _public(work.call("ec2"), subnet, after)
    tags.ec2(work, subnet, before, after)


def _subnet(work: Work, subnet: str, _: Props) -> Props:
    found = work.call("ec2").describe_subnets(SubnetIds=[subnet])["Subnets"][0]
    return {"SubnetId": subnet, **picked(found, "AvailabilityZone", "CidrBlock", "VpcId"), "Ipv6CidrBlocks": []}


def _create_internet(work: Work, props: Props) -> str:
    answer = work.call("ec2").create_internet_gateway(TagSpecifications=work.specified(props, "internet-gateway"))
    gateway: str = answer["InternetGateway"]["InternetGatewayId"]
    return gateway


def _attach(work: Work, props: Props) -> str:
    ec2 = work.call("ec2")
    if "InternetGatewayId" in props:
        ec2.attach_internet_gateway(InternetGatewayId=props["InternetGatewayId"], VpcId=props["VpcId"])
        return f"IGW|{props['VpcId']}"
    ec2.attach_vpn_gateway(VpnGatewayId=props["VpnGatewayId"], VpcId=props["VpcId"])
    return f"VGW|{props['VpcId']}"


def _detach(work: Work, _: str, props: Props) -> None:
    ec2 = work.call("ec2")
    if "InternetGatewayId" in props:
        ec2.detach_internet_gateway(InternetGatewayId=props["InternetGatewayId"], VpcId=props["VpcId"])
    else:
        ec2.detach_vpn_gateway(VpnGatewayId=props["VpnGatewayId"], VpcId=props["VpcId"])


def _create_table(work: Work, props: Props) -> str:
    answer = work.call("ec2").create_route_table(VpcId=props["VpcId"], TagSpecifications=work.specified(props, "route-table"))
    table: str = answer["RouteTable"]["RouteTableId"]
    return table


def _where(props: Props) -> Props:
    return picked(props, "RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _create_route(work: Work, props: Props) -> str:
    work.call("ec2").create_route(**_where(props), **picked(props, *_TARGETS))
    return "|".join(_where(props).values())


def _update_route(work: Work, _: str, __: Props, after: Props) -> None:
    work.call("ec2").replace_route(**_where(after), **picked(after, *_TARGETS))


def _associate(work: Work, props: Props) -> str:
    association: str = work.call("ec2").associate_route_table(**picked(props, "RouteTableId", "SubnetId", "GatewayId"))["AssociationId"]
    return association


def _create_endpoint(work: Work, props: Props) -> str:
    names = (
        "VpcId",
        "ServiceName",
        "VpcEndpointType",
        "RouteTableIds",
        "SubnetIds",
        "SecurityGroupIds",
        "PrivateDnsEnabled",
        "PolicyDocument",
    )
    answer = work.call("ec2").create_vpc_endpoint(**picked(props, *names), TagSpecifications=work.specified(props, "vpc-endpoint"))
    endpoint: str = answer["VpcEndpoint"]["VpcEndpointId"]
    return endpoint


KINDS = (
    Kind(
        "AWS::EC2::VPC",
        _create_vpc,
        lambda work, vpc, _: work.call("ec2").delete_vpc(VpcId=vpc),
        _update_vpc,
        _vpc,
        frozenset({"CidrBlock", "Ipv4IpamPoolId", "Ipv4NetmaskLength", "VpcEncryptionControl"}),
        gone=frozenset({"InvalidVpcID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::VPCCidrBlock",
        _create_block,
        lambda work, block, _: work.call("ec2").disassociate_vpc_cidr_block(AssociationId=block),
        attributes=lambda _, block, __: {"Id": block},
        gone=frozenset({"InvalidVpcCidrBlockAssociationID.NotFound", "InvalidVpcCidrBlockAssociationIdError.NotFound"}),
    ),
    Kind(
        "AWS::EC2::Subnet",
        _create_subnet,
        lambda work, subnet, _: work.call("ec2").delete_subnet(SubnetId=subnet),
        _update_subnet,
        _subnet,
        frozenset({"VpcId", "AvailabilityZone", "AvailabilityZoneId", "CidrBlock", "OutpostArn", "Ipv6Native"}),
        gone=frozenset({"InvalidSubnetID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::InternetGateway",
        _create_internet,
        lambda work, gateway, _: work.call("ec2").delete_internet_gateway(InternetGatewayId=gateway),
        tags.ec2,
        lambda _, gateway, __: {"InternetGatewayId": gateway},
        gone=frozenset({"InvalidInternetGatewayID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::VPCGatewayAttachment",
        _attach,
        _detach,
        attributes=lambda _, attachment, __: {"AttachmentType": attachment.split("|")[0]},
        gone=frozenset({"Gateway.NotAttached", "InvalidInternetGatewayID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::RouteTable",
        _create_table,
        lambda work, table, _: work.call("ec2").delete_route_table(RouteTableId=table),
        tags.ec2,
        lambda _, table, __: {"RouteTableId": table},
        frozenset({"VpcId"}),
        gone=frozenset({"InvalidRouteTableID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::Route",
        _create_route,
        lambda work, _, props: work.call("ec2").delete_route(**_where(props)),
        _update_route,
        lambda _, route, __: {"CidrBlock": route.split("|")[1]},
        frozenset({"RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"}),
        gone=frozenset({"InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::SubnetRouteTableAssociation",
        _associate,
        lambda work, association, _: work.call("ec2").disassociate_route_table(AssociationId=association),
        attributes=lambda _, association, __: {"Id": association},
        gone=frozenset({"InvalidAssociationID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::VPCEndpoint",
        _create_endpoint,
        lambda work, endpoint, _: work.call("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint]),
        attributes=lambda _, endpoint, __: {"Id": endpoint},
        gone=frozenset({"InvalidVpcEndpointId.NotFound"}),
    ),
)
