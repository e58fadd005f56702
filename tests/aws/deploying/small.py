"""A network of small stacks, and an AWS in this process to deploy it to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import yaml
from moto import mock_aws
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, cloudformation_backends

from landbridge.aws.calling import Call, Cloud, Watch
from landbridge.aws.calling.call import Answer
from landbridge.aws.calling.sessions import Sessions
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.model import Done, Event, Plan
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.model import Account, Given, Kind, Output, Source, StackPlan, Stored
from landbridge.heal import tags
from landbridge.sandbox.server.remembering import remember

NETWORK = "acme"
ACCOUNT = Account("default")
WEST, EAST = "us-west-2", "ap-southeast-1"
TAGS = [{"Key": tags.NETWORK, "Value": NETWORK}]

remember()
_SESSIONS = Sessions(None)  # to make clients takes longer than all that is asked of them here

BASE: dict[str, Any] = {
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": {"Fn::Sub": "acme-${AWS::AccountId}-${AWS::Region}"}, "Tags": TAGS},
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "name", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "name", "KeyType": "HASH"}],
                "Tags": TAGS,
            },
        },
    },
    "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}, "Table": {"Value": {"Ref": "Table"}}},
}
HUB: dict[str, Any] = {
    "Parameters": {"Description": {"Type": "String"}},
    "Resources": {
        "Hub": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "172.88.64.0/19", "Tags": TAGS}},
        "About": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/acme/hub", "Type": "String", "Value": {"Ref": "Description"}}},
    },
    "Outputs": {"Hub": {"Value": {"Ref": "Hub"}}},
}
EDGE: dict[str, Any] = {
    "Parameters": {"Hub": {"Type": "String"}},
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "172.88.0.0/19", "Tags": TAGS}},
        "Address": {"Type": "AWS::EC2::EIP", "DeletionPolicy": "Retain", "Properties": {"Domain": "vpc", "Tags": TAGS}},
        "Note": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/acme/edge", "Type": "String", "Value": {"Ref": "Hub"}}},
    },
    "Outputs": {"Vpc": {"Value": {"Ref": "Vpc"}}},
}
GATEWAYS = {
    "Parameters": {"Vpc": {"Type": "String"}, "Text": {"Type": "String"}},
    "Resources": {
        "Kept": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/acme/text", "Type": "String", "Value": {"Ref": "Text"}}}
    },
}


def stack(owner: str, kind: Kind, region: str, template: dict[str, Any], **parameters: Source) -> StackPlan:
    name = f"{NETWORK}-{owner}-{kind}"
    return StackPlan(name, kind, owner, ACCOUNT, region, yaml.safe_dump(template, sort_keys=False), parameters)


def network(text: bytes = b"set system host-name singapore-a\n", description: str = "hub", edge: dict[str, Any] | None = None) -> Ground:
    """A hub and a site, with a base in each of their Regions."""
    return Ground(
        NETWORK,
        (
            stack("default-west", "base", WEST, BASE),
            stack("default-east", "base", EAST, BASE),
            stack("oregon", "hub", WEST, HUB, Description=Given(description)),
            stack("singapore", "edge", EAST, edge or EDGE, Hub=Output("acme-oregon-hub", "Hub")),
            stack(
                "singapore",
                "gateways",
                EAST,
                GATEWAYS,
                Vpc=Output("acme-singapore-edge", "Vpc"),
                Text=Stored("routers/singapore-a/", ".set", text),
            ),
        ),
    )


def without(ground: Ground, *names: str) -> Ground:
    return replace(ground, plans=tuple(plan for plan in ground.plans if plan.name not in names))


@contextmanager
def aws() -> Iterator[None]:
    """An AWS in this process. Where the emulator's change sets forget outputs and parameters, or fail to go twice, they are helped."""
    apply, delete = ChangeSet.apply, CloudFormationBackend.delete_change_set

    def applied(self: ChangeSet) -> None:
        apply(self)
        self.stack.template_dict = self.template_dict
        self.stack.parameters = self.parameters
        self.stack.output_map = self.stack._create_output_map()

    def deleted(self: CloudFormationBackend, change_set_name: str) -> None:
        if change_set_name in self.change_sets:
            delete(self, change_set_name)

    quick = patch.dict(os.environ, {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false"})
    with quick, mock_aws(), patch.object(ChangeSet, "apply", applied), patch.object(CloudFormationBackend, "delete_change_set", deleted):
        yield


class OneAtATime(Cloud):
    """AWS takes many calls at once; an emulator in this very process, whose tables are plain ones, takes them in turn."""

    _turn = threading.RLock()

    def _once(self, call: Call, operation: str, arguments: dict[str, Any]) -> Answer:
        with self._turn:
            return super()._once(call, operation, arguments)


def cloud(watch: Watch | None = None) -> Cloud:
    return OneAtATime(watch=watch, sleep=lambda _: None, pauses=(0, 0, 0), sessions=_SESSIONS)


def means(by: Cloud | None = None, told: list[Event] | None = None, holder: Holder | None = None) -> Means:
    tell = told.append if told is not None else (lambda _: None)
    return Means(by or cloud(), tell, Patience(threading.Event(), 0.001), holder or Holder())


def run(ground: Ground, by: Cloud | None = None, shown: Plan | None = None, told: list[Event] | None = None) -> Done:
    return deploy(ground, means(by, told), shown)


def stacks() -> dict[str, Any]:
    """What the emulator itself has of stacks, by name."""
    found = [one for region in (WEST, EAST) for one in cloudformation_backends["123456789012"][region].stacks.values()]
    return {one.name: one for one in found}


def set_status(name: str, status: str) -> None:
    stacks()[name].status = status


class Recorder:
    """Counts the calls that are made."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def before(self, call: Call) -> None:
        self.calls.append(call)

    def after(self, call: Call) -> None:
        pass

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self.calls]
