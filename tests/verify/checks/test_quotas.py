"""Default AWS quotas, counted in what is rendered."""

from __future__ import annotations

from dataclasses import replace

from landbridge.artifacts.manifest import Route
from landbridge.design import quotas as of_the_design
from landbridge.verify.checks import quotas
from tests.verify.checks.broken import added, found, places, rendered, vpc_changed


def test_the_numbers_are_those_that_plan_has() -> None:
    for name in ("ATTACHMENTS", "VPN_CONNECTIONS", "ELASTIC_IPS", "ROUTES_TO_HUB", "ROUTES_FROM_HUB", "ROUTES_OF_TABLE", "NEAR"):
        assert getattr(quotas, name) == getattr(of_the_design, name), name


def test_elastic_ips_are_counted_by_region() -> None:
    made = rendered("acquisition")
    for name in ("ireland", "saopaulo"):
        made = vpc_changed(made, name, lambda vpc: replace(vpc, region="ap-northeast-1"))
    (finding,) = found(made, "quota")
    assert finding.message == "6 Elastic IPs in ap-northeast-1 (one a gateway); AWS' default quota is 5, which is passed."
    assert finding.where is not None
    assert finding.where.path == "regions.ap-northeast-1"


def test_routes_that_a_gateway_announces_are_counted_in_its_text() -> None:
    commands = [f"set protocols bgp 65200 network 10.{number // 256}.{number % 256}.0/24" for number in range(800)]
    (finding,) = found(added(rendered("four-regions"), "virginia-a", *commands), "quota")
    assert finding.message == "804 routes from virginia-a to the hub; AWS' default quota is 1,000, which is near."
    assert places([finding]) == [("warning", "routers/virginia-a.set", None)]


def test_the_routes_of_a_vpc_are_counted() -> None:
    routes = tuple(Route(f"10.200.{number}.0/24", "virginia-a") for number in range(60))
    made = vpc_changed(rendered("four-regions"), "virginia", lambda vpc: replace(vpc, routes=(*vpc.routes, *routes)))
    (finding,) = found(made, "quota")
    assert finding.message.endswith("routes in each route table of virginia's VPC; AWS' default quota is 50, which is passed.")
    assert places([finding]) == [("warning", "manifest.yaml", made.lines["virginia"])]
