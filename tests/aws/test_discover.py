"""From the VPCs that there are to a network file, against the emulator."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto import mock_aws

from landbridge.cli import main
from landbridge.design import design
from landbridge.intent.document import loads

IRELAND, VIRGINIA = "eu-west-1", "us-east-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    config = tmp_path / "aws-config"
    config.write_text("".join(f"[profile '{name}']\naws_access_key_id = a\naws_secret_access_key = b\n" for name in ("one", "two words")))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    with mock_aws():
        yield


def named(kind: str, name: str, **more: str) -> list[dict[str, Any]]:
    tags = [{"Key": key, "Value": value} for key, value in {"Name": name, **more}.items()]
    return [{"ResourceType": kind, "Tags": tags}]


def a_vpc(region: str, name: str, cidr: str = "10.1.0.0/16", **tags: str) -> str:
    made: str = boto3.client("ec2", region).create_vpc(CidrBlock=cidr, TagSpecifications=named("vpc", name, **tags))["Vpc"]["VpcId"]
    return made


def a_subnet(region: str, vpc: str, cidr: str, zone: str, way: str, name: str = "") -> str:
    """A subnet with a route table of its own, which leads to the Internet, to a NAT gateway, or nowhere."""
    ec2 = boto3.client("ec2", region)
    subnet: str = ec2.create_subnet(
        VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{region}{zone}", TagSpecifications=named("subnet", name) if name else []
    )["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    if way == "internet":
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    if way == "nat":
        nat = ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=nat)
    return subnet


def a_shop(region: str = IRELAND, name: str = "Web Shop") -> str:
    vpc = a_vpc(region, name)
    boto3.client("ec2", region).associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.2.0.0/16")
    a_subnet(region, vpc, "10.1.0.0/24", "a", "internet", "front a")
    a_subnet(region, vpc, "10.1.1.0/24", "b", "internet")
    a_subnet(region, vpc, "10.1.10.0/24", "a", "nat")
    a_subnet(region, vpc, "10.2.0.0/24", "c", "none", "data\nbase")
    return vpc


def found(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    assert main(["discover", *words]) == 0
    out, err = capfd.readouterr()
    return out, err


def test_a_vpc_becomes_a_site_with_its_ids_cidrs_zones_and_ways(capfd: pytest.CaptureFixture[str]) -> None:
    vpc = a_shop()
    text, _ = found(capfd, "--region", IRELAND)
    site = loads(text, "network.yaml").network.sites["web-shop"]
    assert site.region == IRELAND
    assert site.vpc.id == vpc
    assert [str(cidr) for cidr in site.vpc.cidrs] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert [(str(one.cidr), one.zone, one.gateway, one.private) for one in site.vpc.subnets] == [
        ("10.1.0.0/24", "a", "a", False),
        ("10.1.1.0/24", "b", "b", False),
        ("10.1.10.0/24", "a", None, False),
        ("10.2.0.0/24", "c", None, True),
    ]
    assert "front a: public: a way to the Internet" in text
    assert r"'data\nbase'" in text  # a name can't end the comment


def test_the_text_loads_and_can_be_planned_before_and_after_its_todos(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    a_shop()
    a_shop(VIRGINIA, "web shop")  # the same name, the same addresses
    file = tmp_path / "network.yaml"
    found(capfd, "--region", IRELAND, "--region", VIRGINIA, "--out", str(file))
    planned = design(loads(file.read_text(), str(file)))
    assert len({site.name for site in planned.sites}) == 2
    assert {one.local for one in planned.translations} == {subnet.local for subnet in planned.sites[0].subnets if not subnet.private}
    done = file.read_text().replace("cidrs: [] #", "cidrs: [203.0.113.0/24] #").replace("  hub:", "  ohio:")
    assert loads(done, str(file)).network.admin.cidrs


def test_what_isnt_to_be_joined_is_left_out_and_said(capfd: pytest.CaptureFixture[str]) -> None:
    a_shop()
    own = a_vpc(IRELAND, "made", "10.9.0.0/16", **{"landbridge:network": "acme"})
    a_subnet(IRELAND, own, "10.9.0.0/24", "a", "none")
    bare = a_vpc(IRELAND, "bare", "10.8.0.0/16")
    text, said = found(capfd, "--region", IRELAND)
    assert list(loads(text, "network.yaml").network.sites) == ["web-shop"]
    assert "is left out: it is the Region's default VPC." in said
    assert f"{own} in eu-west-1 is left out: landbridge made it, for the network acme." in said
    assert f"{bare} in eu-west-1 is left out: no subnet of it can be joined." in said


@pytest.mark.parametrize(
    ("ways", "availability", "todo"),
    [
        pytest.param([("a", "internet"), ("b", "nat")], "single", False, id="one public zone"),
        pytest.param([("a", "nat"), ("b", "nat")], None, True, id="none public"),
        pytest.param([("a", "none")], "single", True, id="isolated"),
    ],
)
def test_a_vpc_without_two_public_zones_still_makes_a_file_that_can_be_planned(
    capfd: pytest.CaptureFixture[str], ways: list[tuple[str, str]], availability: str | None, todo: bool
) -> None:
    vpc = a_vpc(IRELAND, "odd")
    for at, (zone, way) in enumerate(ways):
        a_subnet(IRELAND, vpc, f"10.1.{at}.0/24", zone, way)
    text, _ = found(capfd, "--region", IRELAND)
    document = loads(text, "network.yaml")
    assert document.network.sites["odd"].gateway.availability == availability
    assert ("none has a way to the Internet" in text) is todo
    design(document)


def test_the_main_route_table_is_that_of_every_subnet_without_one(capfd: pytest.CaptureFixture[str]) -> None:
    ec2, vpc = boto3.client("ec2", IRELAND), a_vpc(IRELAND, "plain")
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/24", AvailabilityZone=f"{IRELAND}a")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    (main_table,) = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=main_table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    text, _ = found(capfd, "--region", IRELAND)
    assert "gateway: a}" in text


def test_a_zone_that_the_file_cant_name_is_said(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.aws.calling import Cloud

    a_shop()
    each = Cloud.each

    def in_los_angeles(self: Cloud, *words: Any, **more: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
        for one in each(self, *words, **more):
            moved = {"AvailabilityZone": "eu-west-1-lax-1a"} if one.get("CidrBlock") == "10.1.1.0/24" else {}
            yield {**one, **moved}

    monkeypatch.setattr(Cloud, "each", in_los_angeles)
    text, said = found(capfd, "--region", IRELAND)
    assert "10.1.1.0/24" not in text
    assert "eu-west-1-lax-1a is no zone that the network file can name" in said


def test_two_profiles_of_one_account_find_each_vpc_once(capfd: pytest.CaptureFixture[str]) -> None:
    a_shop()
    text, _ = found(capfd, "--region", IRELAND, "--profile", "two words", "--profile", "one")
    network = loads(text, "network.yaml").network
    assert len(network.sites) == 1
    assert network.defaults.account is not None
    assert network.defaults.account.profile == "two words"


def test_nothing_is_changed_in_the_account(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from landbridge.aws.calling import Cloud

    a_shop()
    call, operations = Cloud.call, set()

    def seen(self: Cloud, place: Any, service: str, operation: str, **arguments: Any) -> Any:  # noqa: ANN401
        operations.add(operation)
        return call(self, place, service, operation, **arguments)

    monkeypatch.setattr(Cloud, "call", seen)
    found(capfd, "--region", IRELAND)
    assert operations == {"get_caller_identity", "describe_vpcs", "describe_subnets", "describe_route_tables"}


def test_no_vpc_is_an_error_that_says_what_was_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "--region", IRELAND]) == 2
    assert "there is no VPC to join in eu-west-1 (1 left out: vpc-" in capfd.readouterr().err


def test_it_overwrites_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "network.yaml").write_text("mine")
    assert main(["discover", "--region", IRELAND, "--out", str(tmp_path / "network.yaml")]) == 2
    assert (tmp_path / "network.yaml").read_text() == "mine"
    assert "discover overwrites nothing" in capfd.readouterr().err


def test_a_profile_that_there_isnt_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["discover", "--region", IRELAND, "--profile", "nobody"]) == 2
    assert "there is no profile 'nobody'" in capfd.readouterr().err


def test_json_names_the_sites(capfd: pytest.CaptureFixture[str]) -> None:
    a_shop()
    out, _ = found(capfd, "--region", IRELAND, "--json")
    said = json.loads(out)
    assert said["sites"] == ["web-shop"]
    assert said["file"] is None
    assert {finding["severity"] for finding in said["findings"]} == {"note"}


def test_without_boto3_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "landbridge.aws.calling", None)
    assert main(["discover", "--region", IRELAND]) == 2
    assert "asking AWS needs boto3. Install it: `pip install 'landbridge[aws]'`." in capfd.readouterr().err
