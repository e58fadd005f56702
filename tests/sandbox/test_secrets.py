"""Secrets of another account: reached by their ARN where they let themselves be."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from .conftest import Client


def test_another_accounts_secret_is_reached_by_its_arn_once_it_has_a_policy(client: Client) -> None:
    owner, other = (client("secretsmanager", "us-east-2", account) for account in ("111122223333", "444455556666"))
    arn = owner.create_secret(Name="across", SecretString="letters")["ARN"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        other.get_secret_value(SecretId=arn)
    statement = {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    owner.put_resource_policy(SecretId=arn, ResourcePolicy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    assert other.get_secret_value(SecretId=arn)["SecretString"] == "letters"
    with pytest.raises(ClientError, match="ResourceNotFound"):
        other.get_secret_value(SecretId="across")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        client("secretsmanager", "us-west-2", "444455556666").get_secret_value(SecretId=arn)
