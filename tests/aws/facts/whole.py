"""A whole network, deployed to a sandbox."""

from __future__ import annotations

import threading

from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.stack import Patience


def deploy_all(ground: Ground, endpoint: str) -> None:
    """Deploy every stack; what fails fails the test."""
    done = deploy(ground, Means(Cloud(endpoint), lambda _: None, Patience(threading.Event(), 0.1), Holder()))
    assert done.ok, done.findings
