"""Which permission a request over HTTP asks for, and with which parameters: requests as boto3 writes them."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import unquote_to_bytes

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from landbridge.sandbox.permissions.calls import Call, call_of
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.request import read

SECRET = "arn:aws:secretsmanager:us-west-2:111122223333:secret:app/db-abcdef"
TAGS = [{"Key": "network", "Value": "acme"}, {"Key": "owner", "Value": "tokyo"}]


class SentError(Exception):
    """The request that would be sent."""

    def __init__(self, request: Foreign) -> None:
        self.request = request


def written(service: str, operation: str, *, hosted: bool = False, **given: Any) -> Call:  # noqa: ANN401
    """The call that boto3's request is read as."""
    config = Config(s3={"addressing_style": "virtual" if hosted else "path"})
    endpoint = None if hosted else "http://127.0.0.1:9"
    keys = {"aws_access_key_id": "111122223333", "aws_secret_access_key": "any"}
    client = boto3.session.Session().client(service, "us-west-2", endpoint_url=endpoint, config=config, **keys)

    def stop(request: Foreign, **_: object) -> None:
        raise SentError(request)

    client.meta.events.register_last("before-send", stop)
    with pytest.raises(SentError) as caught:
        getattr(client, operation)(**given)
    sent = caught.value.request
    body = sent.body if isinstance(sent.body, bytes) else sent.body.read() if hasattr(sent.body, "read") else (sent.body or "").encode()
    address, _, query = sent.url.partition("?")
    host, path = address.split("://")[1].partition("/")[::2]
    headers = {key.lower(): value.decode() if isinstance(value, bytes) else value for key, value in sent.headers.items()}
    environ = {
        "REQUEST_METHOD": sent.method,
        "PATH_INFO": "/" + unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": headers.get("authorization", ""),
        "HTTP_X_AMZ_TARGET": headers.get("x-amz-target", ""),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    return call_of(read(environ), query, host, environ["CONTENT_TYPE"], body, copied="x-amz-copy-source" in headers)


@pytest.mark.parametrize(
    ("service", "operation", "given", "action", "params"),
    [
        ("ec2", "describe_instances", {}, "ec2:DescribeInstances", {}),
        ("ec2", "terminate_instances", {"InstanceIds": ["i-1", "i-2"]}, "ec2:TerminateInstances", {"InstanceId": ("i-1", "i-2")}),
        (
            "ec2",
            "replace_route",
            {"RouteTableId": "rtb-1", "DestinationPrefixListId": "pl-1", "NetworkInterfaceId": "eni-1"},
            "ec2:ReplaceRoute",
            {"RouteTableId": ("rtb-1",), "NetworkInterfaceId": ("eni-1",)},
        ),
        ("ec2", "create_tags", {"Resources": ["rtb-1"], "Tags": TAGS}, "ec2:CreateTags", {"ResourceId": ("rtb-1",)}),
        (
            "autoscaling",
            "set_instance_health",
            {"InstanceId": "i-1", "HealthStatus": "Unhealthy"},
            "autoscaling:SetInstanceHealth",
            {"InstanceId": ("i-1",)},
        ),
        ("cloudwatch", "describe_alarms", {"AlarmNamePrefix": "acme-"}, "cloudwatch:DescribeAlarms", {}),
        ("secretsmanager", "get_secret_value", {"SecretId": SECRET}, "secretsmanager:GetSecretValue", {"SecretId": (SECRET,)}),
        ("kms", "decrypt", {"CiphertextBlob": b"x", "KeyId": "k"}, "kms:Decrypt", {"KeyId": ("k",)}),
        ("lambda", "invoke", {"FunctionName": "acme-heal"}, "lambda:InvokeFunction", {"FunctionName": ("acme-heal",)}),
        (
            "lambda",
            "get_function",
            {"FunctionName": "arn:aws:lambda:us-west-2:1:function:f"},
            "lambda:GetFunction",
            {"FunctionName": ("arn:aws:lambda:us-west-2:1:function:f",)},
        ),
        ("lambda", "list_functions", {}, "lambda:ListFunctions", {}),
        (
            "logs",
            "put_retention_policy",
            {"logGroupName": "/g", "retentionInDays": 1},
            "logs:PutRetentionPolicy",
            {"logGroupName": ("/g",)},
        ),
        ("sts", "get_caller_identity", {}, "sts:GetCallerIdentity", {}),
        ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", {}),
        ("s3", "list_objects_v2", {"Bucket": "b"}, "s3:ListBucket", {"Bucket": ("b",)}),
        ("s3", "head_bucket", {"Bucket": "b"}, "s3:ListBucket", {"Bucket": ("b",)}),
        ("s3", "get_object", {"Bucket": "b", "Key": "a/é 1%25"}, "s3:GetObject", {"Bucket": ("b",), "Key": ("b/a/é 1%25",)}),
        ("s3", "head_object", {"Bucket": "b", "Key": "k"}, "s3:GetObject", {"Key": ("b/k",)}),
        ("s3", "get_object", {"Bucket": "b", "Key": "k", "VersionId": "1"}, "s3:GetObjectVersion", {"Key": ("b/k",)}),
        ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x"}, "s3:PutObject", {"Key": ("b/k",)}),
        ("s3", "create_multipart_upload", {"Bucket": "b", "Key": "k"}, "s3:PutObject", {"Key": ("b/k",)}),
        ("s3", "delete_object", {"Bucket": "b", "Key": "k"}, "s3:DeleteObject", {"Key": ("b/k",)}),
        ("s3", "get_bucket_policy", {"Bucket": "b"}, "s3:GetBucketPolicy", {"Bucket": ("b",)}),
        ("s3", "get_object_acl", {"Bucket": "b", "Key": "k"}, "s3:Unlisted", {}),  # only s3:* allows what isn't known
        ("s3", "copy_object", {"Bucket": "b", "Key": "k", "CopySource": "c/k"}, "s3:Unlisted", {}),
    ],
)
def test_a_request_is_read_as_the_permission_that_it_needs(
    service: str, operation: str, given: dict[str, Any], action: str, params: dict[str, tuple[str, ...]]
) -> None:
    call = written(service, operation, **given)
    assert call.action == action
    assert {name: call.params.get(name) for name in params} == params


def test_a_bucket_may_be_part_of_the_hosts_name() -> None:
    call = written("s3", "get_object", hosted=True, Bucket="b", Key="k")
    assert (call.action, call.params["Key"]) == ("s3:GetObject", ("b/k",))


def test_tags_that_a_call_gives_are_known() -> None:
    call = written("ec2", "create_tags", Resources=["rtb-1"], Tags=TAGS)
    assert call.known == {"aws:requesttag/network": ("acme",), "aws:requesttag/owner": ("tokyo",), "aws:tagkeys": ("network", "owner")}
    assert call.tagged == ()


def test_tags_of_what_is_made_are_known_with_its_type() -> None:
    call = written("ec2", "create_route_table", VpcId="vpc-1", TagSpecifications=[{"ResourceType": "route-table", "Tags": TAGS}])
    assert call.tagged == ("route-table",)
    assert call.known["aws:requesttag/owner"] == ("tokyo",)


def test_parameters_that_conditions_ask_for_are_known() -> None:
    role = "arn:aws:iam::111122223333:role/app"
    assert written("sts", "assume_role", RoleArn=role, RoleSessionName="me", ExternalId="them").known == {
        "sts:externalid": ("them",),
        "sts:rolesessionname": ("me",),
    }
    assert written("s3", "list_objects_v2", Bucket="b", Prefix="routers/").known == {"s3:prefix": ("routers/",)}


def test_what_isnt_json_has_no_parameters() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=ASIA1/20260101/us-west-2/dynamodb/aws4_request, ",
        "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem",
    }
    for body in (b"{", b"[]", b"", json.dumps("x").encode()):
        call = call_of(read(environ), "", "127.0.0.1", "application/x-amz-json-1.0", body)
        assert (call.action, dict(call.params), call.said) == ("dynamodb:PutItem", {}, {})
