"""Every type of resource: made, given out, left alone, changed, removed."""

from __future__ import annotations

from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from landbridge.sandbox.cloudformation.kinds import KINDS
from landbridge.sandbox.server.foreign import Foreign

from .conftest import Client
from .stacks import body, changed, made, outputs, reasons, removed, resources

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}]}


def t(type_: str, **props: Foreign) -> dict[str, Any]:
    return {"Type": f"AWS::{type_}", "Properties": props}


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, attribute]}


TAGS = [{"Key": "Name", "Value": "x"}]
EVERYTHING: dict[str, Any] = {
    "Vpc": t("EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=True, Tags=TAGS),
    "Block": t("EC2::VPCCidrBlock", VpcId=ref("Vpc"), CidrBlock="10.1.0.0/16"),
    "Subnet": t(
        "EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.0.0/24", AvailabilityZone={"Fn::Select": [0, {"Fn::GetAZs": ""}]}, Tags=TAGS
    ),
    "Igw": t("EC2::InternetGateway", Tags=TAGS),
    "Attachment": t("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), InternetGatewayId=ref("Igw")),
    "Table": t("EC2::RouteTable", VpcId=ref("Vpc"), Tags=TAGS),
    "Default": {
        **t("EC2::Route", RouteTableId=ref("Table"), DestinationCidrBlock="0.0.0.0/0", GatewayId=ref("Igw")),
        "DependsOn": "Attachment",
    },
    "Associated": t("EC2::SubnetRouteTableAssociation", SubnetId=ref("Subnet"), RouteTableId=ref("Table")),
    "Eip": t("EC2::EIP", Tags=TAGS),
    "Eni": t("EC2::NetworkInterface", SubnetId=ref("Subnet"), GroupSet=[ref("Group")], SourceDestCheck=False, PrivateIpAddress="10.0.0.10"),
    "Bound": t("EC2::EIPAssociation", AllocationId=att("Eip", "AllocationId"), NetworkInterfaceId=ref("Eni")),
    "Group": t(
        "EC2::SecurityGroup",
        GroupDescription="g",
        VpcId=ref("Vpc"),
        SecurityGroupIngress=[{"IpProtocol": "udp", "FromPort": 500, "ToPort": 500, "CidrIp": "192.0.2.1/32", "Description": "ike"}],
        Tags=TAGS,
    ),
    "In": t("EC2::SecurityGroupIngress", GroupId=att("Group", "GroupId"), IpProtocol="112", SourceSecurityGroupId=att("Group", "GroupId")),
    "Out": t("EC2::SecurityGroupEgress", GroupId=att("Group", "GroupId"), IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0"),
    "Prefixes": t(
        "EC2::PrefixList",
        PrefixListName="remote",
        AddressFamily="IPv4",
        MaxEntries=10,
        Entries=[{"Cidr": "10.9.0.0/16", "Description": "a"}, {"Cidr": "10.8.0.0/16"}],
        Tags=TAGS,
    ),
    "Template": t(
        "EC2::LaunchTemplate",
        LaunchTemplateData={
            "ImageId": "ami-014141414141414",
            "InstanceType": "c6in.large",
            "IamInstanceProfile": {"Arn": att("Profile", "Arn")},
            "MetadataOptions": {"HttpTokens": "required"},
            "SecurityGroupIds": [ref("Group")],
            "UserData": {"Fn::Base64": {"Fn::Sub": "#!/bin/sh\necho ${Vpc}"}},
        },
    ),
    "Gateways": t(
        "AutoScaling::AutoScalingGroup",
        MinSize="0",
        MaxSize="1",
        DesiredCapacity="0",
        VPCZoneIdentifier=[ref("Subnet")],
        LaunchTemplate={"LaunchTemplateId": ref("Template"), "Version": att("Template", "LatestVersionNumber")},
        LifecycleHookSpecificationList=[{"LifecycleHookName": "launch", "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING"}],
        Tags=[{"Key": "Name", "Value": "x", "PropagateAtLaunch": True}],
    ),
    "Hook": t(
        "AutoScaling::LifecycleHook", AutoScalingGroupName=ref("Gateways"), LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING"
    ),
    "Hub": t("EC2::TransitGateway", AmazonSideAsn=64512, Description="hub", VpnEcmpSupport="enable", Tags=TAGS),
    "HubVpc": t("EC2::TransitGatewayAttachment", TransitGatewayId=ref("Hub"), VpcId=ref("Vpc"), SubnetIds=[ref("Subnet")], Tags=TAGS),
    "HubTable": t("EC2::TransitGatewayRouteTable", TransitGatewayId=ref("Hub"), Tags=TAGS),
    "HubRoute": t(
        "EC2::TransitGatewayRoute",
        TransitGatewayRouteTableId=ref("HubTable"),
        DestinationCidrBlock="10.50.0.0/16",
        TransitGatewayAttachmentId=ref("HubVpc"),
    ),
    "HubPropagation": t(
        "EC2::TransitGatewayRouteTablePropagation", TransitGatewayRouteTableId=ref("HubTable"), TransitGatewayAttachmentId=ref("HubVpc")
    ),
    "Customer": t("EC2::CustomerGateway", Type="ipsec.1", BgpAsn=65000, IpAddress=ref("Eip"), Tags=TAGS),
    "Connection": t(
        "EC2::VPNConnection",
        Type="ipsec.1",
        CustomerGatewayId=ref("Customer"),
        TransitGatewayId=ref("Hub"),
        VpnTunnelOptionsSpecifications=[
            {"TunnelInsideCidr": "169.254.12.76/30", "PreSharedKey": {"Fn::Sub": "{{resolve:secretsmanager:${Key}:SecretString:psk}}"}},
            {"TunnelInsideCidr": "169.254.14.212/30", "IKEVersions": [{"Value": "ikev2"}]},
        ],
        Tags=TAGS,
    ),
    "Role": t(
        "IAM::Role",
        AssumeRolePolicyDocument=TRUST,
        Policies=[{"PolicyName": "p", "PolicyDocument": ALLOW}],
        ManagedPolicyArns=[ref("Managed")],
        Tags=TAGS,
    ),
    "Policy": t("IAM::Policy", PolicyName="more", PolicyDocument=ALLOW, Roles=[ref("Role")]),
    "RolePolicy": t("IAM::RolePolicy", PolicyName="most", PolicyDocument=ALLOW, RoleName=ref("Role")),
    "Managed": t("IAM::ManagedPolicy", PolicyDocument=ALLOW),
    "Profile": t("IAM::InstanceProfile", Roles=[ref("Role")]),
    "KmsKey": t("KMS::Key", KeyPolicy=ALLOW, EnableKeyRotation=True, Tags=TAGS),
    "Alias": t("KMS::Alias", AliasName="alias/everything", TargetKeyId=ref("KmsKey")),
    "Bucket": t(
        "S3::Bucket",
        VersioningConfiguration={"Status": "Enabled"},
        PublicAccessBlockConfiguration={"BlockPublicAcls": True, "BlockPublicPolicy": True},
        BucketEncryption={"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        LifecycleConfiguration={"Rules": [{"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": {"NoncurrentDays": 30}}]},
        Tags=TAGS,
    ),
    "BucketPolicy": t("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=ALLOW),
    "Lease": t(
        "DynamoDB::Table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"SSEEnabled": True},
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        TimeToLiveSpecification={"AttributeName": "until", "Enabled": True},
        Tags=TAGS,
    ),
    "Parameter": t("SSM::Parameter", Type="String", Value="v", Tags={"Name": "x"}),
    "Key": t(
        "SecretsManager::Secret",
        GenerateSecretString={"SecretStringTemplate": "{}", "GenerateStringKey": "psk", "PasswordLength": 32, "ExcludePunctuation": True},
        Tags=TAGS,
    ),
    "KeyPolicy": t("SecretsManager::ResourcePolicy", SecretId=ref("Key"), ResourcePolicy=ALLOW),
    "Logs": t("Logs::LogGroup", RetentionInDays=30, Tags=TAGS),
    "Alarm": t(
        "CloudWatch::Alarm",
        Namespace="AWS/VPN",
        MetricName="TunnelState",
        Dimensions=[{"Name": "VpnId", "Value": ref("Connection")}],
        ComparisonOperator="LessThanThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Period=60,
        Statistic="Minimum",
        Tags=TAGS,
    ),
    "Dashboard": t("CloudWatch::Dashboard", DashboardBody='{"widgets":[]}'),
    "Topic": t("SNS::Topic", Tags=TAGS),
    "Subscribed": t("SNS::Subscription", TopicArn=ref("Topic"), Protocol="email", Endpoint="a@example.com"),
    "TopicPolicy": t("SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument=ALLOW),
    "Queue": t("SQS::Queue"),
    "Function": t(
        "Lambda::Function",
        Runtime="python3.12",
        Handler="index.handler",
        Role=att("Role", "Arn"),
        Code={"ZipFile": "def handler(event, context):\n    return 1\n"},
        Environment={"Variables": {"A": "b"}},
        Timeout=10,
        Tags=TAGS,
    ),
    "Permission": t(
        "Lambda::Permission",
        FunctionName=ref("Function"),
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=att("Rule", "Arn"),
    ),
    "Rule": t("Events::Rule", ScheduleExpression="rate(1 hour)", Targets=[{"Id": "f", "Arn": att("Function", "Arn")}]),
    "EventInvoke": t("Lambda::EventInvokeConfig", FunctionName=ref("Function"), Qualifier="$LATEST", MaximumRetryAttempts=1),
}
GIVEN = {
    "VpcGroup": att("Vpc", "DefaultSecurityGroup"),
    "SubnetZone": att("Subnet", "AvailabilityZone"),
    "EniAddress": att("Eni", "PrimaryPrivateIpAddress"),
    "EipAddress": ref("Eip"),
    "TemplateVersion": att("Template", "LatestVersionNumber"),
    "HubArn": att("Hub", "TransitGatewayArn"),
    "RoleArn": att("Role", "Arn"),
    "BucketDomain": att("Bucket", "RegionalDomainName"),
    "LeaseArn": att("Lease", "Arn"),
    "LogsArn": att("Logs", "Arn"),
    "AlarmArn": att("Alarm", "Arn"),
    "KmsArn": att("KmsKey", "Arn"),
    "GroupArn": att("Gateways", "AutoScalingGroupARN"),
    "QueueArn": att("Queue", "Arn"),
}


def test_every_type_is_made_given_out_changed_and_removed_with_nothing_left(client: Client) -> None:
    cloud, ec2 = client("cloudformation"), client("ec2")
    before = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]}
    text = body(EVERYTHING, Outputs={name: {"Value": value} for name, value in GIVEN.items()})
    stack = made(cloud, "everything", text, Tags=[{"Key": "CostCenter", "Value": "net"}])
    assert stack["StackStatus"] == "CREATE_COMPLETE", reasons(cloud, "everything")
    out = outputs(stack)
    assert out["EniAddress"] == "10.0.0.10"
    assert out["TemplateVersion"] == "1"
    assert out["LogsArn"].endswith(":*")
    assert {one["Type"] for one in EVERYTHING.values()} | UNTRIED == set(KINDS)
    physical = resources(cloud, "everything")

    tags = {tag["Key"]: tag["Value"] for tag in ec2.describe_vpcs(VpcIds=[physical["Vpc"]])["Vpcs"][0]["Tags"]}
    assert (tags["Name"], tags["CostCenter"], tags["aws:cloudformation:logical-id"]) == ("x", "net", "Vpc")
    secret = client("secretsmanager").get_secret_value(SecretId=physical["Key"])["SecretString"]
    assert (
        secret[9:-2]
        in ec2.describe_vpn_connections(VpnConnectionIds=[physical["Connection"]])["VpnConnections"][0]["CustomerGatewayConfiguration"]
    )

    edited = {name: {**one, "Properties": {**one["Properties"]}} for name, one in EVERYTHING.items()}
    for one in edited.values():
        if one["Properties"].get("Tags") == TAGS:
            one["Properties"]["Tags"] = [{"Key": "Name", "Value": "y"}]
    edited["Prefixes"]["Properties"]["Entries"] = [{"Cidr": "10.9.0.0/16", "Description": "b"}, {"Cidr": "10.7.0.0/16"}]
    edited["Group"]["Properties"]["SecurityGroupIngress"] = [
        {"IpProtocol": "udp", "FromPort": 4500, "ToPort": 4500, "CidrIp": "192.0.2.2/32"}
    ]
    edited["Template"]["Properties"]["LaunchTemplateData"] = {"ImageId": "ami-015151515151515", "InstanceType": "c6in.xlarge"}
    edited["Function"]["Properties"]["Code"] = {"ZipFile": "def handler(event, context):\n    return 2\n"}
    edited["Logs"]["Properties"]["RetentionInDays"] = 60
    edited["Eni"]["Properties"]["SourceDestCheck"] = True
    edited["Rule"]["Properties"]["ScheduleExpression"] = "rate(2 hours)"
    edited["Hub"]["Properties"]["Description"] = "the hub"
    edited["Connection"]["Properties"]["VpnTunnelOptionsSpecifications"][1]["Phase1LifetimeSeconds"] = 3600
    stack = changed(cloud, "everything", body(edited, Outputs={name: {"Value": value} for name, value in GIVEN.items()}))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", reasons(cloud, "everything")
    assert resources(cloud, "everything") == physical  # nothing was replaced
    assert outputs(stack)["TemplateVersion"] == "2"
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=physical["Prefixes"])["Entries"]
    assert {one["Cidr"]: one.get("Description", "") for one in entries} == {"10.9.0.0/16": "b", "10.7.0.0/16": ""}
    rules = ec2.describe_security_groups(GroupIds=[physical["Group"]])["SecurityGroups"][0]["IpPermissions"]
    assert sorted(rule.get("FromPort", 0) for rule in rules) == [0, 4500]
    hub = ec2.describe_transit_gateways(TransitGatewayIds=[physical["Hub"]])["TransitGateways"][0]
    assert {tag["Key"]: tag["Value"] for tag in hub["Tags"]}["Name"] == "y"

    assert removed(cloud, "everything")["StackStatus"] == "DELETE_COMPLETE", reasons(cloud, stack["StackId"])
    assert {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]} == before
    assert not ec2.describe_addresses()["Addresses"]
    assert not client("iam").list_roles()["Roles"]
    assert not client("s3").list_buckets()["Buckets"]
    assert not client("lambda").list_functions()["Functions"]
    assert not client("secretsmanager").list_secrets()["SecretList"]


UNTRIED = {  # each is like one that is tried, or needs what the others stand in the way of
    "AWS::EC2::Instance",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::TransitGatewayRouteTableAssociation",
    "AWS::EC2::VPCEndpoint",
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_what_needs_another_one_is_what_cloudformation_says(name: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-west-2", name).schema
    fixed = {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", []) if path.count("/") == 2}
    kind = KINDS[name]
    if kind.update is None:
        assert fixed or name in ("AWS::SQS::Queue", "AWS::EC2::VPCEndpoint")
        return
    assert {one for one in kind.fixed if one in schema["properties"]} <= fixed | {"KeySchema"}
