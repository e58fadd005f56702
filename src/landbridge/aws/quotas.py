"""An account's own quotas, from Service Quotas: they are often higher than AWS' defaults, and deploying fails where they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from landbridge.design import Quota

# The service's code and the quota's there; what isn't here can't be asked for.
CODES = {
    "attachments": ("ec2", "L-E0233F82"),
    "vpn-connections": ("ec2", "L-3E6EC3A3"),
    "customer-gateways": ("ec2", "L-4FB7FF5D"),
    "elastic-ips": ("ec2", "L-0263D0A3"),
    "vpcs": ("vpc", "L-F678F1CE"),
    "rules-of-group": ("vpc", "L-0EA8095F"),
    "routes-of-table": ("vpc", "L-93826ACB"),
}
NOT_THERE = "NoSuchResourceException"

Ask = Callable[[Quota, str, dict[str, str]], dict[str, Any] | None]


def asked_quotas(quotas: Iterable[Quota], ask: Ask) -> dict[Quota, int]:
    """The quotas that the accounts tell. `ask` makes a call of Service Quotas where the quota is, by operation and arguments, and returns
    None where there is no answer: then the default holds."""
    found = {}
    for quota in quotas:
        if quota.name in CODES:
            service, code = CODES[quota.name]
            arguments = {"ServiceCode": service, "QuotaCode": code}
            # An account has a quota of its own only once it was raised; before, Service Quotas may know the default alone.
            answer = ask(quota, "get_service_quota", arguments) or ask(quota, "get_aws_default_service_quota", arguments)
            if answer is not None:
                found[quota] = int(answer["Quota"]["Value"])
    return found
