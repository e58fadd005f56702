"""`gateways`: the routers of a site. What each lets in, what it boots with, and the group that keeps it there."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from troposphere import Base64, GetAtt, Ref, Sub, Template, autoscaling, ec2

from landbridge.aws.model import Given, Image, Output, Outside, RootDevice, Source, Stored, Subnet
from landbridge.aws.stacks.edge import BUCKET, TEXTS, address_output, group_output, profile_output
from landbridge.aws.stacks.layout import Layout
from landbridge.aws.stacks.names import Labels, described, logical, logical_prefix
from landbridge.aws.stacks.secrets import secret_output
from landbridge.aws.stacks.template import add_output, add_parameter, new_template
from landbridge.aws.stacks.userdata import outside_parameter, scripts_parameter, text_parameter, user_data_of
from landbridge.aws.stacks.vpc import subnet_id
from landbridge.aws.stacks.vpn import connection_output
from landbridge.design import Design, GatewayPlan, SecurityRule, SitePlan, SubnetPlan
from landbridge.heal import tags
from landbridge.vyos import role_scripts
from landbridge.vyos.booting import bundle
from landbridge.vyos.placeholder import placeholders

IMAGE, ROOT_DEVICE = "Image", "RootDevice"
IMAGE_OWNER = "aws-marketplace"  # where the file names no image: VyOS' own, as its release line
SCRIPTS_SUFFIX = ".json"  # beside the texts, which end with .set
_DISK_GIGABYTES = 10
_PROTOCOLS = {"esp": "50", "vrrp": "112", "all": "-1"}
_LAUNCH_SECONDS = 300  # heal needs a few; what isn't ready by then is given up and tried again
_TERMINATE_SECONDS = 120


def gateways_parameters(site: SitePlan, layout: Layout, texts: dict[str, str]) -> dict[str, Source]:
    base, edge, vpn = layout.base(layout.sites[site.name]), layout.edge(site.name), layout.vpn(site.name)
    image = site.gateways[0].image  # a site's gateways have one
    parameters: dict[str, Source] = {
        BUCKET: Output(base, "Bucket"),
        IMAGE: _image(site.gateways[0]) if image is None or image.id is None else Given(image.id),
        ROOT_DEVICE: RootDevice(IMAGE),
    }
    for subnet in _subnets(site, *site.gateways):
        one = subnet_id(subnet)
        parameters[one] = Output(edge, one) if site.vpc_id is None else Subnet(site.vpc_id, str(subnet.local))
    for gateway in site.gateways:
        text = texts[gateway.name].encode()
        parameters[text_parameter(gateway)] = Stored(f"{TEXTS}/{gateway.name}/", ".set", text)
        scripts = _scripts(site, gateway, layout.network)
        if scripts is not None:
            parameters[scripts_parameter(gateway)] = Stored(f"{TEXTS}/{gateway.name}/", SCRIPTS_SUFFIX, scripts)
        for key in (address_output(gateway), group_output(gateway), profile_output(gateway)):
            parameters[key] = Output(edge, key)
        for tunnel in gateway.tunnels:
            parameters[secret_output(tunnel)] = Output(vpn, secret_output(tunnel))
            parameters[outside_parameter(tunnel.name)] = Outside(vpn, connection_output(gateway), str(tunnel.inside))
    return parameters


def gateways_template(design: Design, site: SitePlan, labels: Labels, texts: dict[str, str]) -> Template:
    template = new_template(f"landbridge: the gateways of {site.name}, of {design.network}.")
    add_parameter(template, BUCKET, "The bucket that the routers' texts are in.")
    add_parameter(template, IMAGE, "The gateways' machine image.", "AWS::EC2::Image::Id")
    add_parameter(template, ROOT_DEVICE, "The name of the image's root device.", AllowedPattern="/dev/[a-z0-9]+")
    for subnet in _subnets(site, *site.gateways):
        add_parameter(template, subnet_id(subnet), f"The subnet {subnet.local} in zone {subnet.zone}.", "AWS::EC2::Subnet::Id")
    for gateway in site.gateways:
        scripts = _scripts(site, gateway, design.network)
        _add_parameters(template, gateway)
        if scripts is not None:
            add_parameter(template, scripts_parameter(gateway), f"The key of the scripts of {gateway.name} in the bucket.")
        for rule in _rules(gateway):
            template.add_resource(rule)
        _add_launch_template(template, gateway, labels, user_data_of(gateway, texts[gateway.name], scripts))
        _add_auto_scaling_group(template, site, gateway, labels)
    return template


def _scripts(site: SitePlan, gateway: GatewayPlan, network: str) -> bytes | None:
    """The bundle of a pair's scripts; a single has none."""
    scripts = role_scripts(site, gateway, network)
    return bundle(scripts) if scripts else None


def _image(gateway: GatewayPlan) -> Image:
    named = gateway.image
    if named is not None and named.owner is not None and named.name is not None:
        return Image(named.owner, named.name)
    return Image(IMAGE_OWNER, f"VyOS {gateway.release}*")


def _subnets(site: SitePlan, *gateways: GatewayPlan) -> tuple[SubnetPlan, ...]:
    """The subnets that these gateways may stand in: their own, or, of one without, the first public one of each zone."""
    found: dict[str, SubnetPlan] = {}
    for gateway in gateways:
        for subnet in site.subnets:
            if not subnet.private and gateway.subnet in (None, subnet.local):
                found.setdefault(subnet.zone, subnet)
    return tuple(found.values())


