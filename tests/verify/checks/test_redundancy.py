"""What a site has of its gateways."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verify.checks.broken import edited, found, gateway_changed, line_of, places, rendered, vpc_changed

CODE = "single-point-of-failure"


def test_a_site_with_one_gateway() -> None:
    made = rendered("acquisition")
    (finding,) = found(made, CODE)
    assert places([finding]) == [("warning", "manifest.yaml", made.lines["capetown-a"])]
    assert finding.message == "capetown has one gateway, capetown-a: while it is gone, the site is cut off."


def test_a_pair_in_one_zone() -> None:
    made = vpc_changed(
        rendered("acquisition"), "tokyo", lambda vpc: replace(vpc, subnets=tuple(replace(one, zone="a") for one in vpc.subnets))
    )
    finding = found(made, CODE)[0]
    assert finding.message == "tokyo-a and tokyo-b both stand in zone a: when it fails, tokyo is cut off."
    assert places([finding]) == [("warning", "manifest.yaml", made.lines["tokyo-b"])]


@pytest.mark.parametrize("gateway", ["tokyo-a", "tokyo-b"])
def test_a_pair_of_which_one_has_no_vrrp(gateway: str) -> None:
    finding = found(edited(rendered("acquisition"), gateway, "set high-availability", ""), CODE)[0]
    assert finding.message.startswith(f"{gateway} has no VRRP group: when one of tokyo-a and tokyo-b fails")
    assert places([finding]) == [("warning", f"routers/{gateway}.set", None)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("set high-availability vrrp group PAIR vrid", "set high-availability vrrp group PAIR vrid 7"),
        ("set high-availability vrrp group PAIR peer-address", "set high-availability vrrp group PAIR peer-address 10.1.17.253"),
    ],
)
def test_a_pair_that_does_not_hear_each_other(old: str, new: str) -> None:
    made = edited(rendered("acquisition"), "tokyo-b", old, new)
    finding = found(made, CODE)[0]
    assert "have no id in common, or don't name each other" in finding.message
    assert places([finding]) == [("warning", "routers/tokyo-b.set", line_of(made, "tokyo-b", "set high-availability vrrp group PAIR"))]


def test_a_gateway_that_may_stand_anywhere_is_in_no_zone() -> None:
    made = gateway_changed(rendered("four-regions"), "frankfurt-a", lambda gateway: replace(gateway, subnet=None))
    assert len(found(made, CODE)) == 3
