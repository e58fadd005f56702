"""The network of a pair and a single, once for all that changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landbridge import sandbox
from tests.aws.operating.played import Played, deployed, playing


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    folder, state = tmp_path_factory.mktemp("network"), tmp_path_factory.mktemp("sandbox")
    running = sandbox.start(state, idle=600)
    try:
        with playing(deployed(folder, running.endpoint)) as played:
            yield played
    finally:
        sandbox.stop(state)


@pytest.fixture
def played(network: Played) -> Iterator[Played]:
    """As it is well; whatever a test made of it ends with it."""
    yield network
    network.obeys, network.rises, network.routers, network.refuses, network.holds_on = True, None, None, "", True
    network.told.clear()
    network.pushed.clear()
