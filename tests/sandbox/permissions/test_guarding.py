"""What calls are refused in the running emulator, with roles made for it: what each service says, and what a call asks besides itself."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.conftest import Client

from .policies import allow, deny
from .sessions import assumed, document, refused, session, trust

ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "us-west-2"


def described(who: Client) -> Foreign:
    return who("ec2").describe_instances()


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "status"),
    [
        ("ec2", "describe_instances", {}, "UnauthorizedOperation", 403),
        ("autoscaling", "describe_auto_scaling_groups", {}, "AccessDenied", 403),
        ("iam", "get_role", {"RoleName": "x"}, "AccessDenied", 403),
        ("s3", "get_object", {"Bucket": "bucket", "Key": "k"}, "AccessDenied", 403),
        ("s3", "head_object", {"Bucket": "bucket", "Key": "k"}, "403", 403),
        ("secretsmanager", "get_secret_value", {"SecretId": "x"}, "AccessDeniedException", 400),
        ("dynamodb", "scan", {"TableName": "x"}, "AccessDeniedException", 400),
        ("events", "put_events", {"Entries": [{"Source": "x", "DetailType": "y", "Detail": "{}"}]}, "AccessDeniedException", 400),
        ("logs", "create_log_group", {"logGroupName": "x"}, "AccessDeniedException", 400),
        ("lambda", "invoke", {"FunctionName": "x"}, "AccessDeniedException", 403),
        ("cloudwatch", "describe_alarms", {}, "AccessDeniedException", 400),
        ("kms", "decrypt", {"CiphertextBlob": b"x"}, "AccessDeniedException", 400),
        ("sns", "list_topics", {}, "AccessDenied", 403),
    ],
)
def test_a_refusal_is_said_as_the_service_says_it(
    client: Client, service: str, operation: str, given: dict[str, Any], code: str, status: int
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(session(client)(service), operation)(**given)
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    if operation != "head_object":
        assert ":assumed-role/role-" in answer["Error"]["Message"]
        assert "because no" in answer["Error"]["Message"]


def test_who_he_is_everyone_may_ask(client: Client) -> None:
    assert ":assumed-role/role-" in session(client, deny("*"))("sts").get_caller_identity()["Arn"]


def test_an_accounts_own_keys_may_everything(client: Client) -> None:
    assert not refused(lambda: described(client))
    user = client("iam")
    user.create_user(UserName="somebody")
    key = user.create_access_key(UserName="somebody")["AccessKey"]
    assert not refused(lambda: client("ec2", REGION, key["AccessKeyId"]).describe_instances())


def test_a_role_that_isnt_there_may_everything(client: Client) -> None:
    """The emulator lets it be taken on; nobody knows what it might do."""
    assert not refused(lambda: described(assumed(client, f"arn:aws:iam::{ACCOUNT}:role/nowhere", REGION, ACCOUNT)))


def test_a_session_that_has_ended_is_told_that_before_anything_else(client: Client) -> None:
    who = session(client, taken={"DurationSeconds": 1})
    time.sleep(1.1)
    for ask in (who("lambda").list_functions, lambda: who("lambda").invoke(FunctionName="x"), who("sns").list_topics):
        with pytest.raises(ClientError, match="ExpiredToken"):
            ask()


def test_a_policy_that_changes_counts_at_once(client: Client) -> None:
    iam = client("iam")
    arn = iam.create_role(RoleName="changing", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
    who = assumed(client, arn, REGION, ACCOUNT)
    assert refused(lambda: described(who))
    iam.put_role_policy(RoleName="changing", PolicyName="own", PolicyDocument=document(allow("ec2:Describe*")))
    assert not refused(lambda: described(who))
    iam.delete_role_policy(RoleName="changing", PolicyName="own")
    assert refused(lambda: described(who))


def test_a_managed_policy_counts_as_its_default_version_has_it(client: Client) -> None:
    iam = client("iam")
    arn = iam.create_role(RoleName="managed", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
    managed = iam.create_policy(PolicyName="look", PolicyDocument=document(allow("ec2:Describe*")))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="managed", PolicyArn=managed)
    who = assumed(client, arn, REGION, ACCOUNT)
    assert not refused(lambda: described(who))
    iam.create_policy_version(PolicyArn=managed, PolicyDocument=document(allow("s3:*")), SetAsDefault=True)
    assert refused(lambda: described(who))


def test_a_boundary_and_a_sessions_policy_limit_the_role(client: Client) -> None:
    boundary = client("iam").create_policy(PolicyName="limit", PolicyDocument=document(allow("ec2:Describe*")))["Policy"]["Arn"]
    who = session(client, allow("*"), PermissionsBoundary=boundary)
    assert not refused(lambda: described(who))
    assert "no permissions boundary" in refused(lambda: who("s3").list_buckets())
    narrowed = session(client, allow("*"), taken={"Policy": document(allow("s3:*"))})
    assert not refused(lambda: narrowed("s3").list_buckets())
    assert "no session policy" in refused(lambda: described(narrowed))


def test_tags_that_are_given_at_once_need_leave_to_tag(client: Client) -> None:
    vpc = client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    making = allow("ec2:CreateRouteTable")
    on_making = {"StringEquals": {"ec2:CreateAction": "CreateRouteTable", "aws:RequestTag/network": "acme"}}
    tagging = allow("ec2:CreateTags", "arn:aws:ec2:*:*:route-table/*", Condition=on_making)

    def made(who: Client, network: str) -> str:
        tags = [{"ResourceType": "route-table", "Tags": [{"Key": "network", "Value": network}]}]
        return refused(lambda: who("ec2").create_route_table(VpcId=vpc, TagSpecifications=tags))

    assert "ec2:CreateTags" in made(session(client, making), "acme")
    both = session(client, making, tagging)
    assert not made(both, "acme")
    assert "ec2:CreateTags" in made(both, "shop")
    table = client("ec2").create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    assert refused(lambda: both("ec2").create_tags(Resources=[table], Tags=[{"Key": "network", "Value": "acme"}]))


def test_tags_of_the_resource_decide(client: Client) -> None:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    who = session(client, allow("ec2:DeleteRouteTable", "*", Condition={"StringEquals": {"aws:ResourceTag/network": "acme"}}))
    assert refused(lambda: who("ec2").delete_route_table(RouteTableId=table))
    ec2.create_tags(Resources=[table], Tags=[{"Key": "network", "Value": "acme"}])
    who("ec2").delete_route_table(RouteTableId=table)


def test_a_role_is_handed_over_by_leave_only(client: Client) -> None:
    role = client("iam").create_role(RoleName="handed", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
    asked = {"FunctionName": "f", "Runtime": "python3.12", "Handler": "f.f", "Code": {"ZipFile": b"x"}, "Role": role}
    making = allow("lambda:CreateFunction")

    def passing(service: str, whom: str = role) -> dict[str, Any]:
        return allow("iam:PassRole", whom, Condition={"StringEquals": {"iam:PassedToService": service}})

    for statements in ([making], [making, passing("ec2.amazonaws.com")], [making, passing("lambda.amazonaws.com", role + "s")]):
        assert "iam:PassRole" in refused(lambda statements=statements: session(client, *statements)("lambda").create_function(**asked))  # type: ignore[misc]
    assert not refused(lambda: session(client, making, passing("lambda.amazonaws.com"))("lambda").create_function(**asked))


def test_a_role_is_taken_on_by_whom_it_trusts(client: Client) -> None:
    sts = allow("sts:AssumeRole")
    iam = client("iam")
    only = {"Condition": {"StringEquals": {"sts:ExternalId": "them"}}}
    own = iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=trust(ACCOUNT))["Role"]["Arn"]
    secret = iam.create_role(RoleName="asking", AssumeRolePolicyDocument=trust(ACCOUNT, **only))["Role"]["Arn"]
    closed = iam.create_role(RoleName="closed", AssumeRolePolicyDocument=trust(OTHER))["Role"]["Arn"]
    foreign = client("iam", REGION, OTHER).create_role(RoleName="foreign", AssumeRolePolicyDocument=trust(ACCOUNT))["Role"]["Arn"]

    def taken(who: Client, role: str, **more: str) -> str:
        return refused(lambda: who("sts").assume_role(RoleArn=role, RoleSessionName="test", **more))

    assert not taken(session(client, sts), own)
    assert taken(session(client), own)
    assert taken(session(client, sts), closed)
    assert not taken(session(client, sts), foreign)
    assert taken(session(client, sts), secret)
    assert not taken(session(client, sts), secret, ExternalId="them")


def test_an_object_that_isnt_there_is_told_to_who_may_list(client: Client) -> None:
    client("s3").create_bucket(Bucket="missing", CreateBucketConfiguration={"LocationConstraint": REGION})
    reading = allow("s3:GetObject", "arn:aws:s3:::missing/*")
    asked = {"Bucket": "missing", "Key": "k"}
    assert "s3:ListBucket" in refused(lambda: session(client, reading)("s3").get_object(**asked))
    both = session(client, reading, allow("s3:ListBucket", "arn:aws:s3:::missing"))
    with pytest.raises(ClientError, match="NoSuchKey"):
        both("s3").get_object(**asked)
    client("s3").put_object(**asked, Body=b"x")
    assert session(client, reading)("s3").get_object(**asked)["Body"].read() == b"x"


def test_a_buckets_policy_counts(client: Client) -> None:
    client("s3").create_bucket(Bucket="ruled", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("s3").put_object(Bucket="ruled", Key="k", Body=b"x")

    def get(who: Client) -> str:
        return refused(lambda: who("s3").get_object(Bucket="ruled", Key="k"))

    mine, foreign = session(client, allow("s3:*")), session(client, allow("s3:*"), account=OTHER)
    assert not get(mine)
    assert get(foreign)
    of_other = allow("s3:GetObject", "arn:aws:s3:::ruled/*", Principal={"AWS": OTHER})
    by_tls = deny("s3:*", "arn:aws:s3:::ruled/*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    client("s3").put_bucket_policy(Bucket="ruled", Policy=document(of_other, by_tls))
    assert not get(mine)
    assert not get(foreign)


def test_a_secret_of_another_account_needs_its_policy_and_its_key(client: Client) -> None:
    ours = client("secretsmanager")
    kms = client("kms")
    arn = ours.create_secret(Name="plain", SecretString="x")["ARN"]
    who = session(client, allow(["secretsmanager:GetSecretValue", "kms:Decrypt"]), account=OTHER)

    def got(who: Client = who) -> str:
        return refused(lambda: who("secretsmanager").get_secret_value(SecretId=arn))

    assert "no resource-based policy allows the secretsmanager:GetSecretValue" in got()
    shared = json.dumps(json.loads(document(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": OTHER}))))
    ours.put_resource_policy(SecretId=arn, ResourcePolicy=shared)
    assert "kms:Decrypt" in got()  # AWS' own key opens nothing for others
    via = {"StringEquals": {"kms:ViaService": f"secretsmanager.{REGION}.amazonaws.com"}}
    root = allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    for_them = allow("kms:Decrypt", Principal={"AWS": OTHER}, Condition=via)
    key = kms.create_key(Policy=document(root))["KeyMetadata"]["Arn"]
    arn = ours.create_secret(Name="opened", SecretString="x", KmsKeyId=key)["ARN"]
    ours.put_resource_policy(SecretId=arn, ResourcePolicy=shared)
    assert "kms:Decrypt" in got()
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(root, for_them))
    assert not got()
    assert "kms:Decrypt" in got(session(client, allow("secretsmanager:*"), account=OTHER))
    only_this = {"StringLike": {"kms:EncryptionContext:SecretARN": "arn:aws:secretsmanager:*:*:secret:other*"}}
    assert "kms:Decrypt" in got(session(client, allow("secretsmanager:*"), allow("kms:*", Condition=only_this), account=OTHER))
    assert refused(lambda: who("kms").decrypt(CiphertextBlob=b"x", KeyId=key))  # only through Secrets Manager


def test_a_secret_is_opened_with_its_key_in_the_readers_name(client: Client) -> None:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    arn = client("secretsmanager").create_secret(Name="keyed", SecretString="x", KmsKeyId=key)["ARN"]
    reading = allow("secretsmanager:GetSecretValue", arn)
    assert "kms:Decrypt" in refused(lambda: session(client, reading)("secretsmanager").get_secret_value(SecretId=arn))
    assert not refused(lambda: session(client, reading, allow("kms:Decrypt", key))("secretsmanager").get_secret_value(SecretId=arn))


def test_items_are_judged_by_their_partition_key(client: Client) -> None:
    tables = client("dynamodb")
    for name in ("words", "others"):
        tables.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/words"
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["tokyo-a", "order/tokyo"]}}
    who = session(client, allow(["dynamodb:PutItem", "dynamodb:*GetItem", "dynamodb:Query"], arn, Condition=own))("dynamodb")

    def item(key: str) -> dict[str, Any]:
        return {"name": {"S": key}}

    def batch(*keys: str, table: str = "words") -> dict[str, Any]:
        return {table: {"Keys": [item(key) for key in keys], "ConsistentRead": True}}

    assert not refused(lambda: who.put_item(TableName="words", Item=item("tokyo-a")))
    assert not refused(lambda: who.put_item(TableName=arn, Item=item("tokyo-a")))
    assert refused(lambda: who.put_item(TableName="words", Item=item("tokyo-b")))
    assert refused(lambda: who.put_item(TableName="others", Item=item("tokyo-a")))
    assert not refused(lambda: who.get_item(TableName="words", Key=item("order/tokyo")))
    assert refused(lambda: who.get_item(TableName="words", Key=item("order/osaka")))
    assert not refused(lambda: who.batch_get_item(RequestItems=batch("tokyo-a", "order/tokyo")))
    assert refused(lambda: who.batch_get_item(RequestItems=batch("tokyo-a", "tokyo-b")))
    assert refused(lambda: who.batch_get_item(RequestItems={**batch("tokyo-a"), **batch("tokyo-a", table="others")}))
    query = {"KeyConditionExpression": "#n = :n", "ExpressionAttributeNames": {"#n": "name"}}
    assert not refused(lambda: who.query(TableName="words", **query, ExpressionAttributeValues={":n": {"S": "tokyo-a"}}))
    assert refused(lambda: who.query(TableName="words", **query, ExpressionAttributeValues={":n": {"S": "tokyo-b"}}))
    assert refused(lambda: who.scan(TableName="words"))
    assert refused(lambda: who.delete_item(TableName="words", Key=item("tokyo-a")))


def test_events_are_judged_each_by_its_source_and_its_bus(client: Client) -> None:
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    source = {"StringEquals": {"events:source": "landbridge.heal", "events:detail-type": ["Gateway Failover", "Healing Failed"]}}
    who = session(client, allow("events:PutEvents", bus, Condition=source))

    def put(*entries: dict[str, str]) -> str:
        return refused(lambda: who("events").put_events(Entries=[{"Detail": "{}", **entry} for entry in entries]))

    ours = {"Source": "landbridge.heal", "DetailType": "Gateway Failover"}
    assert not put(ours)
    assert not put({**ours, "EventBusName": "default"}, {**ours, "EventBusName": bus})
    assert put({**ours, "Source": "landbridge.gateway"})
    assert put({**ours, "DetailType": "Anything"})
    assert put(ours, {**ours, "Source": "aws.ec2"})
    assert put({**ours, "EventBusName": bus.replace("default", "other")})
    assert put({**ours, "EventBusName": bus.replace(ACCOUNT, OTHER)})


def test_alarms_are_looked_at_all_together(client: Client) -> None:
    for resource in ("*", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:*"):
        assert not refused(session(client, allow("cloudwatch:DescribeAlarms", resource))("cloudwatch").describe_alarms)
    narrow = session(client, allow("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:acme-*"))
    assert refused(lambda: narrow("cloudwatch").describe_alarms(AlarmNamePrefix="acme-"))
    elsewhere = session(client, allow("cloudwatch:DescribeAlarms", "*", Condition={"StringEquals": {"aws:RequestedRegion": REGION}}))
    assert not refused(lambda: elsewhere("cloudwatch").describe_alarms())
    assert refused(lambda: elsewhere("cloudwatch", "us-east-1").describe_alarms())


def test_a_function_is_invoked_by_leave_of_either_side(client: Client) -> None:
    role = client("iam").create_role(RoleName="runs", AssumeRolePolicyDocument=trust("*"))["Role"]["Arn"]
    asked = {"Runtime": "python3.12", "Handler": "f.f", "Code": {"ZipFile": b"x"}, "Role": role}
    arn = client("lambda").create_function(FunctionName="woken", **asked)["FunctionArn"]
    client("lambda").create_function(FunctionName="other", **asked)

    def woken(who: Client, name: str = "woken") -> str:
        return refused(lambda: who("lambda").invoke(FunctionName=name, InvocationType="DryRun"))

    who = session(client, allow("lambda:InvokeFunction", arn))
    assert not woken(who)
    assert not woken(who, arn)
    assert not woken(who, f"{ACCOUNT}:function:woken")
    assert woken(who, "other")
    assert woken(session(client))


def test_an_instances_health_is_judged_on_its_group(client: Client) -> None:
    scaling, ec2 = client("autoscaling"), client("ec2")
    subnet = ec2.create_subnet(VpcId=ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"], CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    ec2.create_launch_template(LaunchTemplateName="test", LaunchTemplateData={"ImageId": "ami-014141414141414", "InstanceType": "t3.micro"})
    for name in ("acme-a", "shop"):
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=1, MaxSize=1, VPCZoneIdentifier=subnet, LaunchTemplate={"LaunchTemplateName": "test"},
            Tags=[{"Key": "network", "Value": name[:4], "PropagateAtLaunch": False}],
        )  # fmt: skip
    held = {
        one["AutoScalingGroupName"]: one["Instances"][0]["InstanceId"]
        for one in scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    }
    ours = {"StringEquals": {"aws:ResourceTag/network": "acme"}}
    who = session(client, allow("autoscaling:SetInstanceHealth", "arn:aws:autoscaling:*:*:*:*:autoScalingGroupName/acme-*", Condition=ours))
    for name, instance in held.items():
        asked = {"InstanceId": instance, "HealthStatus": "Healthy"}
        assert bool(refused(lambda asked=asked: who("autoscaling").set_instance_health(**asked))) == (name == "shop")  # type: ignore[misc]
    assert refused(lambda: who("autoscaling").set_instance_health(InstanceId="i-0", HealthStatus="Healthy"))
