"""Launch templates, instances, and the Auto Scaling groups that launch them."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props


def _plain(value: Foreign, key: str = "") -> Foreign:
    """A launch template's data with truths and numbers where the API has them, of which templates may make texts."""
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value in ("true", "false"):
        return value == "true"
    return int(value) if isinstance(value, str) and value.isdigit() and key in _WHOLE else value


_WHOLE = {"DeviceIndex", "VolumeSize", "Iops", "HttpPutResponseHopLimit", "NetworkCardIndex", "SecondaryPrivateIpAddressCount", "CoreCount"}


def _create_template(work: Work, props: Props) -> str:
    own = props.get("TagSpecifications") or []
    held: list[Props] = next((one["Tags"] for one in own if one["ResourceType"] == "launch-template"), [])
    answer = work.call("ec2").create_launch_template(
        LaunchTemplateName=props.get("LaunchTemplateName") or work.name(128),
        LaunchTemplateData=_plain(props["LaunchTemplateData"]),
        TagSpecifications=work.specified({"Tags": held}, "launch-template"),
        **picked(props, "VersionDescription"),
    )
    template: str = answer["LaunchTemplate"]["LaunchTemplateId"]
    return template


def _update_template(work: Work, template: str, before: Props, after: Props) -> None:
    if before.get("LaunchTemplateData") != after["LaunchTemplateData"]:
        data = _plain(after["LaunchTemplateData"])
        work.call("ec2").create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData=data, **picked(after, "VersionDescription")
        )


def _template(work: Work, template: str, _: Props) -> Props:
    found = work.call("ec2").describe_launch_templates(LaunchTemplateIds=[template])["LaunchTemplates"][0]
    return {"LaunchTemplateId": template, **{name: str(found[name]) for name in ("LatestVersionNumber", "DefaultVersionNumber")}}


def _run(work: Work, props: Props) -> str:
    names = (
        "ImageId",
        "InstanceType",
        "SubnetId",
        "SecurityGroupIds",
        "KeyName",
        "PrivateIpAddress",
        "UserData",
        "BlockDeviceMappings",
        "LaunchTemplate",
        "NetworkInterfaces",
        "MetadataOptions",
    )
    asked = _plain(picked(props, *names))
    if "IamInstanceProfile" in props:
        asked["IamInstanceProfile"] = {"Name": props["IamInstanceProfile"]}
    answer = work.call("ec2").run_instances(**asked, MinCount=1, MaxCount=1, TagSpecifications=work.specified(props, "instance"))
    instance: str = answer["Instances"][0]["InstanceId"]
    if "SourceDestCheck" in props:
        work.call("ec2").modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": yes(props["SourceDestCheck"])})
    return instance


def _update_instance(work: Work, instance: str, before: Props, after: Props) -> None:
    ec2 = work.call("ec2")
    if before.get("SourceDestCheck") != after.get("SourceDestCheck"):
        ec2.modify_instance_attribute(InstanceId=instance, SourceDestCheck={"Value": yes(after.get("SourceDestCheck", True))})
    if before.get("SecurityGroupIds") != after.get("SecurityGroupIds"):
        ec2.modify_instance_attribute(InstanceId=instance, Groups=after["SecurityGroupIds"])
    tags.ec2(work, instance, before, after)


def _instance(work: Work, instance: str, _: Props) -> Props:
    found = work.call("ec2").describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return {
        "InstanceId": instance,
        "AvailabilityZone": found["Placement"]["AvailabilityZone"],
        "PrivateIp": found.get("PrivateIpAddress", ""),
        "PublicIp": found.get("PublicIpAddress", ""),
        "PrivateDnsName": found.get("PrivateDnsName", ""),
        "VpcId": found.get("VpcId", ""),
    }


def _group_asked(props: Props) -> Props:
    asked = picked(props, "HealthCheckType", "LaunchTemplate", "TerminationPolicies", "AvailabilityZones", "MixedInstancesPolicy")
    for name, theirs in (
        ("MinSize", "MinSize"),
        ("MaxSize", "MaxSize"),
        ("DesiredCapacity", "DesiredCapacity"),
        ("Cooldown", "DefaultCooldown"),
        ("HealthCheckGracePeriod", "HealthCheckGracePeriod"),
    ):
        if name in props:
            asked[theirs] = whole(props[name])
    if "VPCZoneIdentifier" in props:
        asked["VPCZoneIdentifier"] = ",".join(props["VPCZoneIdentifier"])
    return asked


