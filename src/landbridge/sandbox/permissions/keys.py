"""Which condition keys are told. One that isn't, but that AWS might have: nothing is allowed by what it decides."""

from __future__ import annotations

import re

UNTOLD: tuple[str, ...] = ("\x00untold",)  # the value of a key that the request has, but that can't be read from it
# Keys of services that are told where the request has them: without them it has none.
_OF_SERVICES = re.compile(
    r"ec2:(?:resourcetag/.+|region|createaction)"
    r"|autoscaling:resourcetag/.+"
    r"|secretsmanager:(?:resourcetag/.+|secretid)"
    r"|dynamodb:leadingkeys"
    r"|events:(?:source|detail-type)"
    r"|iam:(?:passedtoservice|resourcetag/.+)"
    r"|kms:(?:viaservice|encryptioncontext:.+)"
    r"|sts:(?:externalid|rolesessionname)"
    r"|s3:(?:prefix|delimiter)"
)
# Global keys that sessions have, or instances' sessions, and that aren't told.
_UNTOLD = {
    "aws:tokenissuetime",
    "aws:multifactorauthpresent",
    "aws:ec2instancesourcevpc",
    "aws:ec2instancesourceprivateipv4",
}


def told(key: str) -> bool:
    """Whether a key that isn't there would be if the request had it. `key` is in small letters."""
    if key.startswith("aws:"):
        return key not in _UNTOLD
    return _OF_SERVICES.fullmatch(key) is not None
