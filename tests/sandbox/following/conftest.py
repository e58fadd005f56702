"""What the tests of a lab that follows share: one that follows the four regions, deployed, for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from landbridge.lab.guestroot import GuestRoot
from tests.sandbox.following.followed import Followed, example, follow


@pytest.fixture(scope="package")
def followed(root: GuestRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    """The four regions of release 1.4, deployed by their stacks, every probe good. Whoever breaks something mends it."""
    with follow(root, tmp_path_factory.mktemp("emulator"), example("four-regions")) as network:
        network.deploy()
        network.ready = network.wait()
        yield network
