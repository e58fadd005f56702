"""What a deployment would do where nothing is yet, without asking anybody."""

from __future__ import annotations

import yaml

from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.fresh import from_nothing
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.model import ResourceChange
from landbridge.aws.deploying.template import resources
from tests.aws.deploying.small import HUB, aws, cloud, network
from tests.aws.stacks.networks import example, read


@aws()
def test_it_is_what_an_aws_that_has_nothing_says() -> None:
    assert from_nothing(network()).stacks == tuple(
        type(one)(one.name, one.kind, one.owner, one.place, one.action, one.resources) for one in changes(cloud(), network()).stacks
    )


def test_every_resource_of_an_examples_stacks_is_counted() -> None:
    made = {plan.name: plan for plan in example("acquisition")}
    stacks = from_nothing(Ground("acquisition", tuple(made.values()))).stacks
    assert {stack.name for stack in stacks} == set(made)
    for stack in stacks:
        wanted = [(name, one["Type"]) for name, one in read(made[stack.name])["Resources"].items()]
        assert [(one.name, one.type) for one in stack.resources] == wanted


def test_a_template_that_is_written_otherwise_is_read_too() -> None:
    wanted = {ResourceChange("add", "Hub", "AWS::EC2::VPC"), ResourceChange("add", "About", "AWS::SSM::Parameter")}
    for text in (yaml.safe_dump(HUB), yaml.safe_dump(HUB, default_flow_style=True), yaml.safe_dump(HUB, indent=4, sort_keys=False)):
        assert set(resources(text)) == wanted
