"""A whole network, deployed to a sandbox."""

from __future__ import annotations

import threading
import time

from landbridge.aws import facts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.stack import Patience

IN_SERVICE_S = 30.0


def deploy_all(ground: Ground, endpoint: str) -> None:
    """Deploy every stack, and wait until heal has brought the gateways into service; what fails fails the test."""
    done = deploy(ground, Means(Cloud(endpoint), lambda _: None, Patience(threading.Event(), 0.1), Holder()))
    assert done.ok, done.findings
    until = time.monotonic() + IN_SERVICE_S
    while time.monotonic() < until:
        found = facts.read(Cloud(endpoint), ground)
        if all(one.reached and one.instance and one.instance.lifecycle == "InService" for one in found.gateways):
            return
        time.sleep(0.2)
    raise AssertionError([(one.name, one.instance, one.address) for one in found.gateways])
