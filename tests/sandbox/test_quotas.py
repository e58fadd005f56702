"""Quotas, credentials, clocks and Regions: what AWS refuses, in its words, and what lets it through again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import Sandbox, set_key, set_region, start, stop
from landbridge.sandbox.quotas.table import QUOTAS
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client, client_of


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One with AWS' own quotas."""
    folder = tmp_path_factory.mktemp("quotas")
    yield start(folder, idle=300, quotas="aws")
    stop(folder)


def refused(call: Foreign, **arguments: Foreign) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    code: str = caught.value.response["Error"]["Code"]
    return code


def test_elastic_ips_end_at_five_a_region_until_the_quota_is_raised(client: Client) -> None:
    ec2, quotas = client("ec2", "sa-east-1"), client("service-quotas", "sa-east-1")
    for _ in range(5):
        ec2.allocate_address(Domain="vpc")
    assert refused(ec2.allocate_address, Domain="vpc") == "AddressLimitExceeded"
    client("ec2", "ca-central-1").allocate_address(Domain="vpc")
    client("ec2", "sa-east-1", "444455556666").allocate_address(Domain="vpc")
    which = {"ServiceCode": "ec2", "QuotaCode": "L-0263D0A3"}
    assert quotas.get_service_quota(**which)["Quota"]["Value"] == 5
    assert quotas.request_service_quota_increase(**which, DesiredValue=6)["RequestedQuota"]["Status"] == "APPROVED"
    assert quotas.get_service_quota(**which)["Quota"]["Value"] == 6
    assert quotas.get_aws_default_service_quota(**which)["Quota"]["Value"] == 5
    ec2.allocate_address(Domain="vpc")
    assert refused(ec2.allocate_address, Domain="vpc") == "AddressLimitExceeded"


def test_the_default_vpc_counts_and_internet_gateways_are_raised_with_vpcs(client: Client) -> None:
    ec2 = client("ec2", "eu-west-3")
    for number in range(4):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    assert refused(ec2.create_vpc, CidrBlock="10.9.0.0/16") == "VpcLimitExceeded"
    held = len(ec2.describe_internet_gateways()["InternetGateways"])
    for _ in range(5 - held):
        ec2.create_internet_gateway()
    assert refused(ec2.create_internet_gateway) == "InternetGatewayLimitExceeded"
    client("service-quotas", "eu-west-3").request_service_quota_increase(ServiceCode="vpc", QuotaCode="L-F678F1CE", DesiredValue=9)
    ec2.create_vpc(CidrBlock="10.9.0.0/16")
    ec2.create_internet_gateway()


