"""`edge`: what a site has before it has tunnels. Its VPC, and for each gateway an Elastic IP, a security group and a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, ec2, iam

from landbridge.aws.model import Given, Output, Source
from landbridge.aws.stacks.cover import remote_prefixes
from landbridge.aws.stacks.layout import Layout
from landbridge.aws.stacks.names import Labels, logical
from landbridge.aws.stacks.secrets import reading
from landbridge.aws.stacks.template import add_metadata, add_output, add_parameter, new_template
from landbridge.aws.stacks.vpc import ROUTES, VPC, add_internet, add_prefix_lists, add_vpc
from landbridge.aws.stacks.words import speaking
from landbridge.design import Design, GatewayPlan, SitePlan

BUCKET, HUB_ACCOUNT = "Bucket", "HubAccount"
TEXTS = "routers"  # the folder of the bucket that routers' texts are in


def address_output(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Address"


def group_output(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Group"


def role_output(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Role"


def profile_output(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}Profile"


def edge_parameters(site: SitePlan, layout: Layout) -> dict[str, Source]:
    parameters: dict[str, Source] = {BUCKET: Output(layout.base(layout.sites[site.name]), "Bucket")}
    if site.vpc_id is not None:
        parameters[VPC] = Given(site.vpc_id)
    if layout.foreign(site.name):
        parameters[HUB_ACCOUNT] = Output(layout.hub_stack(), "Account")
    return parameters


def edge_template(design: Design, site: SitePlan, layout: Layout, labels: Labels) -> Template:
    template = new_template(f"landbridge: the site {site.name} of {design.network}, but for its gateways.")
    add_parameter(template, BUCKET, "The bucket that the routers' texts are in.")
    if layout.foreign(site.name):
        add_parameter(template, HUB_ACCOUNT, "The account of the hub, where the tunnels' keys are.")
    if site.vpc_id is None:
        add_vpc(template, site, labels)
        add_internet(template, labels, site.name)
    else:
        add_parameter(template, VPC, f"The existing VPC of {site.name}.", "AWS::EC2::VPC::Id")
    lists = add_prefix_lists(template, remote_prefixes(design, site.name), labels, site.name)
    add_metadata(template, _routes(site, lists))
    account = f"${{{HUB_ACCOUNT}}}" if layout.foreign(site.name) else "${AWS::AccountId}"
    for gateway in site.gateways:
        _add_address(template, gateway, labels, attached=site.vpc_id is None)
        _add_group(template, gateway, labels)
        keys = reading(design.network, gateway, layout.hub.region, account)
        _add_role(template, gateway, labels, keys, speaking(design.network, site, gateway))
    return template


def _add_address(template: Template, gateway: GatewayPlan, labels: Labels, *, attached: bool) -> None:
    title = address_output(gateway)
    template.add_resource(
        ec2.EIP(
            title,
            # The other end knows the site by it: it outlives its stack.
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            **({"DependsOn": "InternetGatewayAttachment"} if attached else {}),
            Domain="vpc",
            Tags=labels.of(gateway.name, gateway.name),
        )
    )
    add_output(template, title, f"The Elastic IP of {gateway.name}.", Ref(title))
    add_output(
        template,
        f"{logical(gateway.name)}Allocation",
        f"The allocation id of the Elastic IP of {gateway.name}.",
        GetAtt(title, "AllocationId"),
    )


def _add_group(template: Template, gateway: GatewayPlan, labels: Labels) -> None:
    title = group_output(gateway)
    template.add_resource(
        ec2.SecurityGroup(
            title,
            GroupDescription=f"{labels.network}: {gateway.name}. The stack of the gateways has its rules.",
            VpcId=Ref(VPC),
            Tags=labels.of(gateway.name, gateway.name),
        )
    )
    add_output(template, title, f"The security group of {gateway.name}.", GetAtt(title, "GroupId"))


def _add_role(template: Template, gateway: GatewayPlan, labels: Labels, keys: list[dict[str, Any]], words: list[dict[str, Any]]) -> None:
    role, profile = role_output(gateway), profile_output(gateway)
    text = {
        "Sid": "OwnText",
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": Sub(f"arn:${{AWS::Partition}}:s3:::${{{BUCKET}}}/{TEXTS}/{gateway.name}/*"),
    }
    template.add_resource(
        iam.Role(
            role,
            Description=f"{labels.network}: what {gateway.name} may read to configure itself.",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": Sub("ec2.${AWS::URLSuffix}")}, "Action": "sts:AssumeRole"}],
            },
            Policies=[_policy("boot", [text, *keys]), *([_policy("words", words)] if words else [])],
            Tags=labels.of(gateway.name, gateway.name),
        )
    )
    template.add_resource(iam.InstanceProfile(profile, Roles=[Ref(role)]))
    add_output(template, role, f"The ARN of the role of {gateway.name}.", GetAtt(role, "Arn"))
    add_output(template, profile, f"The ARN of the instance profile of {gateway.name}.", GetAtt(profile, "Arn"))


def _policy(name: str, statements: list[dict[str, Any]]) -> iam.Policy:
    return iam.Policy(PolicyName=name, PolicyDocument={"Version": "2012-10-17", "Statement": statements})


def _routes(site: SitePlan, lists: tuple[str, ...]) -> Mapping[str, object]:
    """The routes to gateways. They are no resources: `heal` moves them, and no update may put them back."""
    tables = [ROUTES] if site.vpc_id is None else []
    routes = [
        {"tables": tables, "destinations": list(lists), "gateway": route.target} for route in site.routes if route.destination == "remote"
    ]
    if site.vpc_id is None:
        return {"routes": routes}
    by_hand = (
        f"Each route table of {site.vpc_id} that shall reach the network needs the tags landbridge:network and landbridge:owner "
        f"(`{site.name}`): then heal leads the remote prefixes to the gateway in service. The gateways' subnets need a route to an "
        "Internet gateway."
    )
    return {"routes": routes, "by-hand": by_hand}
