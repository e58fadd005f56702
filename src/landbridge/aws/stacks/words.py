"""What lets a pair's gateway say its word, hear the other's and a person's order, and wake heal: nothing of anyone else's."""

from __future__ import annotations

from typing import Any

from troposphere import Sub

from landbridge.design import GatewayPlan, SitePlan
from landbridge.vyos.roles import heal_function, order_key, words_table

_HERE = "${AWS::Region}:${AWS::AccountId}"


def speaking(network: str, site: SitePlan, gateway: GatewayPlan) -> list[dict[str, Any]]:
    """The statements for a gateway's role; none for a single's. The stack `heal` of its account and Region has table and function."""
    others = [other.name for other in site.gateways if other.name != gateway.name]
    if not others:
        return []
    table = Sub(f"arn:${{AWS::Partition}}:dynamodb:{_HERE}:table/{words_table(network)}")
    return [
        _of_records("OwnWord", "dynamodb:PutItem", table, [gateway.name]),
        # Its own too: a replacement begins after what its predecessor said.
        _of_records("PairsWords", "dynamodb:BatchGetItem", table, [gateway.name, *others, order_key(site.name)]),
        {
            "Sid": "Wake",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": Sub(f"arn:${{AWS::Partition}}:lambda:{_HERE}:function:{heal_function(network)}"),
        },
    ]


def _of_records(sid: str, action: str, table: Sub, keys: list[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": action,
        "Resource": table,
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys}},
    }
