"""A network on a stage of its own: an embedded AWS with the network's stacks, and a lab that follows it; all of it goes with the stage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landbridge.artifacts import Artifacts
    from landbridge.aws.calling import Cloud
    from landbridge.aws.deploying.ground import Ground
    from landbridge.aws.deploying.model import Done
    from landbridge.design import Design
    from landbridge.sandbox import Sandbox

IDLE_S = 600.0


def shipped(example: str, release: str) -> tuple[Design, Artifacts]:
    """An example that comes with landbridge, of a release that user data can boot, and what it compiles to. No lock is written."""
    from landbridge import artifacts
    from landbridge.design import design, rereleased
    from landbridge.intent import loads
    from landbridge.intent.templates import example as text_of

    planned = rereleased(design(loads(text_of(example), f"{example}.yaml")), release)
    return planned, artifacts.render(planned)


@contextmanager
def emulated(name: str) -> Iterator[Sandbox]:
    """An embedded AWS of the stage's own, which goes with it."""
    from landbridge import sandbox

    folder = sandbox.folder_of(name)
    try:
        yield sandbox.start(folder, IDLE_S)
    finally:
        sandbox.reset(folder)


def grounded(emulator: Sandbox, planned: Design, rendered: Artifacts) -> tuple[Cloud, Ground]:
    """What is to be deployed, and to where."""
    from landbridge.aws.calling import Cloud
    from landbridge.cli.deployment import ground_of

    return Cloud(emulator.endpoint), ground_of(planned, rendered)


def deployed(cloud: Cloud, ground: Ground) -> Done:
    """All stacks made, or what became of them."""
    from landbridge.aws.deploying.deploying import Means, deploy
    from landbridge.aws.deploying.lease import Holder
    from landbridge.aws.deploying.stack import Patience
    from landbridge.cli.deployment import EMULATED_POLL_S
    from landbridge.cli.progress import stacks

    with stacks(len(ground.plans)) as tell:
        return deploy(ground, Means(cloud, tell, Patience(threading.Event(), EMULATED_POLL_S), Holder()))
