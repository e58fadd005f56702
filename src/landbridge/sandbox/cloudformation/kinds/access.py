"""Roles, their policies and profiles; keys."""

from __future__ import annotations

import json

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props


def text_of(document: Foreign) -> str:
    """A policy as the API takes it."""
    return document if isinstance(document, str) else json.dumps(document)


def _create_role(work: Work, props: Props) -> str:
    iam = work.call("iam")
    name: str = props.get("RoleName") or work.name()
    asked = picked(props, "Path", "Description", "PermissionsBoundary")
    if "MaxSessionDuration" in props:
        asked["MaxSessionDuration"] = whole(props["MaxSessionDuration"])
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=text_of(props["AssumeRolePolicyDocument"]), Tags=work.tagged(props), **asked)
    _policies(iam, name, {}, props)
    return name


def _policies(iam: Foreign, role: str, before: Props, after: Props) -> None:
    held = {one["PolicyName"]: text_of(one["PolicyDocument"]) for one in before.get("Policies") or []}
    wanted = {one["PolicyName"]: text_of(one["PolicyDocument"]) for one in after.get("Policies") or []}
    for name in held.keys() - wanted.keys():
        iam.delete_role_policy(RoleName=role, PolicyName=name)
    for name, text in wanted.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=text)
    managed, kept = (set(one.get("ManagedPolicyArns") or []) for one in (before, after))
    for arn in sorted(managed - kept):
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in sorted(kept - managed):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def _update_role(work: Work, name: str, before: Props, after: Props) -> None:
    iam = work.call("iam")
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=text_of(after["AssumeRolePolicyDocument"]))
    asked = picked(after, "Description")
    if "MaxSessionDuration" in after:
        asked["MaxSessionDuration"] = whole(after["MaxSessionDuration"])
    if asked:
        iam.update_role(RoleName=name, **asked)
    if before.get("PermissionsBoundary") != after.get("PermissionsBoundary"):
        if "PermissionsBoundary" in after:
            iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=after["PermissionsBoundary"])
        else:
            iam.delete_role_permissions_boundary(RoleName=name)
    _policies(iam, name, before, after)
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        iam.untag_role(RoleName=name, TagKeys=gone)
    iam.tag_role(RoleName=name, Tags=wanted)


def _delete_role(work: Work, name: str, _: Props) -> None:
    iam = work.call("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    iam.delete_role(RoleName=name)


def _role(work: Work, name: str, _: Props) -> Props:
    return picked(work.call("iam").get_role(RoleName=name)["Role"], "Arn", "RoleId")


def _create_policy(work: Work, props: Props) -> str:
    iam = work.call("iam")
    for role in _roles(props):
        iam.put_role_policy(RoleName=role, PolicyName=props["PolicyName"], PolicyDocument=text_of(props["PolicyDocument"]))
    return work.name(128)


def _roles(props: Props) -> list[str]:
    return list(props.get("Roles") or ([props["RoleName"]] if "RoleName" in props else []))


def _update_policy(work: Work, _: str, before: Props, after: Props) -> None:
    iam = work.call("iam")
    for role in set(_roles(before)) - set(_roles(after)) if before["PolicyName"] == after["PolicyName"] else _roles(before):
        iam.delete_role_policy(RoleName=role, PolicyName=before["PolicyName"])
    for role in _roles(after):
        iam.put_role_policy(RoleName=role, PolicyName=after["PolicyName"], PolicyDocument=text_of(after["PolicyDocument"]))


def _delete_policy(work: Work, _: str, props: Props) -> None:
    for role in _roles(props):
        work.call("iam").delete_role_policy(RoleName=role, PolicyName=props["PolicyName"])


def _create_managed(work: Work, props: Props) -> str:
    iam = work.call("iam")
    asked = picked(props, "Path", "Description")
    answer = iam.create_policy(
        PolicyName=props.get("ManagedPolicyName") or work.name(128), PolicyDocument=text_of(props["PolicyDocument"]), **asked
    )
    arn: str = answer["Policy"]["Arn"]
    for role in _roles(props):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)
    return arn


