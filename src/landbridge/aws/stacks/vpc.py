"""A VPC with its subnets and prefix list, as a hub's and a site's stacks have it; or what takes its place where it exists already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from troposphere import GetAtt, Ref, Sub, Template, ec2

from landbridge.aws.stacks.names import Labels, logical_prefix
from landbridge.aws.stacks.template import add_output
from landbridge.design import HubPlan, SitePlan, SubnetPlan, list_sizes

VPC, ROUTES, PRIVATE_ROUTES, REMOTE = "Vpc", "RouteTable", "PrivateRouteTable", "RemotePrefixes"


def subnet_id(subnet: SubnetPlan) -> str:
    """The logical id of a subnet, and the name of the output or parameter that has its id: it stays when others come and go."""
    return f"Subnet{logical_prefix(subnet.local)}"


def add_vpc(template: Template, plan: HubPlan | SitePlan, labels: Labels) -> None:
    """The VPC, its CIDRs, subnets and route tables: one, and another for private subnets. Their ids are outputs."""
    primary, *others = plan.cidrs
    vpc = template.add_resource(
        ec2.VPC(VPC, CidrBlock=str(primary), EnableDnsSupport=True, EnableDnsHostnames=True, Tags=labels.of(plan.name))
    )
    more = [
        template.add_resource(ec2.VPCCidrBlock(f"VpcCidr{logical_prefix(cidr)}", VpcId=Ref(vpc), CidrBlock=str(cidr))).title
        for cidr in others
    ]
    table = template.add_resource(ec2.RouteTable(ROUTES, VpcId=Ref(vpc), Tags=labels.of(plan.name)))
    if any(subnet.private for subnet in plan.subnets):
        template.add_resource(ec2.RouteTable(PRIVATE_ROUTES, VpcId=Ref(vpc), Tags=labels.of(f"{plan.name}-private", owned=False)))
    for subnet in plan.subnets:
        made = template.add_resource(
            ec2.Subnet(
                subnet_id(subnet),
                **({} if subnet.local.subnet_of(primary) else {"DependsOn": more}),
                VpcId=Ref(vpc),
                CidrBlock=str(subnet.local),
                AvailabilityZone=Sub(f"${{AWS::Region}}{subnet.zone}"),
                Tags=labels.of(f"{plan.name}-{subnet.local}"),
            )
        )
        template.add_resource(
            ec2.SubnetRouteTableAssociation(
                f"{made.title}Routes", SubnetId=Ref(made), RouteTableId=Ref(PRIVATE_ROUTES) if subnet.private else Ref(table)
            )
        )
        add_output(template, made.title, f"The subnet {subnet.local} in zone {subnet.zone}.", Ref(made))
    add_output(template, VPC, f"The VPC of {plan.name}.", Ref(vpc))
    add_output(template, ROUTES, "The route table of all subnets that aren't private.", Ref(table))


def add_internet(template: Template, labels: Labels, name: str) -> None:
    """A way to the Internet for the subnets that aren't private: the gateways' tunnels take it."""
    template.add_resource(ec2.InternetGateway("InternetGateway", Tags=labels.of(name)))
    template.add_resource(ec2.VPCGatewayAttachment("InternetGatewayAttachment", VpcId=Ref(VPC), InternetGatewayId=Ref("InternetGateway")))
    template.add_resource(
        ec2.Route(
            "DefaultRoute",
            DependsOn="InternetGatewayAttachment",
            RouteTableId=Ref(ROUTES),
            DestinationCidrBlock="0.0.0.0/0",
            GatewayId=Ref("InternetGateway"),
        )
    )


def add_prefix_lists(template: Template, prefixes: Sequence[IPv4Network], labels: Labels, owner: str) -> tuple[str, ...]:
    """The remote prefixes as the destinations of a few routes; the lists' logical ids."""
    titles = []
    for number, (size, held) in enumerate(portions(prefixes), 1):
        suffix = str(number) if number > 1 else ""
        made = template.add_resource(
            ec2.PrefixList(
                f"{REMOTE}{suffix}",
                PrefixListName=f"{labels.network}-{owner}-remote{suffix}",
                AddressFamily="IPv4",
                MaxEntries=size,
                **({"Entries": [ec2.Entry(Cidr=str(prefix)) for prefix in held]} if held else {}),
                Tags=labels.of(f"{owner}-remote{suffix}"),
            )
        )
        add_output(template, made.title, f"A prefix list of what {owner} reaches elsewhere.", GetAtt(made, "PrefixListId"))
        titles.append(made.title)
    return tuple(titles)


def portions(prefixes: Sequence[IPv4Network]) -> Iterator[tuple[int, Sequence[IPv4Network]]]:
    """The size of each list and what it holds."""
    rest = prefixes
    for size in list_sizes(len(prefixes)):
        yield size, rest[:size]
        rest = rest[size:]
