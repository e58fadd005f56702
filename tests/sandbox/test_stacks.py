"""CloudFormation as AWS documents it: change sets, updates, rollback, protection, what is kept, what is refused."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox import start
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client, client_of
from .stacks import body, changed, made, outputs, reasons, removed, resources, settled
from .test_kinds import att, ref, t

VPC = {"Vpc": t("EC2::VPC", CidrBlock="10.0.0.0/16")}
TABLE = {**VPC, "Table": t("EC2::RouteTable", VpcId=ref("Vpc"))}
BROKEN = {
    **TABLE,
    "Route": t("EC2::Route", RouteTableId=ref("Table"), DestinationCidrBlock="10.9.0.0/16", NetworkInterfaceId="eni-0"),
}


@pytest.fixture
def cloud(client: Client) -> Foreign:
    return client("cloudformation", "eu-west-1")


def vpcs(client: Client) -> int:
    return len(client("ec2", "eu-west-1").describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16", "10.1.0.0/16"]}])["Vpcs"])


def change_set(cloud: Foreign, stack: str, name: str, text: str, kind: str = "UPDATE", **more: Foreign) -> dict[str, Any]:
    cloud.create_change_set(StackName=stack, ChangeSetName=name, TemplateBody=text, ChangeSetType=kind, **more)
    found: dict[str, Any] = cloud.describe_change_set(StackName=stack, ChangeSetName=name)
    return found


def summary(found: dict[str, Any]) -> dict[str, str]:
    changes = [one["ResourceChange"] for one in found["Changes"]]
    return {one["LogicalResourceId"]: f"{one['Action']} {one.get('Replacement', '')}".strip() for one in changes}


def test_change_sets_tell_exactly_what_changes_and_then_it_does(cloud: Foreign) -> None:
    first = change_set(cloud, "steps", "one", body(TABLE), "CREATE")
    assert summary(first) == {"Vpc": "Add", "Table": "Add"}
    assert cloud.describe_stacks(StackName="steps")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert (first["Status"], first["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    cloud.execute_change_set(StackName="steps", ChangeSetName="one")
    assert settled(cloud, "steps")["StackStatus"] == "CREATE_COMPLETE"
    held = resources(cloud, "steps")

    nothing = change_set(cloud, "steps", "two", body(TABLE))
    assert nothing["Status"] == "FAILED"
    assert (
        nothing["StatusReason"] == "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with pytest.raises(ClientError, match="cannot be executed"):
        cloud.execute_change_set(StackName="steps", ChangeSetName="two")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloud.update_stack(StackName="steps", TemplateBody=body(TABLE))

    tagged = {**TABLE, "Table": t("EC2::RouteTable", VpcId=ref("Vpc"), Tags=[{"Key": "a", "Value": "b"}])}
    assert summary(change_set(cloud, "steps", "three", body(tagged))) == {"Table": "Modify False"}
    moved = {"Vpc": t("EC2::VPC", CidrBlock="10.1.0.0/16"), "Table": TABLE["Table"], "Bucket": t("S3::Bucket")}
    found = change_set(cloud, "steps", "four", body(moved))
    assert summary(found) == {"Vpc": "Modify True", "Table": "Modify Conditional", "Bucket": "Add"}
    (vpc,) = [one["ResourceChange"] for one in found["Changes"] if one["ResourceChange"]["LogicalResourceId"] == "Vpc"]
    assert vpc["Details"][0]["Target"] == {"Attribute": "Properties", "Name": "CidrBlock", "RequiresRecreation": "Always"}
    cloud.execute_change_set(StackName="steps", ChangeSetName="four")
    assert settled(cloud, "steps")["StackStatus"] == "UPDATE_COMPLETE", reasons(cloud, "steps")
    after = resources(cloud, "steps")
    assert after["Vpc"] != held["Vpc"]
    assert after["Table"] != held["Table"]
    removed(cloud, "steps")


def test_what_fails_is_rolled_back_and_only_removal_is_possible_then(cloud: Foreign, client: Client) -> None:
    before = vpcs(client)
    stack = made(cloud, "broken", body(BROKEN))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert vpcs(client) == before
    assert "Route CREATE_FAILED" in reasons(cloud, "broken")
    update = {"StackName": "broken", "TemplateBody": body(TABLE)}
    for refused in (
        lambda: cloud.update_stack(**update),
        lambda: change_set(cloud, "broken", "c", body(TABLE)),
    ):
        with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
            refused()
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        cloud.create_stack(StackName="broken", TemplateBody=body(TABLE))
    assert removed(cloud, "broken")["StackStatus"] == "DELETE_COMPLETE"


def test_an_update_that_fails_ends_where_it_began(cloud: Foreign, client: Client) -> None:
    made(cloud, "back", body(TABLE, Outputs={"Vpc": {"Value": ref("Vpc")}}))
    held, before = resources(cloud, "back"), vpcs(client)
    worse = {**BROKEN, "Vpc": t("EC2::VPC", CidrBlock="10.1.0.0/16")}
    stack = changed(cloud, "back", body(worse))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", reasons(cloud, "back")
    assert resources(cloud, "back") == held
    assert outputs(stack)["Vpc"] == held["Vpc"]
    assert vpcs(client) == before
    retagged = {**VPC, "Table": t("EC2::RouteTable", VpcId=ref("Vpc"), Tags=[{"Key": "a", "Value": "b"}])}
    assert changed(cloud, "back", body(retagged))["StackStatus"] == "UPDATE_COMPLETE"
    removed(cloud, "back")


def test_what_is_protected_or_retained_stays(cloud: Foreign, client: Client) -> None:
    keep = {"Vpc": {**VPC["Vpc"], "DeletionPolicy": "Retain"}, "Logs": t("Logs::LogGroup", LogGroupName="kept")}
    made(cloud, "kept", body(keep), EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloud.delete_stack(StackName="kept")
    cloud.update_termination_protection(StackName="kept", EnableTerminationProtection=False)
    vpc = resources(cloud, "kept")["Vpc"]
    stack = removed(cloud, "kept")
    assert stack["StackStatus"] == "DELETE_COMPLETE"
    assert "Vpc DELETE_SKIPPED" in reasons(cloud, stack["StackId"])
    client("ec2", "eu-west-1").delete_vpc(VpcId=vpc)


def test_a_removal_that_something_stands_in_the_way_of_can_go_on_without_it(cloud: Foreign, client: Client) -> None:
    made(cloud, "stuck", body({"Bucket": t("S3::Bucket", BucketName="stuck-bucket")}))
    s3 = client("s3", "eu-west-1")
    s3.put_object(Bucket="stuck-bucket", Key="a", Body=b"b")
    assert removed(cloud, "stuck")["StackStatus"] == "DELETE_FAILED"
    number = cloud.describe_stacks(StackName="stuck")["Stacks"][0]["StackId"]
    cloud.delete_stack(StackName="stuck", RetainResources=["Bucket"])
    assert settled(cloud, number)["StackStatus"] == "DELETE_COMPLETE"
    s3.delete_object(Bucket="stuck-bucket", Key="a")
    s3.delete_bucket(Bucket="stuck-bucket")


def test_an_export_in_use_can_neither_go_nor_change(cloud: Foreign) -> None:
    out = {"V": {"Value": ref("Vpc"), "Export": {"Name": "the-vpc"}}}
    made(cloud, "giving", body(VPC, Outputs=out))
    made(cloud, "taking", body({"Table": t("EC2::RouteTable", VpcId={"Fn::ImportValue": "the-vpc"})}))
    assert cloud.list_imports(ExportName="the-vpc")["Imports"] == ["taking"]
    assert removed(cloud, "giving")["StackStatus"] == "DELETE_FAILED"
    assert "in use by taking" in reasons(cloud, "giving")
    removed(cloud, "taking")
    assert removed(cloud, "giving")["StackStatus"] == "DELETE_COMPLETE"


def test_parameters_conditions_and_functions(cloud: Foreign) -> None:
    text = """