def _add_parameters(template: Template, gateway: GatewayPlan) -> None:
    add_parameter(template, text_parameter(gateway), f"The key of the text of {gateway.name} in the bucket.")
    add_parameter(template, address_output(gateway), f"The Elastic IP of {gateway.name}.")
    add_parameter(template, group_output(gateway), f"The security group of {gateway.name}.", "AWS::EC2::SecurityGroup::Id")
    add_parameter(template, profile_output(gateway), f"The ARN of the instance profile of {gateway.name}.")
    for tunnel in gateway.tunnels:
        add_parameter(template, secret_output(tunnel), f"The ARN of the key of {tunnel.name}; the key itself stands nowhere.")
        add_parameter(template, outside_parameter(tunnel.name), f"AWS' outside address of {tunnel.name}.")


def _rules(gateway: GatewayPlan) -> Iterator[ec2.SecurityGroupIngress]:
    """What the gateway lets in, each under a name that stays when others come and go."""
    for rule in gateway.rules:
        for port in rule.ports or (None,):
            yield ec2.SecurityGroupIngress(
                logical(gateway.name) + _title(rule, port),
                validation=False,  # troposphere's: it wants ports of every protocol, AWS of none that has no ports
                GroupId=Ref(group_output(gateway)),
                IpProtocol=_PROTOCOLS.get(rule.protocol, rule.protocol),
                **({} if port is None else {"FromPort": port, "ToPort": port}),
                CidrIp=_source(rule),
                Description=described(rule.purpose),
            )


def _title(rule: SecurityRule, port: int | None) -> str:
    what = f"{rule.protocol.capitalize()}{port or ''}From"
    found = sorted(placeholders(rule.source))
    if found:
        return what + logical(found[0].partition(":")[2])
    return what + logical_prefix(IPv4Network(rule.source))


def _source(rule: SecurityRule) -> object:
    found = sorted(placeholders(rule.source))
    if not found:
        return rule.source
    kind, _, tunnel = found[0].partition(":")
    if kind != "outside":
        raise ValueError(f"a rule's source is {rule.source}, of which no parameter has the address")
    return Sub(f"${{{outside_parameter(tunnel)}}}/32")


def _launch_template_id(gateway: GatewayPlan) -> str:
    return f"{logical(gateway.name)}LaunchTemplate"


def _add_launch_template(template: Template, gateway: GatewayPlan, labels: Labels, user_data: str) -> None:
    tagged = labels.of(gateway.name, gateway.name)
    template.add_resource(
        ec2.LaunchTemplate(
            _launch_template_id(gateway),
            LaunchTemplateName=f"{labels.network}-{gateway.name}",
            LaunchTemplateData=ec2.LaunchTemplateData(
                ImageId=Ref(IMAGE),
                InstanceType=gateway.instance_type,
                IamInstanceProfile=ec2.IamInstanceProfile(Arn=Ref(profile_output(gateway))),
                SecurityGroupIds=[Ref(group_output(gateway))],
                MetadataOptions=ec2.MetadataOptions(HttpEndpoint="enabled", HttpTokens="required", HttpPutResponseHopLimit=1),
                BlockDeviceMappings=[
                    ec2.LaunchTemplateBlockDeviceMapping(
                        DeviceName=Ref(ROOT_DEVICE),
                        Ebs=ec2.EBSBlockDevice(VolumeSize=_DISK_GIGABYTES, VolumeType="gp3", Encrypted=True, DeleteOnTermination=True),
                    )
                ],
                TagSpecifications=[ec2.TagSpecifications(ResourceType=kind, Tags=tagged) for kind in ("volume", "network-interface")],
                UserData=Base64(Sub(user_data)),
            ),
            TagSpecifications=[ec2.TagSpecifications(ResourceType="launch-template", Tags=tagged)],
        )
    )


def _add_auto_scaling_group(template: Template, site: SitePlan, gateway: GatewayPlan, labels: Labels) -> None:
    launch, title = _launch_template_id(gateway), f"{logical(gateway.name)}AutoScalingGroup"
    secondary = {} if gateway.secondary is None else {tags.SECONDARY: str(gateway.secondary)}
    template.add_resource(
        autoscaling.AutoScalingGroup(
            title,
            AutoScalingGroupName=f"{labels.network}-{gateway.name}",
            MinSize="1",
            MaxSize="1",
            DesiredCapacity="1",
            LaunchTemplate=autoscaling.LaunchTemplateSpecification(
                LaunchTemplateId=Ref(launch), Version=GetAtt(launch, "LatestVersionNumber")
            ),
            VPCZoneIdentifier=[Ref(subnet_id(subnet)) for subnet in _subnets(site, gateway)],
            HealthCheckType="EC2",
            # In the group itself: a hook of its own would miss the first instance.
            LifecycleHookSpecificationList=[
                _hook(tags.LAUNCH_HOOK, "LAUNCHING", _LAUNCH_SECONDS, "ABANDON"),
                _hook(tags.TERMINATE_HOOK, "TERMINATING", _TERMINATE_SECONDS, "CONTINUE"),
            ],
            Tags=labels.of_group(gateway.name, gateway.name, {tags.ROLE: gateway.role, **secondary}),
        )
    )
    add_output(template, title, f"The Auto Scaling group of {gateway.name}.", Ref(title))


def _hook(name: str, transition: str, seconds: int, result: str) -> autoscaling.LifecycleHookSpecification:
    return autoscaling.LifecycleHookSpecification(
        LifecycleHookName=name,
        LifecycleTransition=f"autoscaling:EC2_INSTANCE_{transition}",
        HeartbeatTimeout=seconds,
        DefaultResult=result,
    )