def test_a_prefix_list_takes_as_many_routes_as_it_may_ever_have_entries(client: Client) -> None:
    ec2 = client("ec2", "eu-north-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)

    def made(size: int) -> str:
        listed = ec2.create_managed_prefix_list(PrefixListName=f"of-{size}", MaxEntries=size, AddressFamily="IPv4")
        number: str = listed["PrefixList"]["PrefixListId"]
        return number

    to = {"RouteTableId": table, "GatewayId": gateway}
    ec2.create_route(**to, DestinationPrefixListId=made(40))
    assert refused(ec2.create_route, **to, DestinationPrefixListId=made(11)) == "RouteLimitExceeded"
    ec2.create_route(**to, DestinationPrefixListId=made(9))
    ec2.create_route(**to, DestinationCidrBlock="0.0.0.0/0")
    assert refused(ec2.create_route, **to, DestinationCidrBlock="192.0.2.0/24") == "RouteLimitExceeded"


def test_a_list_is_resized_or_its_entries_changed_not_both(client: Client) -> None:
    ec2 = client("ec2", "eu-south-1")
    made = ec2.create_managed_prefix_list(PrefixListName="l", MaxEntries=5, AddressFamily="IPv4")["PrefixList"]["PrefixListId"]
    asked = {"PrefixListId": made, "CurrentVersion": 1, "AddEntries": [{"Cidr": "10.0.0.0/8"}]}
    assert refused(ec2.modify_managed_prefix_list, **asked, MaxEntries=9) == "InvalidParameterCombination"
    many = [{"Cidr": f"10.0.{number}.0/24"} for number in range(101)]
    assert refused(ec2.modify_managed_prefix_list, **{**asked, "AddEntries": many}) == "InvalidParameterValue"
    ec2.modify_managed_prefix_list(**asked)
    assert ec2.modify_managed_prefix_list(PrefixListId=made, MaxEntries=9)["PrefixList"]["MaxEntries"] == 9


def test_every_quota_is_listed_and_a_sandbox_may_have_them_raised(own: Path) -> None:
    client = client_of(start(own, idle=60, quotas="raised").endpoint)
    listed = [one for service in ("ec2", "vpc") for one in client("service-quotas").list_service_quotas(ServiceCode=service)["Quotas"]]
    assert {one["QuotaCode"] for one in listed} == {quota.code for quota in QUOTAS}
    for _ in range(6):
        client("ec2").allocate_address(Domain="vpc")
    stop(own)
    again = client_of(start(own, idle=60).endpoint)("ec2")  # as it was
    again.allocate_address(Domain="vpc")
    stop(own)
    back = client_of(start(own, idle=60, quotas="aws").endpoint)("ec2")
    assert refused(back.allocate_address, Domain="vpc") == "AddressLimitExceeded"


CALLS = {
    "ec2": ("describe_vpcs", "RequestExpired", "AuthFailure"),
    "s3": ("list_buckets", "ExpiredToken", "InvalidAccessKeyId"),
    "cloudformation": ("describe_stacks", "ExpiredToken", "InvalidClientTokenId"),
    "secretsmanager": ("list_secrets", "ExpiredTokenException", "UnrecognizedClientException"),
    "lambda": ("list_functions", "ExpiredTokenException", "UnrecognizedClientException"),
}


@pytest.mark.parametrize("service", CALLS)
def test_each_service_refuses_in_its_own_words(sandbox: Sandbox, client: Client, service: str) -> None:
    key = "777788889999"
    operation, expired, unknown = CALLS[service]
    call = getattr(client(service, account=key), operation)
    set_key(sandbox.endpoint, key, "expired", after=1)
    call()
    assert refused(call) == expired
    set_key(sandbox.endpoint, key, "unknown")
    assert refused(call) == unknown
    set_key(sandbox.endpoint, key, "good")
    call()
    set_region(sandbox.endpoint, key, "us-west-2", enabled=False)
    assert refused(call) == unknown
    set_region(sandbox.endpoint, key, "us-west-2", enabled=True)
    call()


def test_a_roles_session_ends_when_it_should(sandbox: Sandbox, client: Client) -> None:
    config = Config(parameter_validation=False, retries={"max_attempts": 1})
    keys = {"aws_access_key_id": "444455556666", "aws_secret_access_key": "any"}
    sts = boto3.session.Session().client("sts", "us-west-2", endpoint_url=sandbox.endpoint, config=config, **keys)
    role = {"RoleArn": "arn:aws:iam::444455556666:role/deploy", "RoleSessionName": "deploy"}
    for seconds, ends in ((900, False), (1, True)):
        taken = sts.assume_role(**role, DurationSeconds=seconds)["Credentials"]
        more = {"aws_secret_access_key": taken["SecretAccessKey"], "aws_session_token": taken["SessionToken"]}
        identity = client("sts", account=taken["AccessKeyId"], **more).get_caller_identity
        assert identity()["Account"] == "444455556666"
        if ends:
            time.sleep(1.1)
            assert refused(identity) == "ExpiredToken"


def test_a_zone_that_there_isnt_is_refused_with_those_of_the_region(client: Client) -> None:
    ec2 = client("ec2", "ap-northeast-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match=r"following availability zones: ap-northeast-1a, ap-northeast-1c, ap-northeast-1d\."):
        ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="ap-northeast-1b")
