"""Networks to make stacks of, and templates read back as CloudFormation reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from landbridge.artifacts import render
from landbridge.aws.model import StackPlan
from landbridge.aws.stacks import stack_plans
from landbridge.design import Design, design, rereleased
from landbridge.intent import load
from tests.design.networks import Data, designed, hub, network, single, site

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEr7EWlbrZ2JOYq3pdYc+X/5tEqAVOp13U/RnxMPpR2J somebody"
ADMIN = {"cidrs": ["203.0.113.0/24"], "ssh_keys": [KEY]}


class Loader(yaml.CSafeLoader):
    """YAML with CloudFormation's short tags."""


def _long(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {suffix: value} if suffix == "Ref" else {f"Fn::{suffix}": value.split(".", 1) if suffix == "GetAtt" else value}
    assert isinstance(node, yaml.SequenceNode)
    return {f"Fn::{suffix}": loader.construct_sequence(node, deep=True)}


yaml.add_multi_constructor("!", _long, Loader)


def read(plan: StackPlan) -> dict[str, Any]:
    """A stack's template, with the long forms of functions."""
    template: dict[str, Any] = yaml.load(plan.template, Loader)
    return template


def example(name: str) -> tuple[StackPlan, ...]:
    return plans_of(rereleased(design(load(EXAMPLES / f"{name}.yaml")), "1.4"))


def plans_of(made: Design, texts: Mapping[str, str] | None = None) -> tuple[StackPlan, ...]:
    return stack_plans(made, render(made).routers if texts is None else texts)


def plans(data: Data) -> tuple[StackPlan, ...]:
    return plans_of(designed(data))


def by_kind(made: tuple[StackPlan, ...], kind: str) -> list[StackPlan]:
    return [plan for plan in made if plan.kind == kind]


def small() -> Data:
    """A pair in the hub's account, a single in another's, a private subnet, a second CIDR: something of everything."""
    sites = {
        "paris": site(
            "10.1.0.0/16",
            vpc={
                "cidrs": ["10.1.0.0/16", "10.7.0.0/24"],
                "subnets": [
                    {"cidr": "10.1.0.0/24", "zone": "a"},
                    {"cidr": "10.1.1.0/24", "zone": "b"},
                    {"cidr": "10.7.0.0/24", "zone": "a"},
                    {"cidr": "10.1.9.0/24", "zone": "c", "private": True},
                ],
            },
            region="eu-west-3",
        ),
        "tokyo": single("10.1.0.0/16", "10.1.0.0/24", "10.1.8.0/24", region="ap-northeast-1")
        | {"account": {"role": "arn:aws:iam::210987654321:role/network"}},
    }
    return network(sites, admin=ADMIN, tags={"CostCenter": "net"})


def existing() -> Data:
    """A network whose VPCs are there already."""
    paris = site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24")
    paris["vpc"]["id"] = "vpc-0123456789abcdef0"
    own = hub("172.16.0.0/16", "172.16.0.0/24", "172.16.1.0/24")
    own["vpc"]["id"] = "vpc-0123456789abcdef1"
    return network({"paris": paris}, hubs={"oregon": own}, admin=ADMIN)


def china() -> Data:
    sites = {"ningxia": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region="cn-northwest-1")}
    return network(sites, hubs={"beijing": hub(region="cn-north-1")}, admin=ADMIN)


def varied() -> Data:
    """What the others don't have: no VPC at the hub, IKEv1, AWS as who begins, no administrators, a single that may stand anywhere."""
    sites = {"rome": single("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", asn=65001)}
    return network(sites, hubs={"oregon": hub(None)}, vpn={"ike": "ikev1"})


def aws_begins() -> Data:
    own = hub()
    own["vpc"]["cidrs"].append("172.17.0.0/24")
    return network({"rome": single("10.1.0.0/16", "10.1.0.0/24")}, hubs={"oregon": own}, vpn={"startup": "aws"}, admin=ADMIN)


NETWORKS = {"small": small, "existing": existing, "china": china, "varied": varied, "aws-begins": aws_begins}


@cache
def large(sites: int = 200) -> tuple[StackPlan, ...]:
    """Pairs in three Regions, of which many hold the same ranges."""
    regions = ("eu-west-1", "us-east-1", "ap-southeast-1")
    many = {
        f"site-{number}": site(f"10.{number % 150}.0.0/16", *(f"10.{number % 150}.{third}.0/24" for third in range(3)),
                               region=regions[number % 3])
        for number in range(sites)
    }  # fmt: skip
    return plans(network(many, admin=ADMIN))


def statements(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every policy, with the logical id of what it is part of."""

    def walk(value: object, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(value, dict):
            if "Effect" in value:
                yield name, value
            for inner in value.values():
                yield from walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, name)

    for name, resource in template["Resources"].items():
        yield from walk(resource, name)