def _update_managed(work: Work, arn: str, before: Props, after: Props) -> None:
    iam = work.call("iam")
    if before["PolicyDocument"] != after["PolicyDocument"]:
        versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        if len(versions) >= 5:  # as many as AWS keeps
            oldest = min((one for one in versions if not one["IsDefaultVersion"]), key=lambda one: one["CreateDate"])
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text_of(after["PolicyDocument"]), SetAsDefault=True)
    for role in set(_roles(before)) - set(_roles(after)):
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for role in set(_roles(after)) - set(_roles(before)):
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def _delete_managed(work: Work, arn: str, props: Props) -> None:
    iam = work.call("iam")
    for role in _roles(props):
        iam.detach_role_policy(RoleName=role, PolicyArn=arn)
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def _create_profile(work: Work, props: Props) -> str:
    iam = work.call("iam")
    name: str = props.get("InstanceProfileName") or work.name(128)
    iam.create_instance_profile(InstanceProfileName=name, **picked(props, "Path"))
    for role in props["Roles"]:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)
    return name


def _update_profile(work: Work, name: str, before: Props, after: Props) -> None:
    iam = work.call("iam")
    for role in before["Roles"]:
        if role not in after["Roles"]:
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)
    for role in after["Roles"]:
        if role not in before["Roles"]:
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=role)


def _delete_profile(work: Work, name: str, _: Props) -> None:
    iam = work.call("iam")
    for role in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role["RoleName"])
    iam.delete_instance_profile(InstanceProfileName=name)


def _profile(work: Work, name: str, _: Props) -> Props:
    return picked(work.call("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"], "Arn")


def _create_key(work: Work, props: Props) -> str:
    kms = work.call("kms")
    asked = picked(props, "Description", "KeyUsage", "KeySpec", "MultiRegion")
    listed = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in work.tagged(props)]
    policy = {"Policy": text_of(props["KeyPolicy"])} if "KeyPolicy" in props else {}
    key: str = kms.create_key(Tags=listed, **policy, **asked)["KeyMetadata"]["KeyId"]
    if yes(props.get("EnableKeyRotation", False)):
        kms.enable_key_rotation(KeyId=key)
    return key


def _update_key(work: Work, key: str, before: Props, after: Props) -> None:
    kms = work.call("kms")
    if before.get("KeyPolicy") != after.get("KeyPolicy"):
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=text_of(after["KeyPolicy"]))
    if before.get("Description") != after.get("Description"):
        kms.update_key_description(KeyId=key, Description=after.get("Description", ""))
    if before.get("EnableKeyRotation") != after.get("EnableKeyRotation"):
        (kms.enable_key_rotation if yes(after.get("EnableKeyRotation", False)) else kms.disable_key_rotation)(KeyId=key)
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        kms.untag_resource(KeyId=key, TagKeys=gone)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in wanted])


def _key(work: Work, key: str, _: Props) -> Props:
    return picked(work.call("kms").describe_key(KeyId=key)["KeyMetadata"], "Arn", "KeyId")


def _delete_key(work: Work, key: str, props: Props) -> None:
    work.call("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=whole(props.get("PendingWindowInDays", 30)))


def _create_alias(work: Work, props: Props) -> str:
    work.call("kms").create_alias(AliasName=props["AliasName"], TargetKeyId=props["TargetKeyId"])
    name: str = props["AliasName"]
    return name


KINDS = (
    Kind(
        "AWS::IAM::Role", _create_role, _delete_role, _update_role, _role, frozenset({"Path", "RoleName"}), gone=frozenset({"NoSuchEntity"})
    ),
    Kind("AWS::IAM::Policy", _create_policy, _delete_policy, _update_policy, lambda _, policy, __: {"Id": policy}),
    Kind("AWS::IAM::RolePolicy", _create_policy, _delete_policy, _update_policy, fixed=frozenset({"PolicyName", "RoleName"})),
    Kind(
        "AWS::IAM::ManagedPolicy",
        _create_managed,
        _delete_managed,
        _update_managed,
        lambda _, arn, __: {"PolicyArn": arn},
        frozenset({"ManagedPolicyName", "Description", "Path"}),
    ),
    Kind(
        "AWS::IAM::InstanceProfile",
        _create_profile,
        _delete_profile,
        _update_profile,
        _profile,
        frozenset({"InstanceProfileName", "Path"}),
    ),
    Kind("AWS::KMS::Key", _create_key, _delete_key, _update_key, _key, gone=frozenset({"NotFoundException"})),
    Kind(
        "AWS::KMS::Alias",
        _create_alias,
        lambda work, alias, _: work.call("kms").delete_alias(AliasName=alias),
        lambda work, alias, _, after: work.call("kms").update_alias(AliasName=alias, TargetKeyId=after["TargetKeyId"]),
        fixed=frozenset({"AliasName"}),
    ),
)
