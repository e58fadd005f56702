"""The few calls that the follower itself makes of the emulator's API, from inside the lab's Internet."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from landbridge.findings import LandbridgeError, error
from landbridge.sandbox.following.estate import Instance
from landbridge.sandbox.following.instances import AWS_API


def terminate(instance: Instance) -> None:
    """Terminate an instance, as the owner of its account. Blocks. Raises LandbridgeError with the API's own words."""
    import boto3  # type: ignore[import-untyped]

    session = boto3.session.Session(aws_access_key_id=instance.account, aws_secret_access_key="sandbox", region_name=instance.region)
    client = session.client("ec2", endpoint_url=f"http://{AWS_API}")
    try:
        client.terminate_instances(InstanceIds=[instance.id])
    except (BotoCoreError, ClientError) as problem:
        raise LandbridgeError(error("lab", f"{instance.id} can't be terminated: {problem}")) from None
