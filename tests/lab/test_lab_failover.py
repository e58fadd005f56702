"""A pair's role change: the active gateway dies, hangs, wakes, is cut off from the other; traffic goes on by the other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from landbridge import artifacts
from landbridge.design import design
from landbridge.intent import load
from tests.lab.conftest import Lab, Start

pytestmark = pytest.mark.lab

NETWORK = """
version: 1
network: failover
hubs:
  ohio:
    region: us-east-2
    vpc: {cidrs: [172.16.0.0/20], subnets: [{cidr: 172.16.0.0/24, zone: a}]}
sites:
  tokyo:
    region: ap-northeast-1
    asn: 65010
    vpc: {cidrs: [10.0.0.0/16], subnets: [{cidr: 10.0.0.0/24, zone: a}, {cidr: 10.0.1.0/24, zone: b}]}
  mumbai:
    region: ap-south-1
    asn: 65020
    vpc: {cidrs: [10.0.0.0/16], subnets: [{cidr: 10.0.0.0/24, zone: a}]}
    gateway: {availability: single}
"""
# One advertisement a second: silence for 3.6 s makes a master; then FRR, the hub, and the VPC's routes.
SILENCE_S = 3.6
OUTAGE_S = 6.0
HUB_S = 5.0
INSIDE = {"tokyo-a": ("169.254.0.6", "169.254.0.10"), "tokyo-b": ("169.254.0.14", "169.254.0.18")}


@pytest.fixture(scope="module", params=["1.4"])
def lab(start: Start, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    path: Path = tmp_path_factory.mktemp("failover") / "network.yaml"
    path.write_text(NETWORK)
    with start(artifacts.render(design(load(path)), request.param)) as running:
        assert running.ready["ok"], running.ask("status")
        yield running


def pair(lab: Lab) -> dict[str, Any]:
    found: dict[str, Any] = lab.ask("status")["pairs"][0]
    return found


def settles(lab: Lab, seconds: float = 40.0) -> dict[str, Any]:
    """The pair, once it has settled who is active (or as it is when the time is up)."""
    deadline = time.monotonic() + seconds
    while not pair(lab)["settled"] and time.monotonic() < deadline:
        time.sleep(0.5)
    return pair(lab)


def ready(lab: Lab, seconds: float = 90.0) -> dict[str, Any]:
    """The pair, once it has settled and the other gateway could take over: every tunnel and session is up."""
    deadline = time.monotonic() + seconds
    while (down := [one["name"] for one in lab.ask("status")["tunnels"] if not one["up"]]) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert down == [], standing(lab)
    return settles(lab)


def bad(lab: Lab, seconds: float = OUTAGE_S) -> set[tuple[str, str]]:
    """The pairs that don't reach each other, when as long as an outage may be has passed."""
    deadline = time.monotonic() + seconds
    while (found := lab.bad()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


@dataclass(slots=True)
class HubRoutes:
    """When the hub last had a route to tokyo through each of its gateways, in seconds of a steady clock."""

    lab: Lab
    last: dict[str, float] = field(default_factory=dict)
    stop: bool = False

    def watch(self) -> None:
        while not self.stop:
            said = self.lab.shell("ohio", "ip route show 100.64.0.0/24")
            for gateway, addresses in INSIDE.items():
                if any(f"via {address} " in said for address in addresses):
                    self.last[gateway] = time.monotonic()
            time.sleep(0.1)


def breaks(lab: Lab, **how: object) -> float:
    """Break something while all of tokyo's hosts ping and are pinged; gives the longest outage of any pair in seconds."""
    outage = lab.ask("outages", **{"from": "tokyo"}, to=None, seconds=25, interval_ms=50, fail=how)
    assert outage["recovered"], (outage, standing(lab))
    return float(outage["longest_s"])


def standing(lab: Lab) -> dict[str, Any]:
    """What tells why a pair doesn't carry traffic: what each gateway has, and what its charon last said."""
    asked = "swanctl --list-sas; ip -br addr; ip route; tail -n 40 /host/charon.log"
    said = {name: lab.ask("exec", name=name, command=["sh", "-c", asked], seconds=5).get("out") for name in (*INSIDE, "ohio")}
    return {"pair": pair(lab), "claims": lab.ask("claims")["claims"], **said}


def test_it_begins_with_the_first_gateway_active_and_both_directions_on_it(lab: Lab) -> None:
    begun = settles(lab)
    assert begun["roles"] == {"tokyo-a": "master", "tokyo-b": "backup"}
    assert begun["routes_to"] == "tokyo-a"


def test_a_killed_active_gateway_is_taken_over_from_within_seconds_and_its_replacement_stays_standby(lab: Lab) -> None:
    active = settles(lab)["routes_to"]
    other = {"tokyo-a": "tokyo-b", "tokyo-b": "tokyo-a"}[active]
    routes = HubRoutes(lab)
    watching = threading.Thread(target=routes.watch)
    watching.start()
    outage = breaks(lab, name=active)
    broken_at = next(claim["heard"] for claim in lab.ask("claims")["claims"][::-1] if claim["gateway"] == other and claim["by"] == other)
    routes.stop = True
    watching.join()
    assert 0 < outage <= OUTAGE_S
    assert routes.last[active] - broken_at <= HUB_S - SILENCE_S, "the hub's routes left the dead gateway by BGP alone"
    assert pair(lab)["routes_to"] == other
    lab.ask("mend", name=active)
    after = settles(lab)
    assert after["settled"]
    assert after["routes_to"] == other, "no failing back by itself"
    assert bad(lab) == set()


def test_a_hung_active_gateway_is_taken_over_from_and_when_it_wakes_both_directions_end_on_one(lab: Lab) -> None:
    active = ready(lab)["routes_to"]
    assert breaks(lab, name=active, hang=True) <= OUTAGE_S
    assert pair(lab)["routes_to"] != active
    lab.ask("mend", name=active)
    after = settles(lab)
    assert after["settled"], after
    assert sorted(after["roles"].values()) == ["backup", "master"]
    assert bad(lab) == set()


def test_the_wire_between_the_two_cut_and_mended_ends_with_both_directions_on_one(lab: Lab) -> None:
    ready(lab)
    assert breaks(lab, name="tokyo") <= OUTAGE_S
    lab.ask("mend", name="tokyo")
    after = settles(lab)
    assert after["settled"], after
    assert bad(lab) == set()
