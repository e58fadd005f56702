"""`landbridge deploy` against an AWS that refuses: each time a clear message, nothing made that shouldn't be, a way out that works."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from landbridge.cli import main
from landbridge.sandbox import Sandbox, set_key, set_region, start, stop
from landbridge.sandbox.server.foreign import Foreign
from tests.design.networks import hub, network, single
from tests.sandbox.conftest import client_of
from tests.sandbox.stacks import body, settled

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEr7EWlbrZ2JOYq3pdYc+X/5tEqAVOp13U/RnxMPpR2J somebody"
OURS, OTHERS = "123456789012", "999999999999"
WEST, EAST = "us-west-2", "eu-west-1"
numbers = iter(range(1000))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    yield start(folder, idle=300)
    stop(folder)


@dataclass
class Case:
    """A network of one site with one gateway, in a file, and the AWS that it goes to."""

    name: str
    file: Path
    endpoint: str
    capfd: pytest.CaptureFixture[str]

    def write(self, **site: Foreign) -> None:
        there = single("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", **{"region": EAST, **site})
        there["gateway"]["release"] = "1.4"
        made = network(
            {"paris": there}, network=self.name, hubs={"oregon": hub(None)}, admin={"cidrs": ["203.0.113.0/24"], "ssh_keys": [KEY]}
        )
        self.file.write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")

    def deploy(self, *words: str) -> tuple[int, str]:
        """Exit status and what is said on standard error."""
        self.capfd.readouterr()
        status = main(["deploy", str(self.file), "--yes", *(words or ("--endpoint", self.endpoint))])
        said = self.capfd.readouterr().err
        assert "Traceback" not in said
        return status, " ".join(said.split())

    def client(self, service: str, region: str = WEST, account: str = OURS) -> Foreign:
        return client_of(self.endpoint)(service, region, account)

    def stacks(self) -> dict[str, str]:
        found = [one for region in (WEST, EAST) for one in self.client("cloudformation", region).describe_stacks()["Stacks"]]
        return {one["StackName"]: one["StackStatus"] for one in found if one["StackName"].startswith(f"{self.name}-")}

    def converges(self) -> None:
        """The way out was taken: the same command does all that is left, and then nothing more."""
        status, said = self.deploy()
        assert status == 0, said
        made = self.stacks()
        assert len(made) == 7, made
        assert set(made.values()) <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        assert main(["destroy", str(self.file), "--endpoint", self.endpoint, "--yes", "--release-addresses"]) == 0
        assert not self.stacks()


@pytest.fixture
def case(tmp_path: Path, sandbox: Sandbox, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    made = Case(f"bad{next(numbers)}", tmp_path / "network.yaml", sandbox.endpoint, capfd)
    made.write()
    yield made
    set_key(sandbox.endpoint, OURS, "good")


def signed(case: Case, monkeypatch: pytest.MonkeyPatch, key: str = OURS) -> None:
    """The sandbox as a client's environment names it, so that credentials and profiles count."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", case.endpoint)
    if key:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")


