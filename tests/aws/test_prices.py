"""What a month costs: from a table of which every row has a date and a source, or from AWS' Price List."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.price_list import listed_prices
from landbridge.aws.prices import Price, Prices, estimate, known_prices, needs_of, prices_path, prices_text
from landbridge.cli import main
from landbridge.findings import LandbridgeError
from tests.design.networks import designed, network, site

PAIR = network({"paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region="eu-west-3")})


def test_every_row_of_the_table_has_a_date_a_source_and_a_unit() -> None:
    rows = json.loads(files("landbridge.aws").joinpath("prices.json").read_text())["prices"]
    for row in rows:
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["as_of"]), row
        assert row["source"].startswith("https://aws.amazon.com/"), row
        assert row["per"] in {"hour", "month", "GB", "GB-month"}, row
        assert Decimal(row["usd"]) > 0, row
    keys = [(row["what"], row["region"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_a_pairs_month_is_what_its_parts_come_to() -> None:
    price = estimate(designed(PAIR), known_prices())
    assert price.by_kind == {
        "Transit Gateway attachments": Decimal("109.50"),  # two connections and the hub's VPC
        "VPN connections": Decimal("73.00"),
        "public IPv4 addresses": Decimal("21.900"),
        "gateways": Decimal("165.5640"),
        "disks": Decimal("1.60"),
        "keys": Decimal("1.60"),
        "alarms and logs": Decimal("0.500"),
    }
    assert price.by_owner == {"oregon": Decimal("36.50"), "paris": price.total - Decimal("36.50")}
    assert price.unknown == ()


def test_a_site_of_another_account_has_a_key_of_its_own() -> None:
    other = network({"paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", account={"profile": "theirs"})})
    assert [need.units for need in needs_of(designed(other)) if need.what == "kms-key"] == [1]


def test_what_isnt_the_regions_own_price_is_said() -> None:
    design = designed(PAIR)
    assert estimate(design, known_prices()).borrowed == ("eu-west-3", "us-west-2")
    own = [Price(need.what, need.region, Decimal(1), "hour", "2026-01-01", "test") for need in needs_of(design)]
    assert estimate(design, Prices.of(own)).borrowed == ()


def test_in_china_nothing_stands_in_for_a_price_that_isnt_known() -> None:
    china = network({"beijing": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", region="cn-north-1")})
    price = estimate(designed(china), known_prices())
    assert "instance:c6in.large in cn-north-1" in price.unknown
    assert "cn-north-1" not in price.borrowed


def test_an_unknown_instance_type_is_said_and_not_counted() -> None:
    odd = network({"paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24", gateway={"instance_type": "x99.huge"})})
    price = estimate(designed(odd), known_prices())
    assert price.unknown == ("instance:x99.huge in eu-west-1",)
    assert price.by_kind["gateways"] == 0


def product(usage: str, *tiers: tuple[str, str], term: str = "OnDemand") -> str:
    """A product as the Price List API gives it: text."""
    dimensions = {str(at): {"beginRange": begin, "pricePerUnit": {"USD": usd}} for at, (begin, usd) in enumerate(tiers)}
    terms = {term: {"SKU.TERM": {"priceDimensions": dimensions}}}
    return json.dumps({"product": {"attributes": {"usagetype": usage}}, "terms": terms})


def canned(answers: dict[str, list[str]]) -> Any:  # noqa: ANN401
    """A pricing client's get_products: a page for each product, by service."""

    def get_products(ServiceCode: str, NextToken: str = "0", **_: object) -> dict[str, Any]:  # noqa: N803
        products, at = answers.get(ServiceCode, []), int(NextToken)
        more = {"NextToken": str(at + 1)} if at + 1 < len(products) else {}
        return {"PriceList": products[at : at + 1], **more}

    return get_products


def test_the_price_list_is_asked_for_each_thing_and_its_one_product_is_found() -> None:
    ask = canned(
        {
            "AmazonVPC": [
                product("EUW3-VPN-large-Usage-Hours:ipsec.1", ("0", "0.6")),
                product("EUW3-VPN-Usage-Hours:ipsec.1", ("0", "0.0500000000")),
            ],
            "AmazonEC2": [product("EUW3-BoxUsage:c6in.large", ("0", "0")), product("EUW3-BoxUsage:c6in.large", ("0", "0.1345"))],
            "AmazonCloudWatch": [product("EUW3-VendedLog-Bytes", ("10240", "0.25"), ("0", "0.59"))],
        }
    )
    wanted = [("vpn-connection", "eu-west-3"), ("instance:c6in.large", "eu-west-3"), ("logs", "eu-west-3"), ("secret", "eu-west-3")]
    found = {price.what: price for price in listed_prices(wanted, ask, "2026-11-24")}
    assert {what: str(price.usd) for what, price in found.items()} == {
        "vpn-connection": "0.05",
        "instance:c6in.large": "0.1345",
        "logs": "0.59",
    }
    assert found["logs"] == Price("logs", "eu-west-3", Decimal("0.59"), "GB", "2026-11-24", "AWS Price List API")


def test_two_prices_for_one_thing_are_none() -> None:
    ask = canned({"AmazonVPC": [product("VPN-Usage-Hours:ipsec.1", ("0", "0.05")), product("USE1-VPN-Usage-Hours:ipsec.1", ("0", "0.06"))]})
    assert list(listed_prices([("vpn-connection", "us-east-1")], ask, "2026-11-24")) == []


def test_prices_are_read_as_they_were_written(tmp_path: Path) -> None:
    price = Price("vpn-connection", "eu-west-3", Decimal("0.0512"), "hour", "2026-11-24", "AWS Price List API")
    file = tmp_path / "x.prices.json"
    file.write_text(prices_text([price]))
    assert known_prices(file).find("vpn-connection", "eu-west-3") == price
    assert known_prices(file).find("vpn-connection", "us-east-1") is not None
    assert prices_path(Path("a/network.yaml")) == Path("a/landbridge.prices.json")


@pytest.mark.parametrize("text", ["", "[]", '{"prices": [{"what": 1}]}', '{"prices": [{"usd": "much"}]}'])
def test_a_file_that_isnt_one_of_prices_is_said_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.prices.json"
    file.write_text(text)
    with pytest.raises(LandbridgeError, match="these aren't prices as landbridge writes them"):
        known_prices(file)


def test_plan_refreshes_prices_and_uses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    from landbridge.aws.calling import Cloud

    ask = canned({"AmazonVPC": [product("USW2-VPN-Usage-Hours:ipsec.1", ("0", "1"))]})
    monkeypatch.setattr(Cloud, "call", lambda _self, _place, _service, _operation, **arguments: ask(**arguments))
    file = tmp_path / "network.yaml"
    file.write_text(json.dumps(PAIR))
    assert main(["plan", str(file), "--refresh-prices", "--json"]) == 0
    out, err = capfd.readouterr()
    kinds = {one["name"]: one["month"] for one in json.loads(out)["price"]["kinds"]}
    assert kinds["VPN connections"] == 1460
    assert "1 of 9 prices are now as listed" in err
    assert main(["plan", str(file)]) == 0
    assert "1,460.00" in capfd.readouterr().out
