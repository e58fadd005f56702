"""Errors as EC2 tells them."""

from __future__ import annotations


def refused(code: str, message: str) -> Exception:
    """An error of EC2's, to raise."""
    from moto.ec2.exceptions import EC2ClientError

    return EC2ClientError(code, message)
