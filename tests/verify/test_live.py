"""What a cloud that has drifted breaks, by the same engine: what is seen to be otherwise takes the place of what was rendered."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from landbridge.artifacts.live import Cut, Live
from landbridge.artifacts.manifest import Route
from landbridge.findings import Where
from landbridge.verify import Network, Report, live_network, network_of, verify
from tests.verify.small import gateway_of, small

CUT = Cut("it is off", Where("AWS", path="x-1"), "Switch it on.")


@cache
def network() -> Network:
    return network_of(small())


def judged(**more: object) -> Report:
    live = Live(**{"manifest": network().manifest, **more})  # type: ignore[arg-type]
    return verify(live_network(network(), live, {}), failures=False)


def said(report: Report) -> str:
    return "\n".join([*(finding.message for finding in report.findings), *(step for finding in report.findings for step in finding.trace)])


def routed(*routes: Route) -> dict[str, object]:
    manifest = network().manifest
    vpcs = tuple(replace(vpc, routes=routes) if vpc.name == "lima" else vpc for vpc in manifest.vpcs)
    return {"manifest": replace(manifest, vpcs=vpcs), "places": {("lima", "routes"): Where("AWS", path="rtb-1")}}


def test_as_it_was_rendered_all_is_well() -> None:
    assert judged().ok


@pytest.mark.parametrize(
    ("more", "words", "place"),
    [
        ({"checked": {"lima-a": CUT}}, "it is off", "AWS: x-1"),
        ({"tunnels": {"lima-a-1": CUT, "lima-a-2": CUT}}, "it is off", "AWS: x-1"),
        ({"sessions": {"lima-a-1": CUT, "lima-a-2": CUT}}, "it is off", "AWS: x-1"),
        (routed(), "no route of lima's VPC", "AWS: rtb-1"),
        (routed(Route("remote", "eni-1")), "no gateway of it that runs", "AWS: rtb-1"),
    ],
    ids=["check on", "tunnels down", "sessions down", "route missing", "route elsewhere"],
)
def test_each_drift_breaks_limas_flows_and_names_its_place(more: dict[str, object], words: str, place: str) -> None:
    report = judged(**more)
    assert not report.ok
    assert words in said(report)
    assert place in {str(finding.where) for finding in report.findings}
    assert "lima" in said(report)


def test_one_tunnel_of_two_breaks_no_flow_by_itself() -> None:
    reachable = [one for one in judged(tunnels={"lima-a-1": CUT}).findings if one.code in ("unreachable", "one-way", "blackhole")]
    assert not reachable


def test_a_subnet_with_a_table_of_its_own_is_judged_by_that() -> None:
    lost = network().manifest.vpc("tokyo").subnets[1].cidr
    report = judged(tables={"tokyo": ((lost, ()),)})
    assert not report.ok
    assert "tokyo-2" in said(report)
    assert "tokyo-1" not in said(report)


def test_routes_of_a_pair_stay_where_they_are_seen() -> None:
    """The standby's routes lead to it, and the active one speaks for the site: that isn't put right in the telling."""
    manifest = network().manifest
    assert gateway_of(network(), "oslo-a").role == "active"
    vpcs = tuple(replace(vpc, routes=(Route("remote", "oslo-b"),)) if vpc.name == "oslo" else vpc for vpc in manifest.vpcs)
    report = judged(manifest=replace(manifest, vpcs=vpcs))
    assert "oslo-b" in said(report)
