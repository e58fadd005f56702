"""Prices from AWS' Price List API: a question for each thing and Region, and the one product in the answer that is meant."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from landbridge.aws.prices import Price

REGION = "us-east-1"  # one of the few that the API is in; it knows the prices of all others
SOURCE = "AWS Price List API"

Ask = Callable[..., dict[str, Any]]  # GetProducts of a pricing client


@dataclass(frozen=True, slots=True)
class _Question:
    """Where a price stands: the service, what its product must be, and how its usage type ends (it begins with a mark of the Region)."""

    service: str
    usage: str
    per: str
    fields: Mapping[str, str]


_QUESTIONS = {
    "vpn-connection": _Question("AmazonVPC", r"VPN-Usage-Hours:ipsec\.1", "hour", {"operation": "CreateVpnConnection"}),
    "tgw-attachment": _Question("AmazonVPC", "TransitGateway-Hours", "hour", {"operation": "TransitGatewayVPC"}),
    "public-ipv4": _Question("AmazonVPC", "PublicIPv4:InUseAddress", "hour", {"group": "VPCPublicIPv4Address"}),
    "disk-gp3": _Question("AmazonEC2", r"EBS:VolumeUsage\.gp3", "GB-month", {"volumeApiName": "gp3"}),
    "secret": _Question("AWSSecretsManager", "AWSSecretsManager-Secrets", "month", {"productFamily": "Secret"}),
    "kms-key": _Question("awskms", "KMS-Keys", "month", {"productFamily": "Encryption Key"}),
    "alarm": _Question("AmazonCloudWatch", "CW:AlarmMonitorUsage", "month", {"productFamily": "Alarm"}),
    "logs": _Question("AmazonCloudWatch", "VendedLog-Bytes", "GB", {"productFamily": "Data Payload"}),
}
_LINUX = {"operatingSystem": "Linux", "tenancy": "Shared", "capacitystatus": "Used", "preInstalledSw": "NA"}


def listed_prices(wanted: Iterable[tuple[str, str]], ask: Ask, today: str) -> Iterator[Price]:
    """The listed price of each (what, Region). What the list doesn't have, or not clearly, is left out."""
    for what, region in dict.fromkeys(wanted):
        question = _question(what)
        if question is None:
            continue
        usd = _price(_products(question, region, ask), question)
        if usd is not None:
            yield Price(what, region, usd, question.per, today, SOURCE)


def _question(what: str) -> _Question | None:
    kind, _, name = what.partition(":")
    if kind == "instance":
        return _Question("AmazonEC2", f"BoxUsage:{re.escape(name)}", "hour", {"instanceType": name, **_LINUX})
    return _QUESTIONS.get(what)


def _products(question: _Question, region: str, ask: Ask) -> Iterator[dict[str, Any]]:
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in {"regionCode": region, **question.fields}.items()]
    arguments: dict[str, Any] = {"ServiceCode": question.service, "Filters": filters, "FormatVersion": "aws_v1"}
    while True:
        answer = ask(**arguments)
        yield from (json.loads(product) for product in answer["PriceList"])
        if not answer.get("NextToken"):
            return
        arguments["NextToken"] = answer["NextToken"]


def _price(products: Iterable[dict[str, Any]], question: _Question) -> Decimal | None:
    """The one price that all products of this usage agree on, of the first tier that costs anything."""
    usage = re.compile(rf"([A-Z0-9]+-)?{question.usage}")
    found = {
        price
        for product in products
        if usage.fullmatch(product["product"]["attributes"].get("usagetype", ""))
        and (price := _first_tier(product.get("terms", {}).get("OnDemand", {}))) is not None
    }
    return found.pop() if len(found) == 1 else None


def _first_tier(terms: Mapping[str, Any]) -> Decimal | None:
    tiers = [
        (Decimal(dimension.get("beginRange") or 0), usd)
        for term in terms.values()
        for dimension in term["priceDimensions"].values()
        if (usd := Decimal(dimension["pricePerUnit"].get("USD", 0))) > 0
    ]
    return min(tiers)[1].normalize() if tiers else None
