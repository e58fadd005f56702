"""Transit gateways, their attachments and route tables; customer gateways and VPN connections."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props

_OPTIONS = (
    "AutoAcceptSharedAttachments",
    "DefaultRouteTableAssociation",
    "DefaultRouteTablePropagation",
    "DnsSupport",
    "VpnEcmpSupport",
    "SecurityGroupReferencingSupport",
)
_NUMBERS = (
    "Phase1LifetimeSeconds",
    "Phase2LifetimeSeconds",
    "RekeyMarginTimeSeconds",
    "RekeyFuzzPercentage",
    "ReplayWindowSize",
    "DPDTimeoutSeconds",
)


def _create_hub(work: Work, props: Props) -> str:
    options = picked(props, *_OPTIONS, "MulticastSupport", "TransitGatewayCidrBlocks")
    if "AmazonSideAsn" in props:
        options["AmazonSideAsn"] = whole(props["AmazonSideAsn"])
    asked = {**picked(props, "Description"), "Options": options}
    answer = work.call("ec2").create_transit_gateway(**asked, TagSpecifications=work.specified(props, "transit-gateway"))
    hub: str = answer["TransitGateway"]["TransitGatewayId"]
    return hub


def _update_hub(work: Work, hub: str, before: Props, after: Props) -> None:
    options = {name: after[name] for name in _OPTIONS if name in after and after[name] != before.get(name)}
    described = {"Description": after["Description"]} if after.get("Description", "") != before.get("Description", "") else {}
    if options or described:
        work.call("ec2").modify_transit_gateway(TransitGatewayId=hub, **({"Options": options} if options else {}), **described)
    tags.ec2(work, hub, before, after)


def _hub(work: Work, hub: str, _: Props) -> Props:
    found = work.call("ec2").describe_transit_gateways(TransitGatewayIds=[hub])["TransitGateways"][0]
    return {"Id": hub, "TransitGatewayArn": found["TransitGatewayArn"]}


def _attach(work: Work, props: Props) -> str:
    asked = {**picked(props, "TransitGatewayId", "VpcId", "SubnetIds"), "Options": picked(props.get("Options") or {}, *_ATTACHMENT)}
    answer = work.call("ec2").create_transit_gateway_vpc_attachment(
        **asked, TagSpecifications=work.specified(props, "transit-gateway-attachment")
    )
    attachment: str = answer["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    return attachment


_ATTACHMENT = ("DnsSupport", "Ipv6Support", "ApplianceModeSupport", "SecurityGroupReferencingSupport")


def _update_attachment(work: Work, attachment: str, before: Props, after: Props) -> None:
    """The one type takes other subnets as they are, the other as what to add and to remove."""
    held, wanted = set(before.get("SubnetIds") or []), set(after.get("SubnetIds") or [])
    added = sorted(wanted - held | set(after.get("AddSubnetIds") or []) - set(before.get("AddSubnetIds") or []))
    removed = sorted(held - wanted | set(after.get("RemoveSubnetIds") or []) - set(before.get("RemoveSubnetIds") or []))
    asked: Props = {**({"AddSubnetIds": added} if added else {}), **({"RemoveSubnetIds": removed} if removed else {})}
    if after.get("Options") and after.get("Options") != before.get("Options"):
        asked["Options"] = picked(after["Options"], *_ATTACHMENT)
    if asked:
        work.call("ec2").modify_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment, **asked)
    tags.ec2(work, attachment, before, after)


def _detach(work: Work, attachment: str, _: Props) -> None:
    work.call("ec2").delete_transit_gateway_vpc_attachment(TransitGatewayAttachmentId=attachment)


def _create_table(work: Work, props: Props) -> str:
    specified = work.specified(props, "transit-gateway-route-table")
    answer = work.call("ec2").create_transit_gateway_route_table(TransitGatewayId=props["TransitGatewayId"], TagSpecifications=specified)
    table: str = answer["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    return table


def _pair(props: Props) -> Props:
    return picked(props, "TransitGatewayRouteTableId", "TransitGatewayAttachmentId")


def _associate(work: Work, props: Props) -> str:
    work.call("ec2").associate_transit_gateway_route_table(**_pair(props))
    return f"{props['TransitGatewayRouteTableId']}|{props['TransitGatewayAttachmentId']}"


def _propagate(work: Work, props: Props) -> str:
    work.call("ec2").enable_transit_gateway_route_table_propagation(**_pair(props))
    return f"{props['TransitGatewayRouteTableId']}|{props['TransitGatewayAttachmentId']}"


def _create_route(work: Work, props: Props) -> str:
    asked = picked(props, "TransitGatewayRouteTableId", "TransitGatewayAttachmentId", "DestinationCidrBlock", "Blackhole")
    work.call("ec2").create_transit_gateway_route(**asked)
    return f"{props['TransitGatewayRouteTableId']}|{props['DestinationCidrBlock']}"


def _delete_route(work: Work, _: str, props: Props) -> None:
    work.call("ec2").delete_transit_gateway_route(**picked(props, "TransitGatewayRouteTableId", "DestinationCidrBlock"))


def _create_customer(work: Work, props: Props) -> str:
    asked = picked(props, "Type", "IpAddress", "DeviceName", "CertificateArn")
    for name in ("BgpAsn", "BgpAsnExtended"):
        if name in props:
            asked[name] = whole(props[name])
    answer = work.call("ec2").create_customer_gateway(**asked, TagSpecifications=work.specified(props, "customer-gateway"))
    gateway: str = answer["CustomerGateway"]["CustomerGatewayId"]
    return gateway


def _tunnel(given: Props) -> Props:
    found = {name: value for name, value in given.items() if name != "LogOptions"}
    found |= {name: whole(given[name]) for name in _NUMBERS if name in given}
    for name, value in found.items():
        if name.endswith("GroupNumbers"):
            found[name] = [{"Value": whole(one["Value"])} for one in value]
    logs = (given.get("LogOptions") or {}).get("CloudwatchLogOptions")
    if logs:
        found["LogOptions"] = {"CloudWatchLogOptions": logs}
    return found


def _connect(work: Work, props: Props) -> str:
    options = picked(
        props,
        "EnableAcceleration",
        "StaticRoutesOnly",
        "LocalIpv4NetworkCidr",
        "RemoteIpv4NetworkCidr",
        "OutsideIpAddressType",
        "TunnelBandwidth",
    )
    options["TunnelOptions"] = [_tunnel(one) for one in props.get("VpnTunnelOptionsSpecifications") or []]
    asked = picked(props, "Type", "CustomerGatewayId", "TransitGatewayId", "VpnGatewayId", "PreSharedKeyStorage")
    answer = work.call("ec2").create_vpn_connection(**asked, Options=options, TagSpecifications=work.specified(props, "vpn-connection"))
    connection: str = answer["VpnConnection"]["VpnConnectionId"]
    return connection


def _reconnect(work: Work, connection: str, before: Props, after: Props) -> None:
    ec2 = work.call("ec2")
    ends = ("CustomerGatewayId", "TransitGatewayId", "VpnGatewayId")
    changed = {name: after[name] for name in ends if name in after and after[name] != before.get(name)}
    if changed:
        ec2.modify_vpn_connection(VpnConnectionId=connection, **changed)
    outside = _outside(ec2, connection)
    held, wanted = (list(one.get("VpnTunnelOptionsSpecifications") or []) for one in (before, after))
    for number, address in enumerate(outside):
        old, new = (one[number] if number < len(one) else {} for one in (held, wanted))
        if old != new:
            ec2.modify_vpn_tunnel_options(VpnConnectionId=connection, VpnTunnelOutsideIpAddress=address, TunnelOptions=_tunnel(new))
    tags.ec2(work, connection, before, after)


def _outside(ec2: Foreign, connection: str) -> list[str]:
    found = ec2.describe_vpn_connections(VpnConnectionIds=[connection])["VpnConnections"][0]
    return [one["OutsideIpAddress"] for one in found["Options"]["TunnelOptions"]]


_NO_ATTACHMENT = frozenset({"InvalidTransitGatewayAttachmentID.NotFound"})
KINDS = (
    Kind(
        "AWS::EC2::TransitGateway",
        _create_hub,
        lambda work, hub, _: work.call("ec2").delete_transit_gateway(TransitGatewayId=hub),
        _update_hub,
        _hub,
        frozenset({"AmazonSideAsn", "MulticastSupport"}),
        gone=frozenset({"InvalidTransitGatewayID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::TransitGatewayAttachment",
        _attach,
        _detach,
        _update_attachment,
        lambda _, attachment, __: {"Id": attachment},
        frozenset({"TransitGatewayId", "VpcId"}),
        gone=_NO_ATTACHMENT,
    ),
    Kind(
        "AWS::EC2::TransitGatewayVpcAttachment",
        _attach,
        _detach,
        _update_attachment,
        lambda _, attachment, __: {"Id": attachment},
        frozenset({"TransitGatewayId", "VpcId", "SubnetIds"}),
        gone=_NO_ATTACHMENT,
    ),
    Kind(
        "AWS::EC2::TransitGatewayRouteTable",
        _create_table,
        lambda work, table, _: work.call("ec2").delete_transit_gateway_route_table(TransitGatewayRouteTableId=table),
        tags.ec2,
        lambda _, table, __: {"TransitGatewayRouteTableId": table},
        frozenset({"TransitGatewayId"}),
        gone=frozenset({"InvalidRouteTableID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::TransitGatewayRouteTableAssociation",
        _associate,
        lambda work, _, props: work.call("ec2").disassociate_transit_gateway_route_table(**_pair(props)),
        gone=_NO_ATTACHMENT,
    ),
    Kind(
        "AWS::EC2::TransitGatewayRouteTablePropagation",
        _propagate,
        lambda work, _, props: work.call("ec2").disable_transit_gateway_route_table_propagation(**_pair(props)),
        gone=_NO_ATTACHMENT,
    ),
    Kind("AWS::EC2::TransitGatewayRoute", _create_route, _delete_route, gone=frozenset({"InvalidRoute.NotFound"})),
    Kind(
        "AWS::EC2::CustomerGateway",
        _create_customer,
        lambda work, gateway, _: work.call("ec2").delete_customer_gateway(CustomerGatewayId=gateway),
        tags.ec2,
        lambda _, gateway, __: {"CustomerGatewayId": gateway},
        frozenset({"CertificateArn", "BgpAsn", "BgpAsnExtended", "Type", "IpAddress", "DeviceName"}),
        gone=frozenset({"InvalidCustomerGatewayID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::VPNConnection",
        _connect,
        lambda work, connection, _: work.call("ec2").delete_vpn_connection(VpnConnectionId=connection),
        _reconnect,
        lambda _, connection, __: {"VpnConnectionId": connection},
        frozenset(
            {
                "Type",
                "EnableAcceleration",
                "LocalIpv4NetworkCidr",
                "RemoteIpv4NetworkCidr",
                "OutsideIpAddressType",
                "StaticRoutesOnly",
                "TunnelInsideIpVersion",
                "PreSharedKeyStorage",
                "TransportTransitGatewayAttachmentId",
            }
        ),
        gone=frozenset({"InvalidVpnConnectionID.NotFound"}),
    ),
)
