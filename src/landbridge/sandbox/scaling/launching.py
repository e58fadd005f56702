"""How a group launches: from the version of its launch template that it names, over its subnets in turn; and what goes with an instance."""

from __future__ import annotations

import time
from collections import Counter

from landbridge.sandbox.scaling import hooks
from landbridge.sandbox.server.foreign import Foreign


def launch(group: Foreign, count: int, tags: dict[str, str]) -> None:
    """Launches as many instances for a group."""
    from moto.autoscaling.models import InstanceState

    for _ in range(count):
        instance = _run(group, tags)
        instance.autoscaling_group = group
        state = InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)
        group.instance_states.append(state)
        hooks.launched(group, state)


def _run(group: Foreign, tags: dict[str, str]) -> Foreign:
    from moto.autoscaling.models import ASG_NAME_TAG
    from moto.ec2.utils import convert_tag_spec, parse_user_data

    backend = group.ec2_backend
    template = group.ec2_launch_template
    version = template.get_version(group.launch_template_version) if template is not None else None
    data = version.data if version is not None else {}
    subnets = group.vpc_zone_identifier.split(",") if group.vpc_zone_identifier else [None]
    held = Counter(state.instance.subnet_id for state in group.instance_states)
    subnet = min(subnets, key=lambda one: held[one])
    nics = [{**one, "SubnetId": one.get("SubnetId") or subnet} for one in data.get("NetworkInterfaces") or []]
    more: Foreign = {"nics": nics} if nics else {}
    if data.get("MetadataOptions"):
        more["metadata_options"] = data["MetadataOptions"]
    if version is not None:
        more["launch_template"] = {"LaunchTemplateId": template.id, "Version": str(version.number)}
    if group.launch_config is not None:
        more["launch_config"] = group.launch_config
    if isinstance(data.get("UserData"), str):  # of a template's later versions the emulator doesn't read it as what it is
        data["UserData"] = parse_user_data(data["UserData"])
    given = convert_tag_spec(data.get("TagSpecifications") or [])
    instance = backend.run_instances(
        group.image_id,
        1,
        group.user_data,
        group.security_groups if group.launch_config is not None else [],
        instance_type=group.instance_type,
        tags={"instance": {**tags, ASG_NAME_TAG: group.name}, "volume": given.get("volume", {})},
        is_instance_type_default=False,
        subnet_id=subnet,
        associate_public_ip=None,
        **more,
    ).instances[0]
    for interface in instance.nics.values():
        interface.add_tags(given.get("network-interface", {}))
    profile = data.get("IamInstanceProfile") or {}
    if profile:
        backend.associate_iam_instance_profile(
            instance_id=instance.id,
            iam_instance_profile_name=profile.get("Name"),
            iam_instance_profile_arn=profile.get("Arn"),
        )
    return instance


def install() -> None:
    """Launches in the emulator's place; and an interface made with an instance goes with it, and its Elastic IP is free again."""
    from moto.autoscaling.models import FakeAutoScalingGroup
    from moto.ec2.models.instances import Instance

    group: Foreign = FakeAutoScalingGroup
    group.replace_autoscaling_group_instances = launch
    group.active_instances = lambda self: [
        one for one in self.instance_states if one.lifecycle_state.split(":")[0] in ("InService", "Pending")
    ]

    instance: Foreign = Instance
    prepare, end = instance.prep_nics, instance.terminate

    def prepared(self: Foreign, spec: list[Foreign], *more: Foreign, **named: Foreign) -> None:
        kept = {
            int(one["DeviceIndex"]) for one in spec if one.get("NetworkInterfaceId") or one.get("DeleteOnTermination") in (False, "false")
        }
        prepare(self, spec, *more, **named)
        for index, nic in self.nics.items():
            nic.delete_on_termination = index not in kept

    def terminated(self: Foreign) -> Foreign:
        gone = {nic.id for nic in self.nics.values()}
        self.ended_at = getattr(self, "ended_at", time.time())
        state = end(self)
        for address in self.ec2_backend.addresses:
            if (address.eni is not None and address.eni.id in gone) or (address.instance is not None and address.instance.id == self.id):
                address.eni = address.instance = address.association_id = None
        return state

    instance.prep_nics, instance.terminate = prepared, terminated