def _group_tags(work: Work, props: Props, group: str) -> list[Props]:
    own = {tag["Key"]: yes(tag.get("PropagateAtLaunch", False)) for tag in props.get("Tags") or []}
    return [
        {**tag, "PropagateAtLaunch": own.get(tag["Key"], True), "ResourceId": group, "ResourceType": "auto-scaling-group"}
        for tag in work.tagged(props)
    ]


def _hook(hook: Props) -> Props:
    found = picked(
        hook, "LifecycleHookName", "LifecycleTransition", "DefaultResult", "NotificationMetadata", "NotificationTargetARN", "RoleARN"
    )
    if "HeartbeatTimeout" in hook:
        found["HeartbeatTimeout"] = whole(hook["HeartbeatTimeout"])
    return found


def _create_group(work: Work, props: Props) -> str:
    name: str = props.get("AutoScalingGroupName") or work.name(255)
    hooks = [_hook(hook) for hook in props.get("LifecycleHookSpecificationList") or []]
    work.call("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        Tags=_group_tags(work, props, name),
        **_group_asked(props),
        **({"LifecycleHookSpecificationList": hooks} if hooks else {}),
    )
    return name


def _update_group(work: Work, name: str, before: Props, after: Props) -> None:
    client = work.call("autoscaling")
    held = {hook["LifecycleHookName"] for hook in before.get("LifecycleHookSpecificationList") or []}
    for hook in after.get("LifecycleHookSpecificationList") or []:
        client.put_lifecycle_hook(AutoScalingGroupName=name, **_hook(hook))
        held.discard(hook["LifecycleHookName"])
    for gone in held:
        client.delete_lifecycle_hook(AutoScalingGroupName=name, LifecycleHookName=gone)
    client.update_auto_scaling_group(AutoScalingGroupName=name, **_group_asked(after))
    wanted = _group_tags(work, after, name)
    keys = {tag["Key"] for tag in wanted}
    removed = [tag for tag in _group_tags(work, before, name) if tag["Key"] not in keys]
    if removed:
        client.delete_tags(Tags=removed)
    client.create_or_update_tags(Tags=wanted)


def _delete_group(work: Work, name: str, _: Props) -> None:
    work.call("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def _group(work: Work, name: str, _: Props) -> Props:
    found = work.call("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    return {"AutoScalingGroupARN": found[0]["AutoScalingGroupARN"]} if found else {}


def _put_hook(work: Work, props: Props) -> str:
    name: str = props.get("LifecycleHookName") or work.name(255)
    hook = {**_hook(props), "LifecycleHookName": name}
    work.call("autoscaling").put_lifecycle_hook(AutoScalingGroupName=props["AutoScalingGroupName"], **hook)
    return name


def _update_hook(work: Work, name: str, _: Props, after: Props) -> None:
    hook = {**_hook(after), "LifecycleHookName": name}
    work.call("autoscaling").put_lifecycle_hook(AutoScalingGroupName=after["AutoScalingGroupName"], **hook)


def _delete_hook(work: Work, name: str, props: Props) -> None:
    work.call("autoscaling").delete_lifecycle_hook(AutoScalingGroupName=props["AutoScalingGroupName"], LifecycleHookName=name)


KINDS = (
    Kind(
        "AWS::EC2::LaunchTemplate",
        _create_template,
        lambda work, template, _: work.call("ec2").delete_launch_template(LaunchTemplateId=template),
        _update_template,
        _template,
        frozenset({"LaunchTemplateName"}),
        gone=frozenset({"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException"}),
    ),
    Kind(
        "AWS::EC2::Instance",
        _run,
        lambda work, instance, _: work.call("ec2").terminate_instances(InstanceIds=[instance]),
        _update_instance,
        _instance,
        frozenset({"ImageId", "SubnetId", "KeyName", "PrivateIpAddress", "NetworkInterfaces", "LaunchTemplate", "AvailabilityZone"}),
        gone=frozenset({"InvalidInstanceID.NotFound"}),
    ),
    Kind(
        "AWS::AutoScaling::AutoScalingGroup",
        _create_group,
        _delete_group,
        _update_group,
        _group,
        frozenset({"InstanceId", "AutoScalingGroupName"}),
        gone=frozenset({"ValidationError"}),
    ),
    Kind(
        "AWS::AutoScaling::LifecycleHook",
        _put_hook,
        _delete_hook,
        _update_hook,
        fixed=frozenset({"AutoScalingGroupName", "LifecycleHookName"}),
        gone=frozenset({"ValidationError"}),
    ),
)
