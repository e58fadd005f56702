"""The judgement, as the IAM User Guide has it in "Policy evaluation logic"; and its laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.sandbox.permissions.judging import Principal, Resource, judge

from .policies import ACCOUNT, OTHER, ROLE, ROOT, SECRET, SESSION, TABLE, allow, deny, may, policy, principal, statement, why

ROUTE = "ec2:ReplaceRoute"
READ = "secretsmanager:GetSecretValue"
OURS = {"StringEquals": {"aws:ResourceTag/network": "acme"}}


def tagged(arn: str = TABLE, **tags: str) -> Resource:
    return Resource(arn, ACCOUNT, known={f"aws:resourcetag/{key}": (value,) for key, value in tags.items()})


def shared(*statements: dict[str, Any], account: str = ACCOUNT, ruled: bool = False) -> Resource:
    """A secret with a policy of its own."""
    return Resource(SECRET.replace(ACCOUNT, account), account, policy(*statements), ruled=ruled)


def test_what_nothing_allows_is_refused() -> None:
    assert why(principal(), ROUTE) == "because no identity-based policy allows the ec2:ReplaceRoute action"
    assert not may(Principal("aws", ACCOUNT, "app", "one"), ROUTE)


def test_an_explicit_deny_wins() -> None:
    assert may(principal(allow("ec2:*")), ROUTE)
    assert why(principal(allow("ec2:*"), deny(ROUTE, TABLE)), ROUTE) == "with an explicit deny in an identity-based policy"


@pytest.mark.parametrize("action", ["ec2:ReplaceRoute", "EC2:replaceroute", "ec2:Replace*", "ec2:*", "*", "ec2:ReplaceRout?"])
def test_actions_know_no_capitals_and_may_have_stars(action: str) -> None:
    assert may(principal(allow(action)), ROUTE)


@pytest.mark.parametrize("action", ["ec2:ReplaceRoutes", "ec2:Describe*", "s3:*", "ec2:", "ReplaceRoute"])
def test_other_actions_allow_nothing(action: str) -> None:
    assert not may(principal(allow(action)), ROUTE)


def test_all_actions_but_some() -> None:
    who = principal(allow(None, NotAction=["iam:*", "ec2:Delete*"]))
    assert may(who, ROUTE)
    assert not may(who, "ec2:DeleteRoute")
    assert not may(who, "iam:GetRole")


def test_all_resources_but_some() -> None:
    who = principal(allow(ROUTE, None, NotResource=TABLE))
    assert not may(who, ROUTE)
    assert may(who, ROUTE, TABLE.replace("rtb-1", "rtb-2"))
    assert may(who, ROUTE, "*")


def test_what_is_judged_on_everything_is_allowed_on_everything_only() -> None:
    assert may(principal(allow("ec2:DescribeInstances")), "ec2:DescribeInstances", "*")
    assert not may(principal(allow("ec2:DescribeInstances", "arn:aws:ec2:*:*:*")), "ec2:DescribeInstances", "*")


def test_every_resource_of_a_call_must_be_allowed() -> None:
    who = principal(allow("ec2:AssociateAddress", "*", Condition=OURS))
    address, interface = tagged(TABLE, network="acme"), tagged(TABLE.replace("rtb-1", "rtb-2"), network="shop")
    assert judge(who, "ec2:AssociateAddress", [address, address], {}) is None
    refusal = judge(who, "ec2:AssociateAddress", [address, interface], {})
    assert refusal is not None
    assert refusal.resource == interface.arn


def test_a_condition_is_judged_by_what_is_known() -> None:
    who = principal(allow(ROUTE, "*", Condition=OURS))
    assert may(who, ROUTE, tagged(network="acme"))
    assert not may(who, ROUTE, tagged(network="shop"))
    assert not may(who, ROUTE, tagged())


def test_what_cant_be_judged_allows_nothing_and_denies_all() -> None:
    strange = {"StringEquals": {"ec2:SomethingNew": "yes"}}
    assert not may(principal(allow(ROUTE, "*", Condition=strange)), ROUTE)
    assert not may(principal(allow(ROUTE), deny(ROUTE, "*", Condition=strange)), ROUTE)
    assert not may(principal(allow(ROUTE, None, NotResource="arn:aws:ec2:*:*:route-table/${aws:nothing}")), ROUTE)


def test_variables_name_the_caller() -> None:
    who = principal(allow(READ, "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*"), tags=(("team", "app"),))
    assert may(who, READ, SECRET)
    assert not may(who, READ, SECRET.replace("app/", "net/"))
    star = principal(allow(READ, "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*"), tags=(("team", "*"),))
    assert not may(star, READ, SECRET)


def test_a_policy_of_the_first_version_names_nobody() -> None:
    named = allow(READ, "arn:aws:secretsmanager:*:*:secret:${aws:PrincipalTag/team}/*")
    for version, allowed in (("2012-10-17", True), ("2008-10-17", False)):
        assert (
            may(Principal("aws", ACCOUNT, "app", "one", (policy(named, version=version),), tags=(("team", "app"),)), READ, SECRET)
            is allowed
        )


def test_the_owner_of_a_resource_is_known() -> None:
    who = principal(allow("*", "*", Condition={"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}))
    assert may(who, ROUTE)
    assert not may(who, READ, shared(allow(READ, Principal="*"), account=OTHER))


@pytest.mark.parametrize("which", ["boundary", "narrowed"])
def test_a_boundary_and_a_sessions_policy_allow_nothing_and_limit_all(which: str) -> None:
    name = {"boundary": "permissions boundary", "narrowed": "session policy"}[which]
    assert may(principal(allow("ec2:*"), **{which: policy(allow("ec2:Replace*"))}), ROUTE)
    assert why(principal(allow("ec2:*"), **{which: policy(allow("s3:*"))}), ROUTE) == f"because no {name} allows the {ROUTE} action"
    assert why(principal(allow("*"), **{which: policy(allow("*"), deny("ec2:*"))}), ROUTE) == f"with an explicit deny in a {name}"
    assert not may(principal(**{which: policy(allow("*"))}), ROUTE)
    assert not may(principal(allow("*"), **{which: ()}), ROUTE)


def test_a_resources_policy_may_allow_by_itself_in_its_account() -> None:
    assert may(principal(), READ, shared(allow(READ, Principal={"AWS": ROLE})))
    assert may(principal(), READ, shared(allow(READ, Principal="*")))
    assert may(principal(), READ, shared(allow(READ, Principal={"AWS": [OTHER, SESSION]})))
    assert not may(principal(), READ, shared(allow(READ, Principal={"AWS": ROLE.replace("app", "web")})))
    assert not may(principal(), READ, shared(allow(READ, Principal={"Service": "ec2.amazonaws.com"})))


def test_one_that_names_the_account_leaves_it_to_the_account() -> None:
    for root in (ROOT, ACCOUNT):
        assert not may(principal(), READ, shared(allow(READ, Principal={"AWS": root})))
        assert may(principal(allow(READ)), READ, shared(allow(READ, Principal={"AWS": root})))


def test_what_it_gives_a_role_a_boundary_limits_and_what_it_gives_a_session_nothing_does() -> None:
    limited = principal(boundary=policy(allow("s3:*")), narrowed=policy(allow("s3:*")))
    assert not may(limited, READ, shared(allow(READ, Principal={"AWS": ROLE})))
    assert may(limited, READ, shared(allow(READ, Principal={"AWS": SESSION})))
    assert not may(principal(deny(READ)), READ, shared(allow(READ, Principal={"AWS": SESSION})))


def test_a_resources_policy_may_deny() -> None:
    for whom in ("*", {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": ROOT}):
        assert why(principal(allow(READ)), READ, shared(deny(READ, Principal=whom))) == "with an explicit deny in a resource-based policy"
    assert may(principal(allow(READ)), READ, shared(deny(READ, Principal={"AWS": OTHER})))


def test_all_principals_but_some_are_denied() -> None:
    def but(*spared: str) -> Resource:
        return shared(deny(READ, NotPrincipal={"AWS": list(spared)}))

    assert may(principal(allow(READ)), READ, but(ROLE, ROOT))
    assert not may(principal(allow(READ)), READ, but(ROLE))  # its account is to be named too
    assert not may(principal(allow(READ)), READ, but(OTHER))
    assert not may(principal(), READ, shared(allow(READ, NotPrincipal={"AWS": OTHER})))


@pytest.mark.parametrize("whom", [ROLE, SESSION, ROOT, ACCOUNT, "*"])
def test_across_accounts_both_must_allow(whom: str) -> None:
    foreign = shared(allow(READ, Principal={"AWS": whom}), account=OTHER)
    assert may(principal(allow(READ)), READ, foreign)
    assert not may(principal(), READ, foreign)
    assert why(principal(allow(READ)), READ, shared(account=OTHER)) == f"because no resource-based policy allows the {READ} action"
    assert not may(principal(allow(READ)), READ, Resource(SECRET.replace(ACCOUNT, OTHER), OTHER))
    assert not may(principal(allow(READ), boundary=policy()), READ, foreign)


def test_a_kms_key_and_a_role_are_ruled_by_their_own_policy() -> None:
    """No policy of an identity is enough where theirs doesn't let it be."""
    assert not may(principal(allow("kms:*")), "kms:Decrypt", shared(ruled=True))
    assert may(principal(allow("kms:*")), "kms:Decrypt", shared(allow("kms:*", Principal={"AWS": ROOT}), ruled=True))
    assert not may(principal(), "kms:Decrypt", shared(allow("kms:*", Principal={"AWS": ROOT}), ruled=True))
    assert may(principal(), "kms:Decrypt", shared(allow("kms:*", Principal={"AWS": ROLE}), ruled=True))
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROLE}}
    assert may(principal(), "sts:AssumeRole", shared(trust, ruled=True))
    assert not may(
        principal(allow("sts:*")), "sts:AssumeRole", shared({**trust, "Principal": {"Service": "ec2.amazonaws.com"}}, ruled=True)
    )


