"""What holds data: buckets, tables, parameters, secrets."""

from __future__ import annotations

import json

from landbridge.sandbox.cloudformation.kind import Kind, Work, picked, whole, yes
from landbridge.sandbox.cloudformation.kinds import tags
from landbridge.sandbox.cloudformation.kinds.access import text_of
from landbridge.sandbox.cloudformation.stack import partition_of
from landbridge.sandbox.server.foreign import Foreign, Props


def _create_bucket(work: Work, props: Props) -> str:
    s3 = work.call("s3")
    name: str = props.get("BucketName") or work.name(63, lower=True)
    where = {} if work.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": work.region}}
    s3.create_bucket(Bucket=name, **where)
    _configure(work, name, props)
    return name


def _configure(work: Work, name: str, props: Props) -> None:
    s3 = work.call("s3")
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [tag for tag in work.tagged(props) if not tag["Key"].startswith("aws:")]})
    if "VersioningConfiguration" in props:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=props["VersioningConfiguration"])
    if "PublicAccessBlockConfiguration" in props:
        block = {key: yes(value) for key, value in props["PublicAccessBlockConfiguration"].items()}
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    if "BucketEncryption" in props:
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                **({"BucketKeyEnabled": yes(rule["BucketKeyEnabled"])} if "BucketKeyEnabled" in rule else {}),
            }
            for rule in props["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if "OwnershipControls" in props:
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=props["OwnershipControls"])
    if "LifecycleConfiguration" in props:
        s3.put_bucket_lifecycle_configuration(
            Bucket=name, LifecycleConfiguration={"Rules": [_rule(rule) for rule in props["LifecycleConfiguration"]["Rules"]]}
        )


