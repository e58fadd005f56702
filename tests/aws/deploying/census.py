"""Everything that an AWS has, whosever it is and whatever its tags: asked of each service by itself, apart from how landbridge looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]

Held = tuple[str, str, str, str]  # account, Region, what it is, its id

# What is listed: service, operation, the answer's key, an item's id. IAM and S3 are asked once an account.
REGIONAL: Sequence[tuple[str, str, str, str]] = (
    ("ec2", "describe_instances", "Reservations", "ReservationId"),
    ("ec2", "describe_addresses", "Addresses", "AllocationId"),
    ("ec2", "describe_vpcs", "Vpcs", "VpcId"),
    ("ec2", "describe_subnets", "Subnets", "SubnetId"),
    ("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
    ("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
    ("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
    ("ec2", "describe_managed_prefix_lists", "PrefixLists", "PrefixListId"),
    ("ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateId"),
    ("ec2", "describe_volumes", "Volumes", "VolumeId"),
    ("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
    ("ec2", "describe_customer_gateways", "CustomerGateways", "CustomerGatewayId"),
    ("ec2", "describe_vpn_connections", "VpnConnections", "VpnConnectionId"),
    ("ec2", "describe_transit_gateways", "TransitGateways", "TransitGatewayId"),
    ("ec2", "describe_transit_gateway_attachments", "TransitGatewayAttachments", "TransitGatewayAttachmentId"),
    ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName"),
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("dynamodb", "list_tables", "TableNames", ""),
    ("events", "list_rules", "Rules", "Name"),
    ("kms", "list_keys", "Keys", "KeyId"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("secretsmanager", "list_secrets", "SecretList", "Name"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("ssm", "describe_parameters", "Parameters", "Name"),
)
GLOBAL: Sequence[tuple[str, str, str, str]] = (
    ("iam", "list_roles", "Roles", "RoleName"),
    ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    ("s3", "list_buckets", "Buckets", "Name"),
)
SESSION = boto3.session.Session()  # one, for it reads what the services are but once
ENDED = {"terminated", "deleted", "deleting", "DELETE_COMPLETE"}


class Census:
    """Counts at one endpoint, in places: accounts (by number) with a Region each."""

    def __init__(self, endpoint: str, places: Sequence[tuple[str, str]]) -> None:
        config = Config(s3={"addressing_style": "path"}, max_pool_connections=20)
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._first = dict(reversed(places))
        for account, region in places:
            keys = {"aws_access_key_id": account, "aws_secret_access_key": "any"}
            for service in {one[0] for one in (*REGIONAL, *(GLOBAL if self._first[account] == region else ()))}:
                client = SESSION.client(service, region, endpoint_url=endpoint, config=config, **keys)
                self._clients[account, region, service] = client

    def count(self) -> frozenset[Held]:
        """All that is there and isn't on its way out."""
        asked = [(there, one) for there in self._clients for one in REGIONAL if one[0] == there[2]]
        asked += [(there, one) for there in self._clients for one in GLOBAL if one[0] == there[2] and there[1] == self._first[there[0]]]
        with ThreadPoolExecutor(8) as pool:
            return frozenset(held for found in pool.map(lambda each: list(self._listed(*each)), asked) for held in found)

    def _listed(self, there: tuple[str, str, str], asked: tuple[str, str, str, str]) -> Iterator[Held]:
        account, region, _ = there
        service, operation, key, id_ = asked
        client = self._clients[there]
        pages = client.get_paginator(operation).paginate() if client.can_paginate(operation) else [getattr(client, operation)()]
        for page in pages:
            for one in page.get(key) or ():
                if operation == "describe_instances":
                    yield from ((account, region, "instance", each["InstanceId"]) for each in one["Instances"] if not _ended(each))
                elif isinstance(one, str):
                    yield account, region, f"{service}:{key}", one
                elif not _ended(one) and not (service == "kms" and self._is_nobodys(there, one["KeyId"])):
                    yield account, region, f"{service}:{key}", str(one[id_])

    def _is_nobodys(self, there: tuple[str, str, str], key: str) -> bool:
        """AWS keeps a key that was given up for seven days, and has some of its own, such as that of encrypted volumes."""
        state = self._clients[there].describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
        aliases = self._clients[there].list_aliases(KeyId=key)["Aliases"]
        return state == "PendingDeletion" or any(one["AliasName"].startswith("alias/aws/") for one in aliases)


def _ended(one: dict[str, Any]) -> bool:
    state = one.get("State") or one.get("StackStatus") or ""
    return (state.get("Name") if isinstance(state, dict) else state) in ENDED or bool(one.get("DeletedDate"))