# Laws, over a small world: two services, two resources, a tag.
ACTIONS = st.sampled_from(["ec2:ReplaceRoute", "ec2:*", "secretsmanager:GetSecretValue", "*"])
RESOURCES = st.sampled_from([TABLE, SECRET, "*", "arn:aws:ec2:*:*:route-table/*"])
CONDITIONS = st.sampled_from([None, OURS, {"Null": {"aws:ResourceTag/network": "true"}}, {"StringEquals": {"ec2:SomethingNew": "1"}}])
PRINCIPALS = st.sampled_from(["*", {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": ROOT}, {"AWS": OTHER}, {"Service": "ec2.amazonaws.com"}])


@st.composite
def said(draw: st.DrawFn, *, by_resource: bool = False) -> dict[str, Any]:
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    more = {"Principal": draw(PRINCIPALS)} if by_resource else {}
    action, resource = draw(ACTIONS), draw(RESOURCES)
    if draw(st.booleans()):
        return statement(effect, action, resource, Condition=draw(CONDITIONS), **more)
    return statement(effect, None, None, NotAction=action, NotResource=resource, Condition=draw(CONDITIONS), **more)


STATEMENTS = st.lists(said(), max_size=4)
LIMIT = st.none() | STATEMENTS.map(lambda one: policy(*one))
REQUESTS = st.tuples(
    st.sampled_from(["ec2:ReplaceRoute", READ]), st.sampled_from([TABLE, SECRET, "*"]), st.sampled_from(["acme", "shop", ""])
)


@st.composite
def about(draw: st.DrawFn) -> tuple[str, Resource]:
    action, arn, network = draw(REQUESTS)
    own = policy(*draw(st.lists(said(by_resource=True), max_size=3)))
    account = draw(st.sampled_from([ACCOUNT, OTHER])) if arn != "*" else ""
    known = {"aws:resourcetag/network": (network,)} if network else {}
    return action, Resource(arn, account, own, ruled=draw(st.booleans()), known=known)


def allowed(statements: list[dict[str, Any]], asked: tuple[str, Resource], **limits: Any) -> bool:  # noqa: ANN401
    return judge(principal(*statements, **limits), asked[0], [asked[1]], {}) is None


@given(STATEMENTS, about(), LIMIT, LIMIT)
def test_an_explicit_deny_always_wins(statements: list[dict[str, Any]], asked: tuple[str, Resource], one: Any, two: Any) -> None:  # noqa: ANN401
    for denied in (deny("*"), deny(asked[0]), deny("*", asked[1].arn), deny(None, NotAction="s3:*")):
        assert not allowed([*statements, denied], asked, boundary=one, narrowed=two)


@given(STATEMENTS, about(), LIMIT)
def test_taking_away_what_allows_never_allows_more(statements: list[dict[str, Any]], asked: tuple[str, Resource], limit: Any) -> None:  # noqa: ANN401
    before = allowed(statements, asked, boundary=limit)
    for number, one in enumerate(statements):
        less = statements[:number] + statements[number + 1 :]
        after = allowed(less, asked, boundary=limit)
        assert after <= before if one["Effect"] == "Allow" else after >= before


@given(STATEMENTS, about(), STATEMENTS)
def test_a_limit_never_allows_more(statements: list[dict[str, Any]], asked: tuple[str, Resource], limit: list[dict[str, Any]]) -> None:
    for which in ("boundary", "narrowed"):
        assert allowed(statements, asked, **{which: policy(*limit)}) <= allowed(statements, asked)


@given(STATEMENTS, about())
def test_another_accounts_resource_needs_both(statements: list[dict[str, Any]], asked: tuple[str, Resource]) -> None:
    action, resource = asked
    if resource.account == OTHER and allowed(statements, asked):
        assert not allowed([], asked)
        assert judge(principal(*statements), action, [Resource(resource.arn, OTHER, known=resource.known)], {}) is not None


@given(STATEMENTS, about(), about())
def test_of_two_resources_both_must_be_allowed(
    statements: list[dict[str, Any]], one: tuple[str, Resource], other: tuple[str, Resource]
) -> None:
    who = principal(*statements)
    both = judge(who, one[0], [one[1], other[1]], {}) is None
    assert both == all(judge(who, one[0], [each], {}) is None for each in (one[1], other[1]))
