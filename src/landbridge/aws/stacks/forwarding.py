"""Alarms of the hub's Region, handed on to the other Regions that gateways of the hub's account stand in: there they wake heal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Sub, Template, events, iam

from landbridge.aws.stacks.layout import Layout
from landbridge.aws.stacks.names import Labels

MOST_TARGETS = 5  # of a rule; no quota raises it


def alarm_pattern(network: str) -> Mapping[str, Any]:
    """The events of the network's alarms: they are known by their names. One more that begins so only makes heal look."""
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": f"{network}-"}]},
    }


def add_forwarding(template: Template, network: str, layout: Layout, labels: Labels) -> None:
    """Rules whose targets are the other Regions' buses, and the role that puts events there. Nothing where there are no such Regions."""
    there = {place.region for place in layout.sites.values() if place.account == layout.hub.account}
    regions = sorted(there - {layout.hub.region})
    if not regions:
        return
    buses = {region: Sub(f"arn:${{AWS::Partition}}:events:{region}:${{AWS::AccountId}}:event-bus/default") for region in regions}
    template.add_resource(
        iam.Role(
            "AlarmsRole",
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}],
            },
            Policies=[
                iam.Policy(
                    PolicyName="alarms",
                    PolicyDocument={
                        "Version": "2012-10-17",
                        "Statement": [
                            {"Sid": "HandOn", "Effect": "Allow", "Action": "events:PutEvents", "Resource": [buses[one] for one in regions]}
                        ],
                    },
                )
            ],
            Tags=labels.of("alarms"),
        )
    )
    for first in range(0, len(regions), MOST_TARGETS):
        some = regions[first : first + MOST_TARGETS]
        template.add_resource(
            events.Rule(
                f"Alarms{first // MOST_TARGETS + 1}Rule",
                Description="Tunnels that go or come wake heal where the gateways stand.",
                State="ENABLED",
                EventPattern=alarm_pattern(network),
                Targets=[events.Target(Id=one, Arn=buses[one], RoleArn=GetAtt("AlarmsRole", "Arn")) for one in some],
            )
        )
