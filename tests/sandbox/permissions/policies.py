"""Policies and principals in few words."""

from __future__ import annotations

from typing import Any

from landbridge.sandbox.permissions.judging import Principal, Resource, judge
from landbridge.sandbox.permissions.policy import Policy, read

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
TABLE = f"arn:aws:ec2:us-west-2:{ACCOUNT}:route-table/rtb-1"
SECRET = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:app/db-abcdef"


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """`more` are further elements: Condition, Principal; NotAction and NotResource where `action` or `resource` are None."""
    said = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {key: value for key, value in said.items() if value is not None}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return statement("Allow", action, resource, **more)


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return statement("Deny", action, resource, **more)


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return read({"Version": version, "Statement": list(statements)})


def principal(*statements: dict[str, Any], **more: Any) -> Principal:  # noqa: ANN401
    """A session of the role `app` with these statements."""
    return Principal("aws", ACCOUNT, "app", "one", (policy(*statements),), **more)


def why(who: Principal, action: str, resource: str | Resource = TABLE, **known: str | tuple[str, ...]) -> str:
    """Why it is refused; empty where it isn't. Of a key's name `__` is a colon, and `_` a dash."""
    about = resource if isinstance(resource, Resource) else Resource(resource, ACCOUNT)
    keys = {key.replace("__", ":").replace("_", "-"): (value,) if isinstance(value, str) else value for key, value in known.items()}
    refusal = judge(who, action, [about], keys)
    return "" if refusal is None else refusal.why


def may(who: Principal, action: str, resource: str | Resource = TABLE, **known: str | tuple[str, ...]) -> bool:
    return not why(who, action, resource, **known)
