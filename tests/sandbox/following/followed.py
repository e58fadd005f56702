"""A network deployed to an embedded AWS that a lab follows: the four regions unless said otherwise, and what tests ask of it."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landbridge import artifacts, sandbox
from landbridge.artifacts import Artifacts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.facts import Gateway, read
from landbridge.cli import following
from landbridge.cli.deployment import EMULATED_POLL_S, ground_of
from landbridge.cli.labpusher import LabPusher
from landbridge.design import Design, design, rereleased
from landbridge.intent import load
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from landbridge.sandbox import Sandbox
from landbridge.sandbox.running import Quotas
from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.conftest import client_of

EXAMPLES = Path(__file__).parents[3] / "examples"
ACCOUNT = "123456789012"
HUB_REGION = "us-west-2"
BOOT_S = 1.0
IDLE_S = 900.0
Pairs = set[tuple[str, str]]
Record = dict[str, Any]
_numbers = itertools.count(1)


@dataclass(slots=True)
class Followed:
    """`lab` is its name, `ready` its first probes. The emulator is another process after it was started again."""

    lab: str
    emulator: Sandbox
    planned: Design
    rendered: Artifacts
    ready: Record = field(default_factory=dict)

    @property
    def cloud(self) -> Cloud:
        return Cloud(self.emulator.endpoint)

    @property
    def ground(self) -> Ground:
        return ground_of(self.planned, self.rendered)

    def client(self, service: str, region: str) -> Foreign:
        return client_of(self.emulator.endpoint)(service, region, ACCOUNT)

    def ask(self, operation: str, **words: object) -> Record:
        return launching.ask(self.lab, {"op": operation, **words})

    def shell(self, where: str, command: str) -> str:
        """What a command says; it must succeed."""
        answer = self.ask("exec", name=where, command=["sh", "-c", command], seconds=30)
        assert answer["status"] == 0, answer
        said: str = answer["out"]
        return said

    def gateway(self, name: str) -> Gateway:
        return read(self.cloud, self.ground).gateway(name)

    def configure(self, gateway: str, *changes: tuple[str, str]) -> None:
        """Give a router its text with words changed in it; each must be there."""
        text = self.rendered.routers[gateway]
        for old, new in changes:
            assert old in text, f"{gateway} has no {old!r}"
            text = text.replace(old, new)
        assert LabPusher(self.cloud, self.ground, self.lab).push(gateway, text) == ()

    def deploy(self) -> None:
        """CloudFormation's part, until every stack is there."""
        done = deploy(self.ground, Means(self.cloud, lambda _: None, Patience(threading.Event(), EMULATED_POLL_S), Holder()))
        assert done.ok, done.findings

    def wait(self) -> Record:
        """Wait until all is good, or nothing gets better; the last probes."""
        return following.wait(self.lab, lambda _: None)

    def telemetry(self, gateway: str) -> list[str]:
        """What DescribeVpnConnections says of a gateway's tunnels."""
        asked = {"Filters": [{"Name": "tag:landbridge:gateway", "Values": [gateway]}]}
        (found,) = self.client("ec2", HUB_REGION).describe_vpn_connections(**asked)["VpnConnections"]
        return [tunnel["Status"] for tunnel in found["VgwTelemetry"]]

    def learnt(self) -> set[str]:
        """The prefixes that the Transit Gateway has by propagation, from connections and its VPC."""
        ec2 = self.client("ec2", HUB_REGION)
        tables = ec2.describe_transit_gateway_route_tables()["TransitGatewayRouteTables"]
        asked = {"Filters": [{"Name": "type", "Values": ["propagated"]}]}
        found = [ec2.search_transit_gateway_routes(TransitGatewayRouteTableId=one["TransitGatewayRouteTableId"], **asked) for one in tables]
        return {route["DestinationCidrBlock"] for answer in found for route in answer["Routes"]}

    def bad(self, seconds: float = 0.5, protocols: tuple[str, ...] = ("icmp", "tcp")) -> Pairs:
        """The ordered pairs of hosts of which a probe fails."""
        probes = self.ask("probe", seconds=seconds, protocols=protocols)["probes"]
        return {(probe["from"], probe["to"]) for probe in probes if not probe["ok"]}

    def bad_becomes(self, expected: Pairs, seconds: float) -> Pairs:
        """The failing pairs, once they are what is expected, twice running; or when the time is up."""
        end, right = time.monotonic() + seconds, 0
        while True:
            found = self.bad()
            right = right + 1 if found == expected else 0
            if right == 2 or time.monotonic() > end:
                return found

    def pairs(self, wanted: Callable[[str, str], bool]) -> Pairs:
        """Those of the ordered pairs of hosts of different VPCs that are wanted."""
        return {(one["from"], one["to"]) for one in self.ready["probes"] if wanted(one["from"], one["to"])}

    def of(self, *places: str) -> Pairs:
        """The pairs from or to hosts, or all those of sites or of the hub."""
        return self.pairs(lambda source, destination: bool({source, destination, _place(source), _place(destination)} & {*places}))


def _place(host: str) -> str:
    return host.rpartition("-")[0]


def until(asked: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true in time."""
    end = time.monotonic() + seconds
    while not asked():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def emulated(folder: Path) -> Sandbox:
    return sandbox.start(folder, IDLE_S)


@contextmanager
def follow_again(network: Followed, root: GuestRoot) -> Iterator[None]:
    """Another lab of the same name, for the one that was killed."""
    with following.start(network.lab, network.emulator.folder, network.rendered, root, BOOT_S) as running:
        running.wait(lambda _: None)
        yield


def example(name: str) -> Design:
    """An example, of a release that user data can boot."""
    return rereleased(design(load(EXAMPLES / f"{name}.yaml")), "1.4")


@contextmanager
def follow(root: GuestRoot, folder: Path, planned: Design, quotas: Quotas = "aws") -> Iterator[Followed]:
    """A lab that follows the emulator in `folder`, and both go with the `with` block. Nothing is deployed yet."""
    rendered = artifacts.render(planned)
    name = f"followed-{os.getpid()}-{next(_numbers)}"
    try:
        emulator = sandbox.start(folder, IDLE_S, quotas)
        with following.start(name, emulator.folder, rendered, root, BOOT_S) as running:
            running.wait(lambda _: None)
            yield Followed(name, emulator, planned, rendered)
    finally:
        sandbox.stop(folder)