def _rule(rule: Props) -> Props:
    found = {**picked(rule, "Status", ID="Id"), "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "ExpirationInDays" in rule:
        found["Expiration"] = {"Days": whole(rule["ExpirationInDays"])}
    old = rule.get("NoncurrentVersionExpiration") or {}
    days = old.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))
    if days is not None:
        found["NoncurrentVersionExpiration"] = {"NoncurrentDays": whole(days)}
    if "AbortIncompleteMultipartUpload" in rule:
        found["AbortIncompleteMultipartUpload"] = {
            "DaysAfterInitiation": whole(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"])
        }
    return found


def _bucket(work: Work, name: str, _: Props) -> Props:
    suffix = "amazonaws.com.cn" if partition_of(work.region) == "aws-cn" else "amazonaws.com"
    return {
        "Arn": f"arn:{partition_of(work.region)}:s3:::{name}",
        "DomainName": f"{name}.s3.{suffix}",
        "RegionalDomainName": f"{name}.s3.{work.region}.{suffix}",
    }


def _put_policy(work: Work, props: Props) -> str:
    work.call("s3").put_bucket_policy(Bucket=props["Bucket"], Policy=text_of(props["PolicyDocument"]))
    bucket: str = props["Bucket"]
    return bucket


def _create_table(work: Work, props: Props) -> str:
    name: str = props.get("TableName") or work.name(255)
    asked = picked(props, "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "StreamSpecification")
    asked["BillingMode"] = props.get("BillingMode", "PROVISIONED")
    if "ProvisionedThroughput" in props:
        asked["ProvisionedThroughput"] = {key: whole(value) for key, value in props["ProvisionedThroughput"].items()}
    if "SSESpecification" in props:
        given = props["SSESpecification"]
        asked["SSESpecification"] = {**picked(given, "SSEType", "KMSMasterKeyId"), "Enabled": yes(given["SSEEnabled"])}
    if "DeletionProtectionEnabled" in props:
        asked["DeletionProtectionEnabled"] = yes(props["DeletionProtectionEnabled"])
    work.call("dynamodb").create_table(TableName=name, Tags=work.tagged(props), **asked)
    _table_options(work, name, {}, props)
    return name


def _table_options(work: Work, name: str, before: Props, after: Props) -> None:
    dynamodb = work.call("dynamodb")
    if before.get("TimeToLiveSpecification") != after.get("TimeToLiveSpecification") and "TimeToLiveSpecification" in after:
        given = after["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification={**given, "Enabled": yes(given["Enabled"])})
    recovery = after.get("PointInTimeRecoverySpecification")
    if recovery and recovery != before.get("PointInTimeRecoverySpecification"):
        enabled = yes(recovery["PointInTimeRecoveryEnabled"])
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled})


def _update_table(work: Work, name: str, before: Props, after: Props) -> None:
    dynamodb = work.call("dynamodb")
    asked: Props = {}
    if before.get("DeletionProtectionEnabled") != after.get("DeletionProtectionEnabled"):
        asked["DeletionProtectionEnabled"] = yes(after.get("DeletionProtectionEnabled", False))
    if before.get("BillingMode") != after.get("BillingMode"):
        asked["BillingMode"] = after.get("BillingMode", "PROVISIONED")
    if asked:
        dynamodb.update_table(TableName=name, **asked)
    _table_options(work, name, before, after)
    arn = _table(work, name, after)["Arn"]
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        dynamodb.untag_resource(ResourceArn=arn, TagKeys=gone)
    dynamodb.tag_resource(ResourceArn=arn, Tags=wanted)


def _table(work: Work, name: str, _: Props) -> Props:
    found = work.call("dynamodb").describe_table(TableName=name)["Table"]
    return picked(found, Arn="TableArn", StreamArn="LatestStreamArn")


def _put_parameter(work: Work, props: Props) -> str:
    name: str = props.get("Name") or work.name()
    asked = picked(props, "Value", "Type", "Description", "AllowedPattern", "Tier", "DataType")
    listed = tags.as_map(work.tagged({"Tags": props.get("Tags") or {}}))
    work.call("ssm").put_parameter(Name=name, Tags=[{"Key": key, "Value": value} for key, value in listed.items()], **asked)
    return name


def _update_parameter(work: Work, name: str, _: Props, after: Props) -> None:
    work.call("ssm").put_parameter(Name=name, Overwrite=True, **picked(after, "Value", "Type", "Description", "Tier"))


def _text(work: Work, props: Props) -> str:
    """A secret's text: as given, or generated."""
    if "SecretString" in props:
        given: str = props["SecretString"]
        return given
    asked = dict(props.get("GenerateSecretString") or {})
    template, key = asked.pop("SecretStringTemplate", None), asked.pop("GenerateStringKey", None)
    for name, value in asked.items():
        asked[name] = whole(value) if name == "PasswordLength" else value if name == "ExcludeCharacters" else yes(value)
    password: str = work.call("secretsmanager").get_random_password(**asked)["RandomPassword"]
    return json.dumps({**json.loads(template), key: password}) if template is not None else password


def _create_secret(work: Work, props: Props) -> str:
    name = props.get("Name") or work.name(250)
    asked = picked(props, "Description", "KmsKeyId")
    arn: str = work.call("secretsmanager").create_secret(Name=name, SecretString=_text(work, props), Tags=work.tagged(props), **asked)[
        "ARN"
    ]
    return arn


def _update_secret(work: Work, arn: str, before: Props, after: Props) -> None:
    client = work.call("secretsmanager")
    asked: Foreign = {name: after[name] for name in ("Description", "KmsKeyId") if name in after and after[name] != before.get(name)}
    if any(before.get(name) != after.get(name) for name in ("SecretString", "GenerateSecretString")):
        asked["SecretString"] = _text(work, after)
    if asked:
        client.update_secret(SecretId=arn, **asked)
    gone, wanted = tags.gone_and_wanted(work, before, after)
    if gone:
        client.untag_resource(SecretId=arn, TagKeys=gone)
    client.tag_resource(SecretId=arn, Tags=wanted)


def _put_resource_policy(work: Work, props: Props) -> str:
    work.call("secretsmanager").put_resource_policy(SecretId=props["SecretId"], ResourcePolicy=text_of(props["ResourcePolicy"]))
    arn: str = props["SecretId"]
    return arn


KINDS = (
    Kind(
        "AWS::S3::Bucket",
        _create_bucket,
        lambda work, name, _: work.call("s3").delete_bucket(Bucket=name),
        lambda work, name, _, after: _configure(work, name, after),
        _bucket,
        frozenset({"BucketName"}),
        gone=frozenset({"NoSuchBucket"}),
    ),
    Kind(
        "AWS::S3::BucketPolicy",
        _put_policy,
        lambda work, bucket, _: work.call("s3").delete_bucket_policy(Bucket=bucket),
        lambda work, _, __, after: _put_policy(work, after),
        fixed=frozenset({"Bucket"}),
        gone=frozenset({"NoSuchBucket", "NoSuchBucketPolicy"}),
    ),
    Kind(
        "AWS::DynamoDB::Table",
        _create_table,
        lambda work, name, _: work.call("dynamodb").delete_table(TableName=name),
        _update_table,
        _table,
        frozenset({"TableName", "KeySchema"}),
        gone=frozenset({"ResourceNotFoundException"}),
    ),
    Kind(
        "AWS::SSM::Parameter",
        _put_parameter,
        lambda work, name, _: work.call("ssm").delete_parameter(Name=name),
        _update_parameter,
        lambda _, __, props: picked(props, "Type", "Value"),
        frozenset({"Name"}),
        gone=frozenset({"ParameterNotFound"}),
    ),
    Kind(
        "AWS::SecretsManager::Secret",
        _create_secret,
        lambda work, arn, _: work.call("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True),
        _update_secret,
        lambda _, arn, __: {"Id": arn},
        frozenset({"Name"}),
        gone=frozenset({"ResourceNotFoundException"}),
    ),
    Kind(
        "AWS::SecretsManager::ResourcePolicy",
        _put_resource_policy,
        lambda work, arn, _: work.call("secretsmanager").delete_resource_policy(SecretId=arn),
        lambda work, _, __, after: _put_resource_policy(work, after),
        lambda _, arn, __: {"Id": arn},
        frozenset({"SecretId"}),
        gone=frozenset({"ResourceNotFoundException"}),
    ),
)
