"""Security groups and their rules."""

from __future__ import annotations

import json

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props


def _permission(rule: Props, way: str) -> Props:
    """A rule as EC2 takes it; `way` is Source or Destination."""
    described = picked(rule, "Description")
    found: Props = {"IpProtocol": str(rule["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in rule and str(rule["IpProtocol"]) != "-1":
            found[port] = whole(rule[port])
    if "CidrIp" in rule:
        found["IpRanges"] = [{"CidrIp": rule["CidrIp"], **described}]
    if "CidrIpv6" in rule:
        found["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **described}]
    if f"{way}PrefixListId" in rule:
        found["PrefixListIds"] = [{"PrefixListId": rule[f"{way}PrefixListId"], **described}]
    if f"{way}SecurityGroupId" in rule:
        found["UserIdGroupPairs"] = [{"GroupId": rule[f"{way}SecurityGroupId"], **described}]
    return found


_OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]  # what EC2 gives a new group to go out by


def _create(work: Work, props: Props) -> str:
    ec2 = work.call("ec2")
    asked = {"GroupName": props.get("GroupName") or work.name(255), "Description": props["GroupDescription"], **picked(props, "VpcId")}
    group: str = ec2.create_security_group(**asked, TagSpecifications=work.specified(props, "security-group"))["GroupId"]
    _rules(ec2, group, {}, props)
    return group


def _rules(ec2: Foreign, group: str, before: Props, after: Props) -> None:
    for key, way, put, take in (
        ("SecurityGroupIngress", "Source", ec2.authorize_security_group_ingress, ec2.revoke_security_group_ingress),
        ("SecurityGroupEgress", "Destination", ec2.authorize_security_group_egress, ec2.revoke_security_group_egress),
    ):
        held = [_permission(rule, way) for rule in before.get(key) or []]
        wanted = [_permission(rule, way) for rule in after.get(key) or []]
        if way == "Destination":  # without rules of its own a group has the open one
            held, wanted = held or _OPEN, wanted or _OPEN
        texts = {json.dumps(one, sort_keys=True) for one in held}, {json.dumps(one, sort_keys=True) for one in wanted}
        if removed := [one for one in held if json.dumps(one, sort_keys=True) not in texts[1]]:
            take(GroupId=group, IpPermissions=removed)
        if added := [one for one in wanted if json.dumps(one, sort_keys=True) not in texts[0]]:
            put(GroupId=group, IpPermissions=added)


def _update(work: Work, group: str, before: Props, after: Props) -> None:
    _rules(work.call("ec2"), group, before, after)
    tags.ec2(work, group, before, after)


def _group(work: Work, group: str, _: Props) -> Props:
    found = work.call("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    return {"Id": group, "GroupId": group, "VpcId": found.get("VpcId", ""), "GroupName": found["GroupName"]}


def _create_in(work: Work, props: Props) -> str:
    answer = work.call("ec2").authorize_security_group_ingress(GroupId=props["GroupId"], IpPermissions=[_permission(props, "Source")])
    return _id(answer)


def _create_out(work: Work, props: Props) -> str:
    answer = work.call("ec2").authorize_security_group_egress(GroupId=props["GroupId"], IpPermissions=[_permission(props, "Destination")])
    return _id(answer)


def _id(answer: Foreign) -> str:
    rule: str = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return rule


def _delete_in(work: Work, _: str, props: Props) -> None:
    work.call("ec2").revoke_security_group_ingress(GroupId=props["GroupId"], IpPermissions=[_permission(props, "Source")])


def _delete_out(work: Work, _: str, props: Props) -> None:
    work.call("ec2").revoke_security_group_egress(GroupId=props["GroupId"], IpPermissions=[_permission(props, "Destination")])


_GONE = frozenset({"InvalidGroup.NotFound", "InvalidPermission.NotFound"})
KINDS = (
    Kind(
        "AWS::EC2::SecurityGroup",
        _create,
        lambda work, group, _: work.call("ec2").delete_security_group(GroupId=group),
        _update,
        _group,
        frozenset({"GroupDescription", "GroupName", "VpcId"}),
        gone=_GONE,
    ),
    Kind("AWS::EC2::SecurityGroupIngress", _create_in, _delete_in, attributes=lambda _, rule, __: {"Id": rule}, gone=_GONE),
    Kind("AWS::EC2::SecurityGroupEgress", _create_out, _delete_out, attributes=lambda _, rule, __: {"Id": rule}, gone=_GONE),
)
