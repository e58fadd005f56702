"""What goes wrong with the embedded AWS on purpose: lost and doubled events, calls that are too many; and the journal that tells of it."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import Sandbox, journal, set_deliveries, set_throttle
from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.conftest import Client, client_of

REGION, ACCOUNT = "us-west-2", "111122223333"


def until(found: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not found() and time.monotonic() < deadline:
        time.sleep(0.05)
    return found()


def once(sandbox: Sandbox, service: str) -> Foreign:
    """A client that takes the first answer for the last."""
    config = Config(retries={"total_max_attempts": 1})
    given = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "any", "endpoint_url": sandbox.endpoint}
    return boto3.session.Session().client(service, REGION, config=config, **given)


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    """A function that every event of `tests` runs."""
    client = client_of(sandbox.endpoint)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("it.py", "def run(event, context):\n    return 1\n")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
    role = client("iam").create_role(RoleName="hindered", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    made = client("lambda").create_function(
        FunctionName="hindered", Runtime="python3.12", Role=role, Handler="it.run", Code={"ZipFile": packed.getvalue()}
    )
    client("events").put_rule(Name="tests", EventPattern=json.dumps({"source": ["tests"]}))
    client("events").put_targets(Rule="tests", Targets=[{"Id": "it", "Arn": made["FunctionArn"]}])
    client("events").put_rule(Name="seldom", ScheduleExpression="rate(1 day)")  # whose target no event reaches
    client("events").put_targets(Rule="seldom", Targets=[{"Id": "it", "Arn": made["FunctionArn"]}])
    return str(made["FunctionArn"])


def runs(sandbox: Sandbox, since: float) -> int:
    return sum(one["kind"] == "run" and one["who"] == "hindered" for one in journal(sandbox.endpoint, since))


@pytest.mark.parametrize(("copies", "expected"), [(0, 0), (1, 1), (2, 2)])
@pytest.mark.usefixtures("function")
def test_events_get_lost_or_come_twice(sandbox: Sandbox, client: Client, copies: int, expected: int) -> None:
    set_deliveries(sandbox.endpoint, copies)
    try:
        since = time.time()
        client("events").put_events(Entries=[{"Source": "tests", "DetailType": "it", "Detail": "{}"}])
        until(lambda: runs(sandbox, since) >= max(1, expected), 1.0 if not expected else 10.0)
        time.sleep(0.3)
        assert runs(sandbox, since) == expected
    finally:
        set_deliveries(sandbox.endpoint, 1)


def test_each_nth_call_of_who_is_throttled_is_refused_as_its_service_refuses_and_nobody_elses(sandbox: Sandbox, client: Client) -> None:
    set_throttle(sandbox.endpoint, ACCOUNT, 2)
    try:
        codes = []
        for service, call in (
            ("ec2", "describe_vpcs"),
            ("autoscaling", "describe_auto_scaling_groups"),
            ("dynamodb", "list_tables"),
            ("cloudwatch", "describe_alarms"),
        ):
            impatient = once(sandbox, service)
            getattr(impatient, call)()
            with pytest.raises(ClientError) as refused:
                getattr(impatient, call)()
            codes.append(refused.value.response["Error"]["Code"])
            getattr(client(service, account="222233334444"), call)()
        assert codes == ["RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottlingException"]
    finally:
        set_throttle(sandbox.endpoint, ACCOUNT, 0)
    client("ec2").describe_vpcs()
    client("ec2").describe_vpcs()


def test_the_journal_tells_who_called_what_where_and_whether_it_wrote(sandbox: Sandbox, client: Client) -> None:
    since = time.time()
    client("ec2").describe_vpcs()
    client("ec2").create_vpc(CidrBlock="10.9.0.0/16")
    told = [
        (one["who"], one["account"], one["region"], one["what"], one["writes"], one["refused"])
        for one in journal(sandbox.endpoint, since)
        if one["kind"] == "call"
    ]
    place = (ACCOUNT, ACCOUNT, REGION)
    assert told == [(*place, "ec2:DescribeVpcs", False, False), (*place, "ec2:CreateVpc", True, False)]
    assert all(since <= one["at"] <= time.time() for one in journal(sandbox.endpoint, since))


def test_the_journal_names_a_role_by_its_session_and_calls_by_rest_by_their_operation(
    sandbox: Sandbox, client: Client, function: str
) -> None:
    role = client("iam").get_role(RoleName="hindered")["Role"]["Arn"]
    given = client("sts").assume_role(RoleArn=role, RoleSessionName="i-0123")["Credentials"]
    names = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    since = time.time()
    with pytest.raises(ClientError):  # its role may do nothing
        client("lambda", **names).invoke(FunctionName=function, InvocationType="Event", Payload=b"{}")
    calls = [one for one in journal(sandbox.endpoint, since) if one["kind"] == "call"]
    assert [(one["who"], one["account"], one["what"], one["writes"], one["refused"]) for one in calls] == [
        ("i-0123", ACCOUNT, "lambda:Invoke", True, True)
    ]


def test_an_event_is_in_the_journal_whether_anybody_gets_it_or_not(sandbox: Sandbox, client: Client) -> None:
    set_deliveries(sandbox.endpoint, 0)
    try:
        since = time.time()
        image = client("ec2").describe_images()["Images"][0]["ImageId"]
        (made,) = client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
        told = [one for one in journal(sandbox.endpoint, since) if one["kind"] == "event"]
        assert {one["what"] for one in told} == {"EC2 Instance State-change Notification"}
        assert all(one["refused"] and made["InstanceId"] in one["detail"] for one in told)
    finally:
        set_deliveries(sandbox.endpoint, 1)


def test_nonsense_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="400"):
        set_deliveries(sandbox.endpoint, 9)
    with pytest.raises(OSError, match="400"):
        set_throttle(sandbox.endpoint, ACCOUNT, -1)