def no_credentials(case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    signed(case, monkeypatch, "")
    return ("--release", "1.4")


def no_such_profile(case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    signed(case, monkeypatch)
    case.write(account={"profile": "nobody"})
    return ("--release", "1.4")


def unknown_key(case: Case, _: pytest.MonkeyPatch) -> tuple[str, ...]:
    set_key(case.endpoint, OURS, "unknown")
    return ()


def expired(case: Case, _: pytest.MonkeyPatch) -> tuple[str, ...]:
    set_key(case.endpoint, OURS, "expired")
    return ()


def no_such_region(case: Case, _: pytest.MonkeyPatch) -> tuple[str, ...]:
    case.write(region="eu-wets-1")
    return ()


def region_not_enabled(case: Case, _: pytest.MonkeyPatch) -> tuple[str, ...]:
    case.write(region="ap-east-1")
    set_region(case.endpoint, OURS, "ap-east-1", enabled=False)
    return ()


def clock(_: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    late = datetime.now(UTC) - timedelta(hours=1)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: late.replace(tzinfo=None))
    return ()


def nobody_answers(_: Case, __: pytest.MonkeyPatch) -> tuple[str, ...]:
    return ("--endpoint", "http://127.0.0.1:9")


def no_such_vpc(case: Case, _: pytest.MonkeyPatch) -> tuple[str, ...]:
    case.write(vpc={"id": "vpc-0123456789abcdef0", "cidrs": ["10.1.0.0/16"], "subnets": _subnets("10.1.0.0/24", "10.1.1.0/24")})
    return ()


def _subnets(*cidrs: str) -> list[dict[str, str]]:
    return [{"cidr": cidr, "zone": zone} for cidr, zone in zip(cidrs, "abc", strict=False)]


@pytest.mark.parametrize(
    ("broken", "says", "way_out"),
    [
        (no_credentials, "there are no usable credentials for account 'default'", "Log in (`aws login`"),
        (no_such_profile, "there is no profile 'nobody'", "name another in `account:`"),
        (unknown_key, "the credentials of account 'default' aren't known in this Region", "See that they are those of the account"),
        (expired, "the credentials of account 'default' have expired", "Log in again"),
        (no_such_region, "in this Region (cloudformation:DescribeStacks in eu-wets-1 of default)", "Region is enabled there"),
        (region_not_enabled, "in this Region (cloudformation:DescribeStacks in ap-east-1 of default)", "`aws account list-regions`"),
        (clock, "the clock of this machine is wrong", "`timedatectl set-ntp true`"),
        (nobody_answers, "AWS can't be reached in us-west-2", "this machine reaches AWS"),
        (no_such_vpc, "eu-west-1 of default has no VPC vpc-0123456789abcdef0", "See `vpc.id:`, `region:` and `account:`"),
    ],
)  # fmt: skip
def test_what_is_wrong_before_anything_is_made_is_said_with_the_way_out_and_nothing_is_made(
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
    broken: Callable[[Case, pytest.MonkeyPatch], tuple[str, ...]],
    says: str,
    way_out: str,
) -> None:
    with monkeypatch.context() as patched:
        words = broken(case, patched)
        status, said = case.deploy(*words)
    set_key(case.endpoint, OURS, "good")
    assert (status, says in said, way_out in said) == (2, True, True), said
    assert not case.stacks()
    assert not case.file.with_name("landbridge.lock.yaml").exists()


def test_a_vpc_whose_subnets_differ_is_told_with_those_that_it_has(case: Case) -> None:
    ec2 = case.client("ec2", EAST)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    for cidr, zone in (("10.1.0.0/24", "a"), ("10.1.7.0/24", "b")):
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{EAST}{zone}")
    case.write(vpc={"id": vpc, "cidrs": ["10.1.0.0/16"], "subnets": _subnets("10.1.0.0/24", "10.1.1.0/24")})
    status, said = case.deploy()
    assert status == 2
    assert f"the VPC {vpc} (eu-west-1 of default) has no subnet 10.1.1.0/24, which the file gives it" in said
    assert "Write what it has: 10.1.0.0/24, 10.1.7.0/24" in said
    assert not case.stacks()


def test_a_token_that_expires_in_the_middle_holds_up_only_the_rest_and_a_new_one_goes_on(case: Case) -> None:
    set_key(case.endpoint, OURS, "expired", after=60)
    # In a process of its own: the lock can't be given up any more, and whoever comes next must see that its holder is gone.
    command = [sys.executable, "-m", "landbridge", "deploy", str(case.file), "--yes", "--endpoint", case.endpoint]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    said = " ".join(ended.stderr.split())
    assert ended.returncode in (1, 2)
    assert "Traceback" not in said
    assert "the credentials of account 'default' have expired" in said
    assert "Log in again" in said
    set_key(case.endpoint, OURS, "good")
    begun = case.stacks()
    assert begun
    assert len(begun) < 7
    case.converges()


def test_a_quota_that_is_reached_rolls_its_stack_back_and_raising_it_as_told_goes_on(case: Case) -> None:
    ec2 = case.client("ec2", EAST)
    held = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(5 - len(ec2.describe_addresses()["Addresses"]))]
    status, said = case.deploy()
    assert status == 1
    assert f"creating the stack {case.name}-paris-edge (eu-west-1 of default) failed, and it is in ROLLBACK_COMPLETE" in said
    assert "The maximum number of addresses has been reached" in said
    command = re.search(r"--service-code (\S+) --quota-code (\S+) --desired-value NUMBER --region (\S+?)`", said)
    assert command is not None, said
    assert f"{case.name}-paris-gateways waits for {case.name}-paris-edge" in said
    service, quota, region = command.groups()
    case.client("service-quotas", region).request_service_quota_increase(ServiceCode=service, QuotaCode=quota, DesiredValue=20)
    case.converges()
    for address in held:
        ec2.release_address(AllocationId=address)


def test_a_bucket_of_ours_that_another_account_has_is_told(case: Case) -> None:
    assert case.deploy()[0] == 0
    names = {one["Name"] for one in case.client("s3").list_buckets()["Buckets"]}
    bucket = next(name for name in names if case.name in name and WEST in name)
    assert main(["destroy", str(case.file), "--endpoint", case.endpoint, "--yes", "--release-addresses"]) == 0
    theirs = case.client("s3", account=OTHERS)
    theirs.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": WEST})
    status, said = case.deploy()
    assert status == 2, said
    assert f"the stack {case.name}-default-us-west-2-base (us-west-2 of default) failed" in said
    assert "BucketAlreadyExists" in said
    assert "give the network another name" in said
    theirs.delete_bucket(Bucket=bucket)
    case.converges()


def test_a_stack_of_somebody_elses_with_our_name_is_never_touched(case: Case) -> None:
    cloudformation = case.client("cloudformation")
    name = f"{case.name}-oregon-hub"
    template = body({"Topic": {"Type": "AWS::SNS::Topic"}})
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    before = settled(cloudformation, name)
    status, said = case.deploy()
    assert status == 2
    assert f"there is a stack {name} (us-west-2 of default) that wasn't made by landbridge" in said
    assert "Give the network another name, or remove that stack yourself" in said
    assert case.stacks() == {name: "CREATE_COMPLETE"}
    assert settled(cloudformation, name)["StackId"] == before["StackId"]
    cloudformation.delete_stack(StackName=name)
    settled(cloudformation, before["StackId"])
    case.converges()


def test_a_stack_in_rollback_failed_is_told_with_a_command_that_helps(case: Case) -> None:
    cloudformation, s3, name = case.client("cloudformation"), case.client("s3"), f"{case.name}-oregon-hub"
    bucket = f"{case.name}-stuck"
    case.client("ssm").put_parameter(Name=f"/{case.name}", Value="taken", Type="String")
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}},
        "Fails": {
            "Type": "AWS::SSM::Parameter",
            "DependsOn": "Bucket",
            "Properties": {"Name": f"/{case.name}", "Type": "String", "Value": "ours"},
        },
    }
    tags = [{"Key": "landbridge:network", "Value": case.name}, {"Key": "landbridge:stack", "Value": "hub"}]
    cloudformation.create_stack(StackName=name, TemplateBody=body(resources), Tags=tags, DisableRollback=True)
    stack = settled(cloudformation, name)
    assert stack["StackStatus"] == "CREATE_FAILED"
    s3.put_object(Bucket=bucket, Key="somebody's", Body=b"can't go")
    cloudformation.rollback_stack(StackName=name)
    end = time.monotonic() + 10
    while settled(cloudformation, name)["StackStatus"] == "CREATE_FAILED" and time.monotonic() < end:
        time.sleep(0.05)
    assert settled(cloudformation, name)["StackStatus"] == "ROLLBACK_FAILED"

    status, said = case.deploy()
    assert status == 2
    assert f"the stack {name} (us-west-2 of default) is in ROLLBACK_FAILED" in said
    assert "The following resource(s) failed to delete: [Bucket]" in said
    assert f"`aws cloudformation delete-stack --stack-name {name} --region us-west-2`" in said
    assert case.stacks() == {name: "ROLLBACK_FAILED"}

    s3.delete_object(Bucket=bucket, Key="somebody's")
    cloudformation.delete_stack(StackName=name)
    assert settled(cloudformation, stack["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    case.converges()
