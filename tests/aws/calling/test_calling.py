"""Calls of AWS: what is tried again, what an error says, and what it never says."""

from __future__ import annotations

import pytest
from botocore import exceptions as raised  # type: ignore[import-untyped]
from moto import mock_aws

from landbridge.aws.calling import Call, CallError, Cloud, Place
from landbridge.aws.calling.refusal import refusal
from landbridge.aws.model import Account

HERE = Place(Account("network"), "us-west-2")
TOKEN = "FwoGZXIvYXdzE" * 12


def client_error(code: str, message: str = "", status: int = 400) -> raised.ClientError:
    return raised.ClientError({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, "Op")


class Faults:
    """Raises its faults, one an attempt, before or after the call is made; then nothing more."""

    def __init__(self, *faults: Exception, after: bool = False) -> None:
        self.left = list(faults)
        self.seen: list[str] = []
        self._after = after

    def before(self, call: Call) -> None:
        self.seen.append(str(call))
        if self.left and not self._after:
            raise self.left.pop(0)

    def after(self, _: Call) -> None:
        if self.left and self._after:
            raise self.left.pop(0)


@pytest.mark.parametrize(
    "fault",
    [client_error("Throttling", "Rate exceeded"), client_error("InternalFailure", status=500), raised.ReadTimeoutError(endpoint_url="x")],
)
@pytest.mark.parametrize("after", [False, True])
@mock_aws
def test_what_may_pass_is_tried_again(fault: Exception, after: bool) -> None:
    watch = Faults(fault, fault, after=after)
    slept: list[float] = []
    cloud = Cloud(watch=watch, sleep=slept.append, pauses=(1, 2, 4))
    assert cloud.call(HERE, "cloudformation", "describe_stacks")["Stacks"] == []
    assert watch.seen == ["cloudformation:DescribeStacks"] * 3
    assert 0.5 <= slept[0] <= 1 <= slept[1] <= 2


@mock_aws
def test_it_is_not_tried_for_ever_and_not_without_hope() -> None:
    throttled = client_error("Throttling", "Rate exceeded")
    with pytest.raises(CallError, match="AWS asks to slow down"):
        Cloud(watch=Faults(*[throttled] * 9), sleep=lambda _: None, pauses=(1, 1)).call(HERE, "ec2", "describe_vpcs")
    denied = Faults(client_error("UnauthorizedOperation", "no"))
    with pytest.raises(CallError):
        Cloud(watch=denied, sleep=lambda _: None).call(HERE, "ec2", "describe_vpcs")
    assert len(denied.seen) == 1


@mock_aws
def test_a_listing_is_followed_to_its_end() -> None:
    cloud = Cloud()
    for _ in range(7):
        cloud.call(HERE, "ec2", "create_vpc", CidrBlock="10.0.0.0/24")
    assert len(list(cloud.each(HERE, "ec2", "describe_vpcs", "Vpcs", MaxResults=5))) == 8


CALL = Call("ec2", "CreateVpc", Place(Account("sites", profile="sso"), "ap-east-1"))


@pytest.mark.parametrize(
    ("problem", "code", "says"),
    [
        (client_error("ExpiredTokenException", "token"), "credentials", ["have expired", "aws sso login --profile sso", "goes on from"]),
        (client_error("UnrecognizedClientException"), "credentials", ["aren't known in this Region", "Region is enabled"]),
        (client_error("AuthFailure"), "credentials", ["list-regions"]),
        (client_error("OptInRequired"), "credentials", ["Region is enabled"]),
        (
            client_error("AccessDenied", "User: x is not authorized to perform: ec2:CreateTags on resource: y"),
            "permission",
            ["'sites' don't allow ec2:CreateTags", "Allow ec2:CreateTags"],
        ),
        (client_error("UnauthorizedOperation", "You are not authorized."), "permission", ["Allow ec2:CreateVpc"]),
        (client_error("VpcLimitExceeded", "The maximum number of VPCs has been reached."), "quota", ["request-service-quota-increase"]),
        (client_error("ServiceQuotaExceededException"), "quota", ["quota of AWS is reached"]),
        (client_error("AlreadyExistsException", "Stack [x] already exists"), "name", ["name is taken"]),
        (client_error("RequestLimitExceeded"), "cloud", ["slow down"]),
        (client_error("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"), "cloud", ["'vpc-1' does not exist"]),
        (raised.NoCredentialsError(), "credentials", ["no usable credentials for account 'sites'"]),
        (raised.ProfileNotFound(profile="sso"), "credentials", ["there is no profile 'sso'", "aws configure sso"]),
        (raised.EndpointConnectionError(endpoint_url="https://ec2.ap-east-1.x"), "cloud", ["'ap-east-1' is a Region"]),
        (raised.ConnectTimeoutError(endpoint_url="x"), "cloud", ["didn't answer (ConnectTimeoutError)"]),
    ],
)
def test_an_error_says_what_is_wrong_and_the_way_out(problem: Exception, code: str, says: list[str]) -> None:
    told = refusal(problem, CALL)
    (finding,) = told.findings
    assert finding.code == code
    assert all(words in str(finding) for words in (*says, "ap-east-1")), str(finding)


def test_no_token_is_quoted() -> None:
    told = str(refusal(client_error("Bad", f"token {TOKEN} is bad. Encoded authorization failure message: {TOKEN[:40]}"), CALL))
    assert TOKEN[:40] not in told


def test_no_credentials_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(CallError, match="no usable credentials for account 'network'"):
        Cloud().call(HERE, "ec2", "describe_vpcs")
    with pytest.raises(CallError, match="there is no profile 'gone'"):
        Cloud().call(Place(Account("network", profile="gone"), "us-west-2"), "ec2", "describe_vpcs")


@mock_aws
def test_a_role_is_assumed() -> None:
    there = Place(Account("other", role="arn:aws:iam::210987654321:role/landbridge"), "us-west-2")
    assert Cloud().call(there, "sts", "get_caller_identity")["Account"] == "210987654321"


@mock_aws
def test_where_nothing_was_ever_reached_nobody_waits_a_minute_for_it() -> None:
    slept: list[float] = []
    unreached = raised.EndpointConnectionError(endpoint_url="https://cloudformation.eu-wets-1.amazonaws.com")
    with pytest.raises(CallError, match="is a Region and is spelled right"):
        Cloud(watch=Faults(*[unreached] * 9), sleep=slept.append, pauses=(1,) * 8).call(HERE, "ec2", "describe_vpcs")
    assert len(slept) == 2
    cloud = Cloud(watch=(faults := Faults()), sleep=slept.append, pauses=(1,) * 8)
    cloud.call(HERE, "ec2", "describe_vpcs")
    faults.left = [unreached] * 5
    assert cloud.call(HERE, "ec2", "describe_vpcs")["Vpcs"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SignatureDoesNotMatch", "Signature expired: 20261124T041000Z is now earlier than 20261124T050500Z (20261124T051000Z - 5 min.)"),
        ("InvalidSignatureException", "Signature not yet current: 20261124T061000Z is still later than 20261124T051500Z"),
        ("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_a_wrong_clock_is_told_apart_from_wrong_credentials(code: str, message: str) -> None:
    assert "the clock of this machine is wrong" in str(refusal(client_error(code, message), CALL))


def test_a_quota_is_named_in_the_command_that_raises_it() -> None:
    told = str(refusal(client_error("AddressLimitExceeded", "The maximum number of addresses has been reached."), CALL))
    assert "--service-code ec2 --quota-code L-0263D0A3 --desired-value NUMBER --region ap-east-1 --profile sso" in told
