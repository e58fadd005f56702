"""The network as it was made by hand: what works by hand works here, and what it leaves broken is broken here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landbridge.artifacts import Artifacts
from tests.lab.conftest import Lab, Start, pairs_of, rendered, replaced

pytestmark = pytest.mark.lab

SEED = Path(__file__).parents[1] / "vyos" / "seed"
# By hand, a static route to the gateway's own tunnel addresses makes BGP announce the translated prefix.
OWN_TUNNELS = {
    "singapore": ("10.0.1.0/24", "169.254.12.78", "169.254.14.214"),
    "virginia": ("192.168.1.0/24", "169.254.12.178", "169.254.14.6"),
}


def hand_made() -> Artifacts:
    """The three gateways' texts, with the listing in which Frankfurt's third subnet isn't announced."""
    texts = {}
    for site in ("singapore", "virginia", "frankfurt"):
        text = (SEED / f"{site}.set").read_text() + "set interfaces ethernet eth0 address dhcp\n"
        if site in OWN_TUNNELS:
            prefix, *own = OWN_TUNNELS[site]
            routes = "".join(f"set protocols static route {prefix} next-hop {address}\n" for address in own)
            text = re.sub(rf"set protocols static route {re.escape(prefix)} blackhole.*\n", routes, text)
            assert routes in text
        texts[f"{site}-a"] = text
    left_out = "set protocols bgp 65300 network 172.88.194.0/24\n"
    assert left_out in texts["frankfurt-a"]
    texts["frankfurt-a"] = texts["frankfurt-a"].replace(left_out, "")
    return replaced(rendered("four-regions"), texts)


def loops(lab: Lab) -> int:
    """How often a packet to the translated prefix, from a source inside it, comes to Singapore's gateway before it dies."""

    def received() -> int:
        return sum(
            int(count) for count in re.findall(r"(\d+)\n", lab.shell("singapore-a", "cat /sys/class/net/vti[01]/statistics/rx_packets"))
        )

    lab.shell("frankfurt-a", "ip addr add 10.0.1.99/32 dev lo")
    before = received()
    lab.ask("exec", name="frankfurt-a", command=["ping", "-c", "1", "-W", "1", "-I", "10.0.1.99", "10.0.1.10"], seconds=10)
    after = received()
    lab.shell("frankfurt-a", "ip addr del 10.0.1.99/32 dev lo")
    return after - before


def test_the_hand_made_network_works_but_for_frankfurts_unannounced_subnet_and_loops_a_source_inside_a_translated_prefix(
    start: Start,
) -> None:
    with start(hand_made()) as lab:
        bad = {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]}
        assert bad == pairs_of(lab, source="frankfurt-3", destination="frankfurt-3")
        assert "nexthop dev vti0" in lab.shell("singapore-a", "ip route show 10.0.1.0/24")
        assert loops(lab) > 20


def test_the_rendered_network_loops_no_source_inside_a_translated_prefix(start: Start) -> None:
    with start(rendered("four-regions")) as lab:
        assert loops(lab) <= 3
