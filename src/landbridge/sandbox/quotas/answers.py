"""The API of Service Quotas: what the quotas are, and raising them, which is granted at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

from landbridge.sandbox.cloudformation.stack import partition_of
from landbridge.sandbox.quotas.table import QUOTAS, Quota, value_of
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD

SERVICES = {"vpc": "Amazon Virtual Private Cloud (Amazon VPC)", "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)"}


def _refused(code: str, message: str) -> Exception:
    from moto.core.exceptions import JsonRESTError

    return JsonRESTError(code, message)


def _shown(self: Foreign, quota: Quota, default: bool) -> Props:
    account, region = self.current_account, self.region
    value = quota.default if default else value_of(quota, account, region)
    return {
        "ServiceCode": quota.service,
        "ServiceName": SERVICES[quota.service],
        "QuotaArn": f"arn:{partition_of(region)}:servicequotas:{region}:{account}:{quota.service}/{quota.code}",
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _asked(self: Foreign) -> tuple[Props, Quota]:
    given = json.loads(self.body)
    for quota in QUOTAS:
        if (quota.service, quota.code) == (given.get("ServiceCode"), given.get("QuotaCode")):
            return given, quota
    raise _refused("NoSuchResourceException", "The request failed because the specified quota does not exist.")


def _listed(self: Foreign, default: bool) -> str:
    service = json.loads(self.body).get("ServiceCode")
    if service not in SERVICES:
        raise _refused("NoSuchResourceException", "The request failed because the specified service does not exist.")
    return json.dumps({"Quotas": [_shown(self, one, default) for one in QUOTAS if one.service == service]})


def get_service_quota(self: Foreign) -> str:
    """GetServiceQuota."""
    return json.dumps({"Quota": _shown(self, _asked(self)[1], False)})


def get_aws_default_service_quota(self: Foreign) -> str:
    """GetAWSDefaultServiceQuota."""
    return json.dumps({"Quota": _shown(self, _asked(self)[1], True)})


def list_service_quotas(self: Foreign) -> str:
    """ListServiceQuotas."""
    return _listed(self, False)


def list_aws_default_service_quotas(self: Foreign) -> str:
    """ListAWSDefaultServiceQuotas."""
    return _listed(self, True)


def request_service_quota_increase(self: Foreign) -> str:
    """RequestServiceQuotaIncrease: approved at once."""
    given, quota = _asked(self)
    if given["DesiredValue"] <= value_of(quota, self.current_account, self.region):
        raise _refused("IllegalArgumentException", "You must provide a quota value greater than the current quota value.")
    WORLD.kept.quotas[self.current_account, self.region, quota.service, quota.code] = float(given["DesiredValue"])
    at = datetime.now(UTC).timestamp()
    shown = {key: value for key, value in _shown(self, quota, False).items() if key not in ("Value", "Adjustable")}
    return json.dumps(
        {
            "RequestedQuota": {
                **shown,
                "Id": uuid4().hex,
                "DesiredValue": given["DesiredValue"],
                "Status": "APPROVED",
                "Created": at,
                "LastUpdated": at,
            }
        }
    )


ANSWERS = (
    get_service_quota,
    get_aws_default_service_quota,
    list_service_quotas,
    list_aws_default_service_quotas,
    request_service_quota_increase,
)


def install() -> None:
    """Puts them into the emulator's class."""
    from moto.servicequotas.responses import ServiceQuotasResponse

    for answer in ANSWERS:
        setattr(ServiceQuotasResponse, answer.__name__, answer)
