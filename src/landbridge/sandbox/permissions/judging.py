"""The judgement: IAM User Guide, "Policy evaluation logic". Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.permissions.policy import Policy, Statement

Grant = Literal["none", "account", "role", "session"]  # how far a resource's policy goes: to whose policies allow it, or by itself


@dataclass(frozen=True, slots=True)
class Principal:
    """A role's session, and what it has: the role's own policies, the boundary and the session's policy where there are any."""

    partition: str
    account: str
    role: str  # its name, with its path
    session: str
    policies: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    narrowed: Policy | None = None
    tags: tuple[tuple[str, str], ...] = ()
    number: str = ""  # the role's unique id

    @property
    def role_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{self.role}"

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:sts::{self.account}:assumed-role/{self.role.rsplit('/', 1)[-1]}/{self.session}"

    @property
    def known(self) -> Known:
        """The keys that every request of its has."""
        return {
            "aws:principalarn": (self.role_arn,),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": ("AssumedRole",),
            "aws:userid": (f"{self.number}:{self.session}",),
            "aws:principalisawsservice": ("false",),
            **{f"aws:principaltag/{key}".lower(): (value,) for key, value in self.tags},
        }


@dataclass(frozen=True, slots=True)
class Resource:
    """What a call is about. `account` is "" where it is nobody's (`*`). `ruled`: nothing is allowed that its own policy doesn't allow, as
    with KMS keys and who may be a role."""

    arn: str
    account: str = ""
    policy: Policy | None = None
    ruled: bool = False
    known: Known = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that isn't allowed, on what, and why, in AWS' words."""

    principal: str
    action: str
    resource: str
    why: str

    def __str__(self) -> str:
        return f"User: {self.principal} is not authorized to perform: {self.action} on resource: {self.resource} {self.why}"


def judge(who: Principal, action: str, resources: Iterable[Resource], known: Known) -> Refusal | None:
    """None where the action is allowed on every resource, else the first refusal. `known` are the call's own keys."""
    for resource in resources:
        owner = {"aws:resourceaccount": (resource.account,)} if resource.account else {}
        why = _refused(who, action, resource, {**who.known, **known, **owner, **resource.known})
        if why is not None:
            return Refusal(who.arn, action, resource.arn, why)
    return None


def _refused(who: Principal, action: str, resource: Resource, known: Known) -> str | None:
    """Why it is refused, or None."""
    about = (action, resource.arn, known)
    own = [one for policy in who.policies for one in policy if one.about(*about)]
    shared = [one for one in resource.policy or () if one.about(*about)]
    bounds = {"a permissions boundary": who.boundary, "a session policy": who.narrowed}
    if any(not one.allows for one in own):
        return "with an explicit deny in an identity-based policy"
    if any(not one.allows and _grant(one, who) != "none" for one in shared):
        return "with an explicit deny in a resource-based policy"
    for name, policy in bounds.items():
        if any(one.about(*about) and not one.allows for one in policy or ()):
            return f"with an explicit deny in {name}"
    granted = {_grant(one, who) for one in shared if one.allows}
    foreign = resource.account not in ("", who.account)
    if (foreign or resource.ruled) and granted <= {"none"}:
        return f"because no resource-based policy allows the {action} action"
    if not foreign and "session" in granted:
        return None
    allowed = any(one.allows for one in own) or (not foreign and "role" in granted)
    if not allowed:
        return f"because no identity-based policy allows the {action} action"
    for name, policy in bounds.items():
        if policy is not None and not any(one.about(*about) and one.allows for one in policy):
            return f"because no {name.removeprefix('a ')} allows the {action} action"
    return None


def _grant(statement: Statement, who: Principal) -> Grant:
    """How far a statement of a resource's policy reaches the principal. One that names an account leaves it to that account. Who is
    spared by NotPrincipal must be named as a role and as an account; nothing is allowed by it."""
    named = (statement.principals or {}).get("AWS", ())
    account = {who.account, f"arn:{who.partition}:iam::{who.account}:root"}
    if statement.but_principals:
        return "none" if statement.allows or (who.role_arn in named and account & set(named)) else "role"
    if who.arn in named:
        return "session"
    if "*" in named or who.role_arn in named:
        return "role"
    return "account" if account & set(named) else "none"
