"""A sandbox for a test: a process of its own in a folder of its own, gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from landbridge.sandbox import Sandbox, start, stop
from landbridge.sandbox.server.foreign import Foreign

Client = Callable[..., Foreign]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    yield start(folder, idle=300, quotas="raised")  # tests share it, and leave hubs behind
    stop(folder)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A folder of the test's own; whatever runs there is ended."""
    folder = tmp_path / "own"
    yield folder
    stop(folder)


def client_of(endpoint: str) -> Client:
    def client(service: str, region: str = "us-west-2", account: str = "111122223333", **more: str) -> Foreign:
        given = {"aws_access_key_id": account, "aws_secret_access_key": "any", **more}
        config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.session.Session().client(service, region, endpoint_url=endpoint, config=config, **given)

    return client


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox.endpoint)
