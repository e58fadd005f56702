"""Accounts and partitions: what the network file's words come to in names and limits."""

from __future__ import annotations

import hashlib
import re

from landbridge.aws.model import Account
from landbridge.design import HubPlan, Quota, SitePlan

DEFAULT = "default"
_LONGEST = 32
_PARTITIONS = {"cn": "aws-cn", "us-gov": "aws-us-gov", "us-iso": "aws-iso", "us-isob": "aws-iso-b"}


def account_of(plan: HubPlan | SitePlan | Quota) -> Account:
    """The account of a hub, a site or a quota, with its alias, which stands in names of stacks and files: the profile's, or the role's
    with its account's number."""
    named = plan.account
    if named is None:
        return Account(DEFAULT)
    if named.role is not None:
        _, _, _, _, number, role = named.role.split(":", 5)
        return Account(_slug(f"{number}-{role.removeprefix('role/')}"), role=named.role)
    profile = named.profile or ""
    return Account(f"profile-{DEFAULT}" if profile == DEFAULT else _slug(profile), profile=profile)


def partition_of(region: str) -> str:
    """The partition that a Region belongs to: `aws`, or one of those that are apart, such as `aws-cn`."""
    return _PARTITIONS.get(re.sub(r"-[a-z]+-\d+$", "", region), "aws")


def _slug(text: str) -> str:
    """As a stack's name may have it. What had to be changed gets a digest of what it was, so that two never become one."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if slug == text and len(slug) <= _LONGEST:
        return slug
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{slug[: _LONGEST - 7].strip('-')}-{digest}".lstrip("-")
