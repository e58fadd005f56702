"""Objects in a base's bucket, each named by the hash of what is in it: what is there needs no second upload, and nothing is overwritten."""

from __future__ import annotations

import hashlib

from landbridge.aws.calling import CallError, Cloud, Place
from landbridge.aws.model import Stored

INLINE_BYTES = 51_200  # a template above this must lie in a bucket
LARGEST_BYTES = 1_000_000


def key_of(stored: Stored) -> str:
    return f"{stored.prefix}{hashlib.sha256(stored.content).hexdigest()}{stored.suffix}"


def upload(cloud: Cloud, place: Place, bucket: str, stored: Stored) -> str:
    """Its key, once it is there."""
    key = key_of(stored)
    if not _is_there(cloud, place, bucket, key):
        cloud.call(place, "s3", "put_object", Bucket=bucket, Key=key, Body=stored.content)
    return key


def template_url(cloud: Cloud, place: Place, bucket: str, template: str) -> str:
    """Where CloudFormation finds a template that is too large to be sent along."""
    key = upload(cloud, place, bucket, Stored("templates/", ".yaml", template.encode()))
    domain = "amazonaws.com.cn" if place.region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{place.region}.{domain}/{key}"


def _is_there(cloud: Cloud, place: Place, bucket: str, key: str) -> bool:
    try:
        cloud.call(place, "s3", "head_object", Bucket=bucket, Key=key)
    except CallError as problem:
        if problem.aws_code in ("404", "NoSuchKey", "NotFound"):
            return False
        raise
    return True
