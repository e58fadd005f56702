"""Clients, many of them: their services' descriptions are read once."""

from __future__ import annotations

from functools import cache

import boto3  # type: ignore[import-untyped]
import pytest
from botocore.config import Config  # type: ignore[import-untyped]

from landbridge.sandbox import Sandbox
from landbridge.sandbox.server.foreign import Foreign
from tests.sandbox.conftest import Client


@cache
def _session() -> Foreign:
    return boto3.session.Session()


def client_of(endpoint: str) -> Client:
    def client(service: str, region: str = "us-west-2", account: str = "111122223333", **more: str) -> Foreign:
        given = {"aws_access_key_id": account, "aws_secret_access_key": "any", **more}
        config = Config(parameter_validation=False, retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return _session().client(service, region, endpoint_url=endpoint, config=config, **given)

    return client


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox.endpoint)
