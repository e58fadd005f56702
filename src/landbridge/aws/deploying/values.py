"""The values of a stack's parameters, from where its plan says they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.deploying import objects
from landbridge.aws.deploying.ground import BUCKET, Ground, place
from landbridge.aws.deploying.stack import Stack
from landbridge.aws.model import Given, Image, Output, Outside, RootDevice, Source, StackPlan, Stored, Subnet
from landbridge.findings import LandbridgeError, error

Lookup = Callable[[str], Stack | None]  # a stack that is there, by its name in the network


@dataclass(frozen=True, slots=True)
class Values:
    """What is known of a stack's parameters, and the stacks whose outputs the others wait for."""

    known: Mapping[str, str]
    waiting: Mapping[str, str]


def resolve(cloud: Cloud, ground: Ground, plan: StackPlan, lookup: Lookup, own: Stack | None, store: bool) -> Values:
    """The values of a stack's parameters. `own` is the stack as it is; `store` puts objects into the bucket, or else only names them."""
    known: dict[str, str] = {}
    waiting: dict[str, str] = {}
    # A root device is that of an image, which is another parameter's value.
    for name, source in sorted(plan.parameters.items(), key=lambda item: isinstance(item[1], RootDevice)):
        before = own.parameters.get(name) if own else None
        if isinstance(source, RootDevice):
            image = known[source.parameter]  # an image that is kept may be one that its owner has withdrawn
            same = own is not None and own.parameters.get(source.parameter) == image
            value: str | None = before if same and before else _root_device(cloud, place(plan), image)
        else:
            value = _value(cloud, ground, plan, source, lookup, before, store)
        if value is not None:
            known[name] = value
        elif isinstance(source, Output | Outside):
            waiting[name] = source.stack
    return Values(known, waiting)


def look_up(cloud: Cloud, plan: StackPlan) -> None:
    """See that what the plan of a new stack takes as there already is there: images, and subnets of existing VPCs. Raises LandbridgeError
    before anything is made that would only wait for them."""
    for source in plan.parameters.values():
        if isinstance(source, Image):
            _image(cloud, place(plan), source)
        elif isinstance(source, Subnet):
            subnet_of(cloud, place(plan), source)
        elif isinstance(source, RootDevice) and isinstance(image := plan.parameters[source.parameter], Given):
            _root_device(cloud, place(plan), image.value)


def _value(cloud: Cloud, ground: Ground, plan: StackPlan, source: Source, lookup: Lookup, before: str | None, store: bool) -> str | None:
    match source:
        case Given():
            return source.value
        case Output():
            stack = lookup(source.stack)
            return stack.outputs.get(source.key) if stack else None
        case Outside():
            return _outside(cloud, place(ground.plan(source.stack)), source, lookup)
        case Stored():
            return objects.upload(cloud, place(plan), bucket(ground, plan, lookup), source) if store else objects.key_of(source)
        case Image():
            return _image(cloud, place(plan), source, before)
        case Subnet():
            return subnet_of(cloud, place(plan), source)
    raise AssertionError(source)


def bucket(ground: Ground, plan: StackPlan, lookup: Lookup) -> str:
    """The bucket of a stack's own account and Region."""
    base = ground.base(plan)
    stack = lookup(base.name) if base else None
    if stack is None or BUCKET not in stack.outputs:
        raise LandbridgeError(error("stack", f"{place(plan)} has no bucket: its base stack isn't there."))
    return stack.outputs[BUCKET]


def _outside(cloud: Cloud, there: Place, source: Outside, lookup: Lookup) -> str | None:
    stack = lookup(source.stack)
    connection = stack.outputs.get(source.key) if stack else None
    if connection is None:
        return None
    answer = cloud.call(there, "ec2", "describe_vpn_connections", VpnConnectionIds=[connection])
    for one in answer["VpnConnections"]:
        for tunnel in one.get("Options", {}).get("TunnelOptions", ()):
            if tunnel.get("TunnelInsideCidr") == source.inside and tunnel.get("OutsideIpAddress"):
                return str(tunnel["OutsideIpAddress"])
    remedy = "It may have been changed by hand: put it back, or delete its stack and deploy again."
    raise LandbridgeError(error("stack", f"the VPN connection {connection} ({there}) has no tunnel of {source.inside}.", None, remedy))


def _image(cloud: Cloud, there: Place, image: Image, before: str | None = None) -> str:
    """The newest image of an owner's with a name; but the one that was chosen before as long as it is one of them, for a newer image
    replaces no router by itself."""
    filters = [{"Name": "name", "Values": [image.name]}, {"Name": "state", "Values": ["available"]}]
    found = list(cloud.each(there, "ec2", "describe_images", "Images", Owners=[image.owner], Filters=filters))
    if before is not None and (not found or any(one["ImageId"] == before for one in found)):
        return before
    if not found:
        message = f"{there} has no image of {image.owner} that is called {image.name!a}."
        remedy = "See `gateway.image:`; an image of the AWS Marketplace must be subscribed to first, and is another in each Region."
        raise LandbridgeError(error("cloud", message, None, remedy))
    return str(max(found, key=lambda one: one.get("CreationDate", ""))["ImageId"])


def _root_device(cloud: Cloud, there: Place, image: str) -> str:
    try:
        found = cloud.call(there, "ec2", "describe_images", ImageIds=[image])["Images"]
    except CallError as problem:
        if not problem.aws_code.startswith("InvalidAMIID"):
            raise
        found = []
    if not found:
        remedy = "See `gateway.image:`: an image's id is another one in each Region, and it must be shared with this account."
        raise LandbridgeError(error("cloud", f"{there} has no image {image}.", None, remedy))
    return str(found[0]["RootDeviceName"])


def subnet_of(cloud: Cloud, there: Place, subnet: Subnet) -> str:
    """The id of a subnet of an existing VPC. Raises LandbridgeError, which says what is there instead."""
    filters = [{"Name": "vpc-id", "Values": [subnet.vpc]}]
    found = {one["CidrBlock"]: one["SubnetId"] for one in cloud.each(there, "ec2", "describe_subnets", "Subnets", Filters=filters)}
    if subnet.cidr in found:
        return str(found[subnet.cidr])
    vpcs = [one["VpcId"] for one in cloud.each(there, "ec2", "describe_vpcs", "Vpcs")]
    if subnet.vpc not in vpcs:
        remedy = f"See `vpc.id:`, `region:` and `account:`. What is there: {', '.join(vpcs) or 'none'}."
        raise LandbridgeError(error("cloud", f"{there} has no VPC {subnet.vpc}.", None, remedy))
    message = f"the VPC {subnet.vpc} ({there}) has no subnet {subnet.cidr}, which the file gives it."
    raise LandbridgeError(error("cloud", message, None, f"Write what it has: {', '.join(sorted(found)) or 'none'}; or make that subnet."))
