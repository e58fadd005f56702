"""Deploying a small network: from nothing, again, after an edit, from every state that a stack can be in."""

from __future__ import annotations

import json

import pytest

from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.ground import place
from landbridge.aws.deploying.model import Event, Plan
from landbridge.findings import LandbridgeError
from tests.aws.deploying.small import EAST, EDGE, NETWORK, aws, cloud, network, run, set_status, stacks, without

ALL = ("acme-default-west-base", "acme-default-east-base", "acme-oregon-hub", "acme-singapore-edge", "acme-singapore-gateways")


def planned(plan: Plan) -> dict[str, str]:
    return {change.name: change.action for change in plan.stacks}


@aws()
def test_from_nothing_then_no_change_then_exactly_the_edit() -> None:
    assert planned(changes(cloud(), network())) == dict.fromkeys(ALL, "create")
    assert stacks() == {}, "a plan leaves nothing behind"
    told: list[Event] = []
    done = run(network(), told=told)
    assert done.ok, done.findings
    assert set(done.created) == set(ALL)
    assert {event.stack for event in told} == set(ALL)
    assert all(one.status == "CREATE_COMPLETE" for one in stacks().values())

    again = changes(cloud(), network())
    assert again.changes == ()
    assert set(run(network(), shown=again).unchanged) == set(ALL)

    edited = network(text=b"set system host-name other\n")
    plan = changes(cloud(), edited)
    assert [(change.name, change.action, change.parameters) for change in plan.changes] == [(ALL[4], "update", ("Text",))]
    done = run(edited, shown=plan)
    assert done.updated == (ALL[4],)
    assert [finding.code for finding in done.findings] == ["router"], "nobody pushed it to the router that runs"
    assert changes(cloud(), edited).changes == ()
    assert [finding.code for finding in run(edited).findings] == ["router"], "it stays due until somebody does"


@aws()
def test_what_follows_an_output_that_may_change_is_said() -> None:
    run(network())
    assert [change.after for change in changes(cloud(), network(description="new")).changes] == [()], "a name stays when a text changes"
    plan = changes(cloud(), network())
    assert plan.changes == ()


@aws()
def test_a_removed_site_goes_last_and_is_shown() -> None:
    run(network())
    small = without(network(), "acme-singapore-edge", "acme-singapore-gateways", "acme-default-east-base")
    plan = changes(cloud(), small)
    assert [change.name for change in plan.changes if change.action == "destroy"] == [ALL[4], ALL[3], ALL[1]]
    done = run(small, shown=plan)
    assert done.destroyed == (ALL[4], ALL[3], ALL[1])
    assert set(stacks()) == {ALL[0], ALL[2]}
    assert changes(cloud(), small).changes == ()


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
@aws()
def test_what_a_failed_creation_left_is_created_again(status: str) -> None:
    run(network())
    set_status(ALL[4], status)
    plan = changes(cloud(), network())
    assert [(change.name, change.action) for change in plan.changes] == [(ALL[4], "create")]
    assert run(network(), shown=plan).created == (ALL[4],)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name acme-singapore-edge --region ap-southeast-1"),
        ("ROLLBACK_FAILED", "delete-stack"),
        ("DELETE_FAILED", "FORCE_DELETE_STACK"),
    ],
)
@aws()
def test_a_stack_that_needs_help_is_said_with_the_way_out_and_what_waits_for_it(status: str, says: str) -> None:
    run(network())
    set_status(ALL[3], status)
    with pytest.raises(LandbridgeError, match=says):
        changes(cloud(), network())
    done = run(network())
    assert done.failed == (ALL[3],)
    assert done.waiting == ((ALL[4], (ALL[3],)),)
    assert [says in str(finding) for finding in done.findings] == [True, False]
    assert "acme-singapore-gateways waits for acme-singapore-edge" in str(done.findings[1])


@aws()
def test_a_name_that_is_taken() -> None:
    other = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloud().call(place(network().plans[0]), "cloudformation", "create_stack", StackName=ALL[2], TemplateBody=other)
    with pytest.raises(LandbridgeError, match="wasn't made by landbridge"):
        changes(cloud(), network())
    done = run(network())
    assert (done.failed, set(done.created)) == ((ALL[2],), {ALL[0], ALL[1]})


@aws()
def test_nothing_is_done_that_was_not_shown() -> None:
    run(network())
    shown = changes(cloud(), network())
    edge = {**EDGE, "Resources": {**EDGE["Resources"], "More": {"Type": "AWS::SNS::Topic"}}}
    done = run(network(edge=edge), shown=shown)
    assert done.failed == (ALL[3],)
    assert "otherwise than was shown" in str(done.findings[0])
    assert run(network(edge=edge), shown=changes(cloud(), network(edge=edge))).updated == (ALL[3],)


@aws()
def test_a_large_template_goes_by_way_of_the_bucket() -> None:
    more = {f"Topic{index}": {"Type": "AWS::SNS::Topic", "Metadata": {"why": "x" * 900}} for index in range(70)}
    large = network(edge={**EDGE, "Resources": {**EDGE["Resources"], **more}})
    assert run(large).ok
    bucket = f"{NETWORK}-123456789012-{EAST}"
    keys = [one["Key"] for one in cloud().each(place(large.plans[1]), "s3", "list_objects_v2", "Contents", Bucket=bucket)]
    assert [key.split("/")[0] for key in keys] == ["routers", "templates"]
    assert changes(cloud(), large).changes == ()
