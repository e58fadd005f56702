"""`base`: what an account and Region share. A bucket for templates, code and routers' texts, and the lock of deployments."""

from __future__ import annotations

from troposphere import GetAtt, Ref, Sub, Template, dynamodb, s3

from landbridge.aws.stacks.names import Labels
from landbridge.aws.stacks.template import add_output, new_template

_OLD_VERSIONS_DAYS = 90
_UNFINISHED_DAYS = 7


def base_template(network: str, labels: Labels) -> Template:
    template = new_template(f"landbridge: what all stacks of {network} in this account and Region share.")
    bucket = template.add_resource(
        s3.Bucket(
            "Bucket",
            DeletionPolicy="Retain",  # destroy empties it first: a bucket that holds anything can't be deleted
            UpdateReplacePolicy="Retain",
            BucketName=Sub(f"{network}-${{AWS::AccountId}}-${{AWS::Region}}"),
            VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
            BucketEncryption=s3.BucketEncryption(
                ServerSideEncryptionConfiguration=[
                    s3.ServerSideEncryptionRule(
                        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256"),
                    )
                ]
            ),
            PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
                BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
            ),
            OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
            LifecycleConfiguration=s3.LifecycleConfiguration(
                Rules=[
                    s3.LifecycleRule(
                        Id="old-versions",
                        Status="Enabled",
                        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=_OLD_VERSIONS_DAYS),
                        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=_UNFINISHED_DAYS),
                    )
                ]
            ),
            Tags=labels.of("bucket"),
        )
    )
    template.add_resource(
        s3.BucketPolicy(
            "BucketPolicy",
            Bucket=Ref(bucket),
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OnlyByTls",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [GetAtt(bucket, "Arn"), Sub("${Bucket.Arn}/*")],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        )
    )
    table = template.add_resource(
        dynamodb.Table(
            "Table",
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="name", AttributeType="S")],
            KeySchema=[dynamodb.KeySchema(AttributeName="name", KeyType="HASH")],
            TimeToLiveSpecification=dynamodb.TimeToLiveSpecification(AttributeName="expires", Enabled=True),
            Tags=labels.of("lock"),
        )
    )
    add_output(template, "Bucket", "The bucket's name.", Ref(bucket))
    add_output(template, "Table", "The name of the table that holds the deployment lock.", Ref(table))
    return template
