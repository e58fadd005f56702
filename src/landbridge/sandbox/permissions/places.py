"""Where a call goes, and what follows for what it names there: the partition of its ARN, and the keys of its tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from landbridge.sandbox.permissions.conditions import Known
from landbridge.sandbox.server.foreign import Foreign

_OWN_KEYS = {
    "autoscaling": "autoscaling:resourcetag",
    "ec2": "ec2:resourcetag",
    "iam": "iam:resourcetag",
    "secretsmanager": "secretsmanager:resourcetag",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes."""

    partition: str
    account: str
    region: str

    def arn(self, service: str, rest: str) -> str:
        """The ARN of what is here."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def within(self, arn: str) -> str:
        """An ARN in this partition: the emulator writes some of them otherwise."""
        return re.sub(r"^arn:[^:]+:", f"arn:{self.partition}:", arn)

    def of(self, arn: str) -> Place:
        """Where something is that is named by its ARN."""
        words = arn.split(":")
        return Place(self.partition, words[4], words[3]) if len(words) > 5 else self


def keys_of(service: str, tags: Mapping[str, str]) -> Known:
    """What conditions know of a resource's tags."""
    stems = ["aws:resourcetag", *([_OWN_KEYS[service]] if service in _OWN_KEYS else [])]
    return {f"{stem}/{key}".lower(): (value,) for stem in stems for key, value in tags.items()}


def listed(tags: Foreign) -> dict[str, str]:
    """Tags as the emulator keeps them, in any of its ways."""
    if isinstance(tags, dict):
        return {str(key): str(one["Value"] if isinstance(one, dict) else one) for key, one in tags.items()}
    given: Iterable[Foreign] = tags or ()
    return {str(one["Key"]): str(one.get("Value") or "") for one in given}
