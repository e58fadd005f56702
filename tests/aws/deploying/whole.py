"""A small network whole: compiled by landbridge itself, and deployed to the embedded AWS in a process of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import yaml

from landbridge import artifacts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.destroying import destroy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.leftovers import Resource
from landbridge.aws.deploying.model import Done
from landbridge.aws.deploying.routers import Pusher
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.stacks import stack_plans
from landbridge.design import Lock, design
from landbridge.intent import load
from landbridge.sandbox import Sandbox

NETWORK = "small"
WEST, EAST = "us-west-2", "ap-southeast-1"
SITE: dict[str, Any] = {
    "region": EAST,
    "vpc": {"cidrs": ["172.88.0.0/20"], "subnets": [{"cidr": "172.88.0.0/24", "zone": "a"}]},
    "gateway": {"availability": "single"},
}


def network(hub_subnets: int = 2, **sites: dict[str, Any]) -> dict[str, Any]:
    """A hub with a VPC of so many subnets, no two of which make one prefix, and sites."""
    subnets = [{"cidr": f"172.88.{64 + 2 * index}.0/24", "zone": "ab"[index % 2]} for index in range(hub_subnets)]
    return {
        "version": 1,
        "network": NETWORK,
        "hubs": {"oregon": {"region": WEST, "asn": 64512, "vpc": {"cidrs": ["172.88.64.0/18"], "subnets": subnets}}},
        "sites": deepcopy(sites or {"singapore": SITE}),
        "defaults": {"gateway": {"release": "1.4", "image": {"owner": "679593333241", "name": "VyOS 1.4*"}}},
        "admin": {"cidrs": ["203.0.113.0/24"], "ssh_keys": []},
    }


def ground(folder: Path, wanted: dict[str, Any]) -> Ground:
    """Its stacks; what was chosen before stays, as the lock file in the folder says."""
    file = folder / "network.yaml"
    file.write_text(yaml.safe_dump(wanted, sort_keys=False), encoding="utf-8")
    path = artifacts.lock_path(file)
    planned = design(load(file), artifacts.read_lock(path) if path.exists() else Lock())
    artifacts.write_lock(path, planned.lock)
    return Ground(planned.network, stack_plans(planned, artifacts.render(planned).routers))


def cloud(sandbox: Sandbox) -> Cloud:
    return Cloud(sandbox.endpoint, pauses=(0.1, 0.2))


def means(sandbox: Sandbox, pusher: Pusher | None = None) -> Means:
    return Means(cloud(sandbox), lambda _: None, Patience(threading.Event(), 0.05), Holder(), pusher)


def bring(sandbox: Sandbox, to: Ground, pusher: Pusher | None = None) -> Done:
    """Deploy what is shown, and see that nothing is left to do."""
    done = deploy(to, means(sandbox, pusher), changes(cloud(sandbox), to, 0.05))
    assert done.ok, [str(finding) for finding in done.findings]
    assert changes(cloud(sandbox), to, 0.05).changes == ()
    return done


def take_away(sandbox: Sandbox, gone: Ground, releasing: bool = True) -> tuple[Resource, ...]:
    done, left = destroy(gone, means(sandbox), releasing)
    assert done.ok, [str(finding) for finding in done.findings]
    return left


def client(sandbox: Sandbox, service: str, region: str = EAST) -> Any:  # noqa: ANN401
    keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "any"}
    return boto3.Session().client(service, region, endpoint_url=sandbox.endpoint, **keys)


def eventually(found: Callable[[], Any], seconds: float = 15.0) -> Any:  # noqa: ANN401
    """What is found, once it is anything."""
    end = time.monotonic() + seconds
    while not (value := found()) and time.monotonic() < end:
        time.sleep(0.1)
    return value
