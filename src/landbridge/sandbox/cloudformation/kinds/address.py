"""Elastic IPs, network interfaces and prefix lists."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.server.foreign import Foreign, Props


def _allocate(work: Work, props: Props) -> str:
    answer = work.call("ec2").allocate_address(Domain="vpc", TagSpecifications=work.specified(props, "elastic-ip"))
    address: str = answer["PublicIp"]
    return address


def _allocation(work: Work, address: str) -> Props:
    found = work.call("ec2").describe_addresses(Filters=[{"Name": "public-ip", "Values": [address]}])["Addresses"]
    return dict(found[0]) if found else {}


def _release(work: Work, address: str, _: Props) -> None:
    found = _allocation(work, address)
    if found:
        work.call("ec2").release_address(AllocationId=found["AllocationId"])


def _update_address(work: Work, address: str, before: Props, after: Props) -> None:
    tags.ec2(work, _allocation(work, address)["AllocationId"], before, after)


def _associate(work: Work, props: Props) -> str:
    asked = picked(props, "AllocationId", "InstanceId", "NetworkInterfaceId", "PrivateIpAddress", PublicIp="EIP")
    association: str = work.call("ec2").associate_address(**asked)["AssociationId"]
    return association


def _create_interface(work: Work, props: Props) -> str:
    ec2 = work.call("ec2")
    asked = picked(props, "SubnetId", "Description", "PrivateIpAddress", "SecondaryPrivateIpAddressCount", Groups="GroupSet")
    if "PrivateIpAddresses" in props:
        asked["PrivateIpAddresses"] = [{**one, "Primary": yes(one["Primary"])} for one in props["PrivateIpAddresses"]]
    answer = ec2.create_network_interface(**asked, TagSpecifications=work.specified(props, "network-interface"))
    interface: str = answer["NetworkInterface"]["NetworkInterfaceId"]
    _check(ec2, interface, props)
    return interface


def _check(ec2: Foreign, interface: str, props: Props) -> None:
    if "SourceDestCheck" in props:
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": yes(props["SourceDestCheck"])})


def _update_interface(work: Work, interface: str, before: Props, after: Props) -> None:
    ec2 = work.call("ec2")
    _check(ec2, interface, after)
    if before.get("GroupSet") != after.get("GroupSet"):
        ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=after["GroupSet"])
    tags.ec2(work, interface, before, after)


def _interface(work: Work, interface: str, _: Props) -> Props:
    found = work.call("ec2").describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    others = [one["PrivateIpAddress"] for one in found["PrivateIpAddresses"] if not one["Primary"]]
    return {
        "Id": interface,
        "PrimaryPrivateIpAddress": found["PrivateIpAddress"],
        "SecondaryPrivateIpAddresses": others,
        "VpcId": found["VpcId"],
    }


def _create_list(work: Work, props: Props) -> str:
    asked = picked(props, "PrefixListName", "AddressFamily", "Entries")
    asked["MaxEntries"] = whole(props.get("MaxEntries", len(props.get("Entries", []))))
    answer = work.call("ec2").create_managed_prefix_list(**asked, TagSpecifications=work.specified(props, "prefix-list"))
    found: str = answer["PrefixList"]["PrefixListId"]
    return found


def _update_list(work: Work, prefixes: str, before: Props, after: Props) -> None:
    ec2 = work.call("ec2")
    held = {one["Cidr"]: one for one in before.get("Entries", [])}
    wanted = {one["Cidr"]: one for one in after.get("Entries", [])}
    asked: Props = {}
    if before.get("PrefixListName") != after.get("PrefixListName"):
        asked["PrefixListName"] = after["PrefixListName"]
    if "MaxEntries" in after and before.get("MaxEntries") != after.get("MaxEntries"):
        ec2.modify_managed_prefix_list(PrefixListId=prefixes, MaxEntries=whole(after["MaxEntries"]))
    if removed := [{"Cidr": cidr} for cidr, one in held.items() if wanted.get(cidr) != one]:
        asked["RemoveEntries"] = removed
    if added := [one for cidr, one in wanted.items() if held.get(cidr) != one]:
        asked["AddEntries"] = added
    if asked:
        version = ec2.describe_managed_prefix_lists(PrefixListIds=[prefixes])["PrefixLists"][0]["Version"]
        ec2.modify_managed_prefix_list(PrefixListId=prefixes, CurrentVersion=version, **asked)
    tags.ec2(work, prefixes, before, after)


def _list(work: Work, prefixes: str, _: Props) -> Props:
    found = work.call("ec2").describe_managed_prefix_lists(PrefixListIds=[prefixes])["PrefixLists"][0]
    return {"PrefixListId": prefixes, "Arn": found["PrefixListArn"], "OwnerId": found["OwnerId"], "Version": found["Version"]}


KINDS = (
    Kind(
        "AWS::EC2::EIP",
        _allocate,
        _release,
        _update_address,
        lambda work, address, _: {"PublicIp": address, "AllocationId": _allocation(work, address).get("AllocationId", "")},
        frozenset({"NetworkBorderGroup", "TransferAddress", "IpamPoolId", "Address"}),
    ),
    Kind(
        "AWS::EC2::EIPAssociation",
        _associate,
        lambda work, association, _: work.call("ec2").disassociate_address(AssociationId=association),
        attributes=lambda _, association, __: {"Id": association},
        gone=frozenset({"InvalidAssociationID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::NetworkInterface",
        _create_interface,
        lambda work, interface, _: work.call("ec2").delete_network_interface(NetworkInterfaceId=interface),
        _update_interface,
        _interface,
        frozenset({"PrivateIpAddress", "InterfaceType", "SubnetId"}),
        gone=frozenset({"InvalidNetworkInterfaceID.NotFound"}),
    ),
    Kind(
        "AWS::EC2::PrefixList",
        _create_list,
        lambda work, prefixes, _: work.call("ec2").delete_managed_prefix_list(PrefixListId=prefixes),
        _update_list,
        _list,
        gone=frozenset({"InvalidPrefixListID.NotFound", "InvalidPrefixListId.NotFound"}),
    ),
)
