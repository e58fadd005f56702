"""`hub`: the Transit Gateway, the hub's own VPC with its routes to everyone, and handing on its alarms to where gateways stand."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Ref, Template, ec2

from landbridge.aws.model import Given, Source, Subnet
from landbridge.aws.stacks.cover import remote_prefixes
from landbridge.aws.stacks.forwarding import add_forwarding
from landbridge.aws.stacks.layout import Layout
from landbridge.aws.stacks.names import Labels
from landbridge.aws.stacks.template import add_metadata, add_output, add_parameter, new_template
from landbridge.aws.stacks.vpc import REMOTE, ROUTES, VPC, add_prefix_lists, add_vpc, subnet_id
from landbridge.design import Design, HubPlan, SubnetPlan

TRANSIT_GATEWAY, ACCOUNT = "TransitGateway", "Account"


def hub_parameters(hub: HubPlan) -> dict[str, Source]:
    """Only an existing VPC has some: its id, and those of the subnets that the attachment stands in."""
    if hub.vpc_id is None:
        return {}
    return {VPC: Given(hub.vpc_id), **{subnet_id(one): Subnet(hub.vpc_id, str(one.local)) for one in _attached(hub)}}


def hub_template(design: Design, layout: Layout, labels: Labels) -> Template:
    hub = design.hub
    template = new_template(f"landbridge: the hub {hub.name} of {design.network}.")
    if hub.vpc_id is not None:
        add_metadata(template, _by_hand(hub.vpc_id))
    template.add_resource(
        ec2.TransitGateway(
            TRANSIT_GATEWAY,
            Description=f"{design.network}: {hub.name}",
            AmazonSideAsn=hub.asn,
            VpnEcmpSupport="enable",
            # A VPN connection makes its own attachment, which no stack could associate: the gateway does it for all.
            DefaultRouteTableAssociation="enable",
            DefaultRouteTablePropagation="enable",
            AutoAcceptSharedAttachments="disable",
            DnsSupport="enable",
            Tags=labels.of(hub.name),
        )
    )
    add_output(template, TRANSIT_GATEWAY, "The Transit Gateway's id.", Ref(TRANSIT_GATEWAY))
    add_output(template, ACCOUNT, "The account that the hub is in.", Ref("AWS::AccountId"))
    if hub.cidrs:
        _add_own_vpc(template, design, labels)
    add_forwarding(template, design.network, layout, labels)
    return template


def _add_own_vpc(template: Template, design: Design, labels: Labels) -> None:
    hub = design.hub
    if hub.vpc_id is None:
        add_vpc(template, hub, labels)
    else:
        add_parameter(template, VPC, f"The existing VPC of {hub.name}.", "AWS::EC2::VPC::Id")
        for subnet in _attached(hub):
            add_parameter(template, subnet_id(subnet), f"Its subnet {subnet.local} in zone {subnet.zone}.", "AWS::EC2::Subnet::Id")
    template.add_resource(
        ec2.TransitGatewayAttachment(
            "Attachment",
            TransitGatewayId=Ref(TRANSIT_GATEWAY),
            VpcId=Ref(VPC),
            SubnetIds=[Ref(subnet_id(subnet)) for subnet in _attached(hub)],
            Tags=labels.of(hub.name),
        )
    )
    for prefix_list in add_prefix_lists(template, remote_prefixes(design, hub.name), labels, hub.name):
        if hub.vpc_id is None:
            template.add_resource(
                ec2.Route(
                    f"{prefix_list}Route",
                    DependsOn="Attachment",
                    RouteTableId=Ref(ROUTES),
                    DestinationPrefixListId=GetAtt(prefix_list, "PrefixListId"),
                    TransitGatewayId=Ref(TRANSIT_GATEWAY),
                )
            )


def _attached(hub: HubPlan) -> tuple[SubnetPlan, ...]:
    """One subnet of each zone: an attachment takes no more, and serves all of the zone."""
    first: dict[str, SubnetPlan] = {}
    for subnet in hub.subnets:
        if not subnet.private:
            first.setdefault(subnet.zone, subnet)
    return tuple(first.values())


def _by_hand(vpc: str) -> Mapping[str, object]:
    """What is left to whoever owns an existing VPC."""
    return {
        "by-hand": f"In each route table of {vpc} that shall reach the network: a route to the prefix list {REMOTE}, and to those after "
        "it (see Outputs), by the Transit Gateway."
    }
