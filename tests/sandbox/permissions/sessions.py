"""Roles with policies, made and taken on in the emulator; and whether a call was refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.conftest import Client

REFUSALS = {"UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "403"}
_numbers = itertools.count()


def trust(*principals: str, **more: Any) -> str:  # noqa: ANN401
    """A role's policy of its own: who may take it on."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals) or "*"}, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def session(
    client: Client,
    *statements: dict[str, Any],
    account: str = "111122223333",
    region: str = "us-west-2",
    taken: dict[str, Any] | None = None,
    **made: Any,  # noqa: ANN401
) -> Client:
    """Clients of a session of a new role with these statements. `taken` is said to AssumeRole besides, `made` to CreateRole."""
    iam = client("iam", region, account)
    name = f"role-{next(_numbers)}"
    given = {"AssumeRolePolicyDocument": trust("*"), **made}
    arn = iam.create_role(RoleName=name, **given)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(*statements))
    return assumed(client, arn, region, account, **(taken or {}))


def assumed(client: Client, arn: str, region: str, account: str, **more: Any) -> Client:  # noqa: ANN401
    """Clients of a session of a role."""
    keys = client("sts", region, account).assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]

    def make(service: str, to: str = region, *_: str, **more: str) -> Foreign:
        return client(
            service,
            to,
            keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
            **more,
        )

    return make


def refused(call: Callable[[], Any]) -> str:
    """The refusal of a call by a policy, in AWS' words; empty where it was let pass, whatever became of it."""
    try:
        call()
    except ClientError as problem:
        error = problem.response["Error"]
        return f"{error['Code']}: {error['Message']}" if error["Code"] in REFUSALS else ""
    return ""
