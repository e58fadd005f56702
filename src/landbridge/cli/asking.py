"""The AWS that a command asks, where what that takes is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.aws.calling import Cloud


def asked_cloud(endpoint: str | None = None) -> Cloud:
    """AWS, or an emulator at `endpoint`. Raises LandbridgeError (`tool-missing`) without boto3."""
    try:
        from landbridge.aws.calling import Cloud
    except ImportError:
        remedy = "Install it: `pip install 'landbridge[aws]'`."
        raise LandbridgeError(error("tool-missing", "asking AWS needs boto3.", None, remedy)) from None
    return Cloud(endpoint)
