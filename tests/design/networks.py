"""Small networks to test with, as the plain data of a network file."""

from __future__ import annotations

import json
from typing import Any

from landbridge.design import Design, Lock, design
from landbridge.findings import Finding, LandbridgeError
from landbridge.intent.document import Document, loads

Data = dict[str, Any]


def vpc(cidr: str, *subnets: str, **more: object) -> Data:
    """A VPC whose subnets are in zones a, b, c… in turn."""
    return {"cidrs": [cidr], "subnets": [{"cidr": subnet, "zone": "abcdef"[at % 6]} for at, subnet in enumerate(subnets)], **more}


def site(cidr: str, *subnets: str, region: str = "eu-west-1", **more: object) -> Data:
    return {"region": region, "vpc": vpc(cidr, *subnets), **more}


def hub(cidr: str | None = "172.16.0.0/16", *subnets: str, **more: object) -> Data:
    own = {} if cidr is None else {"vpc": vpc(cidr, *(subnets or ("172.16.0.0/24",)))}
    return {"region": "us-west-2", **own, **more}


def network(sites: dict[str, Data], **more: object) -> Data:
    return {"version": 1, "network": "acme", "hubs": {"oregon": hub()}, "sites": sites, **more}


def document(data: Data) -> Document:
    return loads(json.dumps(data, indent=1), "network.yaml")


def designed(data: Data, lock: Lock | None = None) -> Design:
    return design(document(data), lock or Lock.empty())


def refused(data: Data, lock: Lock | None = None) -> tuple[Finding, ...]:
    """The errors that the design of a network ends with."""
    file = document(data)
    try:
        design(file, lock or Lock.empty())
    except LandbridgeError as problem:
        return problem.findings
    raise AssertionError("the network was not refused")


def single(cidr: str, *subnets: str, **more: object) -> Data:
    return site(cidr, *subnets) | {"gateway": {"availability": "single"}} | more