Parameters:
  Name: {Type: String, Default: x, AllowedPattern: '[a-z]+'}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
  Secret: {Type: String, NoEcho: true}
Conditions:
  Big: !Equals [!Ref Name, big]
Mappings:
  M: {one: {two: three}}
Resources:
  P:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Join ['|', [!Sub '${Name}-${AWS::Region}-${!Kept}', !Select [1, !Ref Zones], !If [Big, b, s], !FindInMap [M, one, two],
        !Select [1, !Cidr [10.0.0.0/16, 2, 8]], !Sub ['${A}', {A: !Ref 'AWS::Partition'}]]]
  Only:
    Type: AWS::SNS::Topic
    Condition: Big
Outputs:
  Value: {Value: !GetAtt P.Value}
"""
    stack = made(cloud, "functions", text, Parameters=[{"ParameterKey": "Secret", "ParameterValue": "hidden"}])
    assert outputs(stack)["Value"] == "x-eu-west-1-${Kept}|b|s|three|10.0.1.0/24|aws"
    assert list(resources(cloud, "functions")) == ["P"]
    assert {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}["Secret"] == "****"
    more = [{"ParameterKey": "Name", "ParameterValue": "big"}, {"ParameterKey": "Secret", "UsePreviousValue": True}]
    cloud.update_stack(StackName="functions", UsePreviousTemplate=True, Parameters=more)
    assert settled(cloud, "functions")["StackStatus"] == "UPDATE_COMPLETE"
    assert set(resources(cloud, "functions")) == {"P", "Only"}
    removed(cloud, "functions")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "At least one Resources member"),
        (body({"A": {"Type": "AWS::No::Such"}}), r"Unrecognized resource types: \[AWS::No::Such\]"),
        (body({"A": t("EC2::RouteTable", VpcId=ref("B"))}), r"Unresolved resource dependencies \[B\]"),
        (body({"A": t("SNS::Topic", DisplayName=ref("B")), "B": t("SNS::Topic", DisplayName=ref("A"))}), "Circular dependency"),
        (body(VPC, Parameters={"P": {"Type": "String"}}), r"\[P\] must have values"),
        (body({"R": t("IAM::Role", RoleName="r", AssumeRolePolicyDocument={})}), "CAPABILITY_NAMED_IAM"),
        (body({**VPC, **{f"T{n}": t("SNS::Topic", DisplayName="x" * 900) for n in range(60)}}), "less than or equal to 51200"),
    ],
)
def test_what_is_wrong_in_a_template_is_said_before_anything_is_made(cloud: Foreign, text: str, said: str) -> None:
    with pytest.raises(ClientError, match=said):
        cloud.create_stack(StackName="wrong", TemplateBody=text)
    assert not [one for one in cloud.list_stacks()["StackSummaries"] if one["StackName"] == "wrong"]


def test_a_template_from_a_bucket_and_a_secret_that_stays_out_of_everything(cloud: Foreign, client: Client) -> None:
    s3 = client("s3", "eu-west-1")
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client("secretsmanager", "eu-west-1").create_secret(Name="planted", SecretString=json.dumps({"psk": "planted.key.1234"}))
    text = body({"P": t("SSM::Parameter", Type="String", Value="{{resolve:secretsmanager:planted:SecretString:psk}}")})
    s3.put_object(Bucket="templates", Key="t/x.json", Body=text.encode())
    cloud.create_stack(StackName="from-bucket", TemplateURL="https://templates.s3.eu-west-1.amazonaws.com/t/x.json")
    assert settled(cloud, "from-bucket")["StackStatus"] == "CREATE_COMPLETE", reasons(cloud, "from-bucket")
    name = resources(cloud, "from-bucket")["P"]
    assert client("ssm", "eu-west-1").get_parameter(Name=name)["Parameter"]["Value"] == "planted.key.1234"
    said = str(cloud.describe_stacks()) + reasons(cloud, "from-bucket") + str(cloud.get_template(StackName="from-bucket"))
    assert "planted.key.1234" not in said


def test_drift_tells_what_is_gone_or_other(cloud: Foreign, client: Client) -> None:
    text = {
        **TABLE,
        "Group": t("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc")),
        "Id": t("SNS::Topic", DisplayName=att("Group", "GroupId")),
    }
    made(cloud, "drifting", body(text))

    def drift() -> dict[str, str]:
        number = cloud.detect_stack_drift(StackName="drifting")["StackDriftDetectionId"]
        end = time.monotonic() + 5
        while time.monotonic() < end:
            found = cloud.describe_stack_drift_detection_status(StackDriftDetectionId=number)
            if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                break
        drifts = cloud.describe_stack_resource_drifts(StackName="drifting")["StackResourceDrifts"]
        return {one["LogicalResourceId"]: one["StackResourceDriftStatus"] for one in drifts} | {"": found["StackDriftStatus"]}

    assert drift()[""] == "IN_SYNC"
    client("ec2", "eu-west-1").delete_route_table(RouteTableId=resources(cloud, "drifting")["Table"])
    assert drift() == {**dict.fromkeys(("Vpc", "Group"), "IN_SYNC"), "Table": "DELETED", "": "DRIFTED"}
    removed(cloud, "drifting")


def test_an_update_that_a_kill_interrupts_is_rolled_back_at_the_next_start(own: Path) -> None:
    sandbox = start(own)
    cloud = client_of(sandbox.endpoint)("cloudformation")
    made(cloud, "cut", body(VPC))
    many = {**VPC, **{f"T{number}": t("SNS::Topic") for number in range(60)}}
    cloud.update_stack(StackName="cut", TemplateBody=body(many))
    os.kill(sandbox.pid, signal.SIGKILL)
    os.waitpid(sandbox.pid, 0)
    assert start(own).endpoint == sandbox.endpoint
    assert settled(cloud, "cut")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert list(resources(cloud, "cut")) == ["Vpc"]
