"""The emulator's own calls to its API: what CloudFormation, schedules and functions do is done by the same calls that anyone would make."""

from __future__ import annotations

from functools import lru_cache

from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.request import INTERNAL
from landbridge.sandbox.server.world import WORLD


@lru_cache(maxsize=512)
def client(service: str, account: str, region: str) -> Foreign:
    """A client of one service that acts as an account."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]

    config = Config(
        user_agent_extra=INTERNAL, retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"}
    )
    with WORLD.lock:  # a session is not for two at once
        return boto3.session.Session().client(
            service, region, endpoint_url=WORLD.endpoint, aws_access_key_id=account, aws_secret_access_key="sandbox", config=config
        )
