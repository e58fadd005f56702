"""The four-region network, deployed whole to a sandbox, its tunnels up; broken by tests through the API, and mended by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest

from landbridge import sandbox
from landbridge.artifacts import Artifacts
from landbridge.aws import facts
from landbridge.aws.calling import Cloud
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.facts import Facts, Gateway
from landbridge.cli import main
from landbridge.cli.deployment import designed, ground_of
from landbridge.design import Design
from landbridge.sandbox import Learnt, set_tunnel
from tests.aws.facts.whole import deploy_all


@dataclass
class Deployed:
    """A network that runs, with clients to break it by."""

    planned: Design
    rendered: Artifacts
    ground: Ground
    endpoint: str
    file: Path
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401
        if (service, region) not in self._clients:
            keys = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "any"}
            self._clients[service, region] = boto3.session.Session().client(service, region, endpoint_url=self.endpoint, **keys)
        return self._clients[service, region]

    def cloud(self) -> Cloud:
        return Cloud(self.endpoint)

    def facts(self) -> Facts:
        return facts.read(self.cloud(), self.ground)

    def gateway(self, name: str) -> Gateway:
        return self.facts().gateway(name)

    def tunnels(self, up: bool = True, *only: str) -> None:
        """Every tunnel, or these, up with all that their site announces; or down."""
        found = self.facts()
        for site in self.planned.sites:
            learnt = [Learnt(str(prefix), (site.gateways[0].asn,)) for prefix in site.advertised]
            for gateway in site.gateways:
                for tunnel in found.gateway(gateway.name).tunnels:
                    if not only or tunnel.name in only:
                        set_tunnel(self.endpoint, tunnel.outside, up, "" if up else "IPSEC IS DOWN", learnt if up else ())


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder, state = tmp_path_factory.mktemp("network"), tmp_path_factory.mktemp("sandbox")
    assert main(["init", "--example", "four-regions", str(folder)]) == 0
    planned, rendered = designed(folder / "network.yaml", "1.4")
    ground = ground_of(planned, rendered)
    running = sandbox.start(state, idle=600)
    try:
        deploy_all(ground, running.endpoint)
        made = Deployed(planned, rendered, ground, running.endpoint, folder / "network.yaml")
        made.tunnels()
        yield made
    finally:
        sandbox.stop(state)
