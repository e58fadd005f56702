from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from landbridge.sandbox import environment, running, start, stop

from .conftest import client_of


def gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.waitpid(pid, os.WNOHANG)
            os.kill(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return True
        time.sleep(0.05)
    return False


def test_a_folder_has_one_emulator_that_is_found_again_and_ended(own: Path) -> None:
    assert running(own) is None
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: start(own), range(4)))
    assert len(found) == 1
    (sandbox,) = found
    assert running(own) == sandbox
    assert start(own) == sandbox
    assert stop(own)
    assert gone(sandbox.pid)
    assert running(own) is None
    assert not stop(own)


def test_it_ends_by_itself_when_nobody_calls(own: Path) -> None:
    sandbox = start(own, idle=0.5)
    assert gone(sandbox.pid)


def test_what_functions_call_does_not_keep_it_from_its_end(own: Path) -> None:
    sandbox = start(own, idle=1.0)
    ended = Event()

    def call() -> None:
        while not ended.wait(0.1):
            with suppress(OSError, HTTPException):
                calling = HTTPConnection(sandbox.endpoint.removeprefix("http://"), timeout=1)
                calling.request("GET", "/", headers={"User-Agent": "Boto3/1 exec-env/AWS_Lambda_python3"})
                calling.getresponse().read()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(call)
        try:
            assert gone(sandbox.pid)
        finally:
            ended.set()


def test_what_was_answered_is_there_after_a_kill(own: Path) -> None:
    sandbox = start(own)
    client = client_of(sandbox.endpoint)
    ec2, ssm = client("ec2"), client("ssm")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.run_instances(ImageId="ami-014141414", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    client("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    client("s3").put_object(Bucket="kept", Key="a/b", Body=b"content" * 1000)
    client("secretsmanager").create_secret(Name="key", SecretString="value", Tags=[{"Key": "a", "Value": "b"}])
    client("kms").create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    for number in range(3):
        client("sns").create_topic(Name=f"t{number}", Tags=[{"Key": "a", "Value": "b"}])
    assert client("resourcegroupstaggingapi").get_resources(ResourcesPerPage=1)["PaginationToken"]  # a listing left in its middle
    ssm.put_parameter(Name="/x", Value="1", Type="String", Tags=[{"Key": "a", "Value": "b"}])

    def described() -> list[object]:
        answers = [
            ec2.describe_vpcs(),
            ec2.describe_subnets(),
            ec2.describe_instances(),
            ec2.describe_network_interfaces(),
            ssm.describe_parameters(),
            client("secretsmanager").get_secret_value(SecretId="key"),
            client("s3").get_object(Bucket="kept", Key="a/b")["Body"].read(),
        ]
        for answer in answers:
            if isinstance(answer, dict):
                answer.pop("ResponseMetadata")
        return answers

    before = described()
    os.kill(sandbox.pid, signal.SIGKILL)
    assert gone(sandbox.pid)
    again = start(own)
    assert again.pid != sandbox.pid
    assert again.endpoint == sandbox.endpoint  # whoever had it needn't be told another
    assert described() == before
    assert made in str(before)
    ec2.terminate_instances(InstanceIds=[made])


def test_an_access_key_of_twelve_digits_is_that_account_and_a_role_that_of_its_arn(own: Path) -> None:
    client = client_of(start(own).endpoint)
    for account in ("111122223333", "444455556666"):
        assert client("sts", account=account).get_caller_identity()["Account"] == account
        client("ec2", account=account).create_customer_gateway(Type="ipsec.1", PublicIp="192.0.2.1", BgpAsn=65000)
        assert len(client("ec2", account=account).describe_customer_gateways()["CustomerGateways"]) == 1
    role = "arn:aws:iam::444455556666:role/deploy"
    taken = client("sts").assume_role(RoleArn=role, RoleSessionName="deploy")["Credentials"]
    more = {"aws_secret_access_key": taken["SecretAccessKey"], "aws_session_token": taken["SessionToken"]}
    assert client("sts", account=taken["AccessKeyId"], **more).get_caller_identity()["Account"] == "444455556666"
    assert len(client("ec2", account=taken["AccessKeyId"], **more).describe_customer_gateways()["CustomerGateways"]) == 1


def test_a_client_needs_no_more_than_its_environment(own: Path) -> None:
    sandbox = start(own)
    assert environment(sandbox, "111122223333")["AWS_ENDPOINT_URL"] == sandbox.endpoint


def test_images_of_vyos_are_the_marketplaces(own: Path) -> None:
    ec2 = client_of(start(own).endpoint)("ec2")
    found = ec2.describe_images(Owners=["aws-marketplace"], Filters=[{"Name": "name", "Values": ["VyOS 1.4*"]}])["Images"]
    assert [image["Name"] for image in found] == ["VyOS 1.4.3"]


def test_a_bucket_that_wants_tls_is_not_closed_to_all(own: Path) -> None:
    s3 = client_of(start(own).endpoint)("s3", "us-east-1")
    s3.create_bucket(Bucket="tls")
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::tls/*", "Condition": condition}
    s3.put_bucket_policy(Bucket="tls", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3.put_object(Bucket="tls", Key="a", Body=b"b")
    assert s3.head_object(Bucket="tls", Key="a")["ContentLength"] == 1
