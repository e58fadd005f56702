"""What of a network is there: everything that bears its tag, as the tagging API and each service's own listing tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.heal import tags


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """A resource with the network's tag."""

    region: str
    account: str
    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type} {self.id} ({self.region} of {self.account})"


# EC2 shows what was ended for a while: its state says so.
ENDED = {"terminated", "deleted", "deleting", "shutting-down", "delete-complete"}
# The tagging API lists late, and not all: so what costs money, or holds a name, is listed by its own service too.
LISTINGS: Mapping[str, tuple[str, str, str]] = {
    "ec2:instance": ("describe_instances", "Reservations", "InstanceId"),
    "ec2:elastic-ip": ("describe_addresses", "Addresses", "AllocationId"),
    "ec2:vpc": ("describe_vpcs", "Vpcs", "VpcId"),
    "ec2:subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "ec2:route-table": ("describe_route_tables", "RouteTables", "RouteTableId"),
    "ec2:internet-gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    "ec2:security-group": ("describe_security_groups", "SecurityGroups", "GroupId"),
    "ec2:prefix-list": ("describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
    "ec2:launch-template": ("describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    "ec2:volume": ("describe_volumes", "Volumes", "VolumeId"),
    "ec2:network-interface": ("describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    "ec2:customer-gateway": ("describe_customer_gateways", "CustomerGateways", "CustomerGatewayId"),
    "ec2:vpn-connection": ("describe_vpn_connections", "VpnConnections", "VpnConnectionId"),
    "ec2:transit-gateway": ("describe_transit_gateways", "TransitGateways", "TransitGatewayId"),
    "ec2:transit-gateway-attachment": (
        "describe_transit_gateway_attachments",
        "TransitGatewayAttachments",
        "TransitGatewayAttachmentId",
    ),
}
UNPAGED = {"describe_addresses", "describe_customer_gateways", "describe_vpn_connections"}


def everything_of(cloud: Cloud, network: str, places: Iterable[Place]) -> tuple[Resource, ...]:
    """Every resource that bears the network's tag, in the accounts and Regions named."""
    found = {resource for place in dict.fromkeys(places) for resource in _of_place(cloud, network, place)}
    return tuple(sorted(found))


def _of_place(cloud: Cloud, network: str, place: Place) -> Iterator[Resource]:
    def named(type_: str, id_: str) -> Resource:
        return Resource(place.region, place.account.alias, type_, id_)

    for type_, (operation, key, id_key) in LISTINGS.items():
        yield from (named(type_, one[id_key]) for one in _ec2(cloud, place, network, operation, key) if not _ended(one))
    for bucket in cloud.call(place, "s3", "list_buckets").get("Buckets") or ():
        if bucket["Name"].startswith(f"{network}-") and bucket["Name"].endswith(f"-{place.region}"):
            yield named("s3:bucket", bucket["Name"])
    for secret in _secrets(cloud, place, network):
        yield named("secretsmanager:secret", secret["ARN"])
    known = {one.partition(":")[0] for one in LISTINGS} | {"s3", "secretsmanager"}
    filters = [{"Key": tags.NETWORK, "Values": [network]}]
    tagged = cloud.each(place, "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", "PaginationToken", TagFilters=filters)
    for one in tagged:
        service = one["ResourceARN"].split(":")[2]
        if service not in known and not _gone(cloud, place, one["ResourceARN"]):
            yield named(service, one["ResourceARN"])


def _ec2(cloud: Cloud, place: Place, network: str, operation: str, key: str) -> Iterator[Answer]:
    filters = [{"Name": f"tag:{tags.NETWORK}", "Values": [network]}]
    if operation in UNPAGED:
        yield from cloud.call(place, "ec2", operation, Filters=filters).get(key) or ()
        return
    for one in cloud.each(place, "ec2", operation, key, Filters=filters):
        yield from one["Instances"] if key == "Reservations" else (one,)


def _ended(one: Answer) -> bool:
    state = one.get("State") or one.get("Status") or ""
    return (state.get("Name") if isinstance(state, dict) else state) in ENDED


def _secrets(cloud: Cloud, place: Place, network: str) -> Iterator[Answer]:
    filters = [{"Key": "tag-key", "Values": [tags.NETWORK]}, {"Key": "tag-value", "Values": [network]}]
    for secret in cloud.each(place, "secretsmanager", "list_secrets", "SecretList", Filters=filters):
        if {"Key": tags.NETWORK, "Value": network} in secret.get("Tags", ()) and not secret.get("DeletedDate"):
            yield secret


def _gone(cloud: Cloud, place: Place, arn: str) -> bool:
    """Whether something that the tagging API still lists is on its way out."""
    match arn.split(":")[2]:
        case "kms":
            state = cloud.call(place, "kms", "describe_key", KeyId=arn)["KeyMetadata"]["KeyState"]
            return bool(state == "PendingDeletion")
        case "cloudformation":
            return True  # a stack is looked at by itself
        case _:
            return False


Release = Callable[[Cloud, Place, str], None]


def release(cloud: Cloud, resources: Iterable[Resource], places: Iterable[Place]) -> None:
    """Give up what outlives its stack: Elastic IPs, secrets and their keys, buckets with all that is in them. It can't be had again."""
    by_name = {(place.region, place.account.alias): place for place in places}
    for one in resources:
        if one.type not in RELEASES:
            continue
        try:
            RELEASES[one.type](cloud, by_name[one.region, one.account], one.id)
        except CallError as problem:
            # An attempt that wasn't answered released it.
            if not any(words in problem.aws_code for words in ("NotFound", "NoSuch")):
                raise


def _release_address(cloud: Cloud, place: Place, id_: str) -> None:
    cloud.call(place, "ec2", "release_address", AllocationId=id_)


def _delete_secret(cloud: Cloud, place: Place, id_: str) -> None:
    cloud.call(place, "secretsmanager", "delete_secret", SecretId=id_, ForceDeleteWithoutRecovery=True)


def _schedule_key(cloud: Cloud, place: Place, id_: str) -> None:
    cloud.call(place, "kms", "schedule_key_deletion", KeyId=id_.rpartition("/")[2], PendingWindowInDays=7)


def _delete_bucket(cloud: Cloud, place: Place, id_: str) -> None:
    empty(cloud, place, id_)
    cloud.call(place, "s3", "delete_bucket", Bucket=id_)


def empty(cloud: Cloud, place: Place, bucket: str) -> None:
    """Delete every version of every object in a bucket."""
    while True:
        answer = cloud.call(place, "s3", "list_object_versions", Bucket=bucket)
        held = [*(answer.get("Versions") or ()), *(answer.get("DeleteMarkers") or ())]
        if not held:
            return
        objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in held]
        cloud.call(place, "s3", "delete_objects", Bucket=bucket, Delete={"Objects": objects, "Quiet": True})


RELEASES: Mapping[str, Release] = {
    "ec2:elastic-ip": _release_address,
    "secretsmanager:secret": _delete_secret,
    "kms": _schedule_key,
    "s3:bucket": _delete_bucket,
}
