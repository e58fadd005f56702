"""The emulator's own calls to its API: what CloudFormation, schedules and functions do is done by the same calls that anyone would make."""

from __future__ import annotations

from functools import cache, lru_cache

from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.request import INTERNAL
from landbridge.sandbox.server.world import WORLD


@lru_cache(maxsize=512)
def client(service: str, account: str, region: str) -> Foreign:
    """A client of one service that acts as an account."""
    import boto3  # type: ignore[import-untyped]
    from botocore.config import Config  # type: ignore[import-untyped]
    from botocore.session import get_session  # type: ignore[import-untyped]

    config = Config(
        user_agent_extra=INTERNAL, retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"}
    )
    with WORLD.lock:  # a session is not for two at once
        session = get_session()
        session.register_component("data_loader", _models())
        return boto3.session.Session(botocore_session=session).client(
            service, region, endpoint_url=WORLD.endpoint, aws_access_key_id=account, aws_secret_access_key="sandbox", config=config
        )


@cache
def _models() -> Foreign:
    """The services' descriptions, read once for all clients: EC2's alone takes tens of megabytes and a third of a second."""
    from botocore.loaders import create_loader  # type: ignore[import-untyped]

    return create_loader()
