"""What an operator sees when something breaks, and when it is mended."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator

import pytest

from landbridge.findings import LandbridgeError
from tests.lab.conftest import Lab, Pairs, Start, pairs_of, rendered

pytestmark = pytest.mark.lab

HOLD_S = 45  # BGP's hold time, 30 s, or dead peer detection, 30 to 45 s


@pytest.fixture(scope="module")
def lab(start: Start) -> Iterator[Lab]:
    with start(rendered("four-regions")) as running:
        yield running


def of_site(lab: Lab, site: str, hosts: int) -> Pairs:
    return {pair for number in range(1, hosts + 1) for pair in pairs_of(lab, source=f"{site}-{number}", destination=f"{site}-{number}")}


def bad_becomes(lab: Lab, expected: Pairs, seconds: float) -> Pairs:
    """The failing pairs, once they are what is expected, or when the time is up."""
    deadline = time.monotonic() + seconds
    while (bad := lab.bad(seconds=1)) != expected and time.monotonic() < deadline:
        time.sleep(0.5)
    return bad


def test_a_cut_tunnel_is_survived_within_the_hold_time(lab: Lab) -> None:
    outage = lab.ask("outages", to="virginia", **{"from": "singapore"}, seconds=HOLD_S, fail={"name": "singapore-a-1"})
    assert outage["lost"] > 0, "the tunnel carried something"
    assert outage["recovered"], {key: outage[key] for key in ("pairs", "sent", "lost", "longest_s")}
    assert outage["longest_s"] <= HOLD_S
    assert lab.bad() == set()
    lab.ask("mend", name="singapore-a-1")


def test_a_killed_gateway_takes_its_own_site_away_and_its_replacement_brings_it_back(lab: Lab) -> None:
    lab.ask("fail", name="virginia-a")
    virginia = of_site(lab, "virginia", 4)
    assert bad_becomes(lab, virginia, 3) == virginia
    status = lab.ask("status")
    assert not status["ok"]
    assert status["faults"] == {"virginia-a": "killed"}
    assert {tunnel["name"] for tunnel in status["tunnels"] if not tunnel["up"]} >= {"virginia-a-1", "virginia-a-2"}
    lab.ask("mend", name="virginia-a")
    assert bad_becomes(lab, set(), HOLD_S) == set()


def test_a_hung_gateway_answers_nothing_until_it_wakes(lab: Lab) -> None:
    lab.ask("fail", name="frankfurt-a", hang=True)
    frankfurt = of_site(lab, "frankfurt", 3)
    assert bad_becomes(lab, frankfurt, 3) == frankfurt
    assert {"name": "frankfurt-a", "state": "hung", "complaints": []} in lab.ask("status")["machines"]
    lab.ask("mend", name="frankfurt-a")
    assert bad_becomes(lab, set(), HOLD_S) == set()


def test_a_gateway_that_asks_before_aws_knows_it_is_not_refused_and_comes_up_when_it_is_known(lab: Lab) -> None:
    """charon would refuse it, and a gateway that was refused gives up for good."""
    hub = "swanctl --load-conns --file"
    lab.shell("oregon", f"/guest/hear nobody; echo 'connections {{' >/tmp/none; echo '}}' >>/tmp/none; {hub} /tmp/none")
    lab.shell("frankfurt-a", "for n in 1 2; do swanctl --terminate --ike tunnel$n --force; done")
    lab.shell("frankfurt-a", "for n in 1 2; do swanctl --initiate --child tunnel$n --timeout 1 & done; sleep 2")
    frankfurt = of_site(lab, "frankfurt", 3)
    assert bad_becomes(lab, frankfurt, 3) == frankfurt
    lab.shell("oregon", f"{hub} /host/swanctl.conf && /guest/hear")
    assert bad_becomes(lab, set(), HOLD_S) == set()


def test_a_slow_wire_delays_each_way(lab: Lab) -> None:
    lab.ask("fail", name="singapore-a", delay_ms=40)
    probes = lab.ask("probe", **{"from": "singapore-1", "to": "oregon-1"}, protocols=["icmp"])["probes"]
    assert probes[0]["rtt_ms"] > 4 * 40, "the wire carries the plain packet and the encrypted one, there and back"
    lab.ask("mend", name=None)
    probes = lab.ask("probe", **{"from": "singapore-1", "to": "oregon-1"}, protocols=["icmp"])["probes"]
    assert probes[0]["rtt_ms"] < 40


def test_the_internet_sees_ciphertext_and_the_tunnel_the_translated_addresses(lab: Lab) -> None:
    captured = {}

    def capture(name: str, interface: str | None) -> None:
        answer = lab.ask("capture", name=name, interface=interface, seconds=4, packets=400)
        captured[interface] = base64.b64decode(answer["pcap"])

    places = (("oregon", None), ("singapore-a", "vti0"), ("singapore-a", "vti1"))
    threads = [threading.Thread(target=capture, args=place) for place in places]
    for thread in threads:
        thread.start()
    time.sleep(2)
    assert lab.ask("probe", **{"from": "singapore-4", "to": "virginia-4"})["ok"]
    for thread in threads:
        thread.join()
    pair = bytes([10, 0, 1, 10, 192, 168, 1, 10])  # source and destination, as in an IPv4 header
    assert pair in captured["vti0"] + captured["vti1"]
    assert b"landbridge" in captured["vti0"] + captured["vti1"]
    assert len(captured[None]) > 1000
    assert pair not in captured[None]
    assert b"landbridge" not in captured[None]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("fail", {}),
        ("exec", {"command": ["true"], "seconds": 5}),
        ("capture", {"interface": None, "seconds": 1, "packets": 1}),
    ],
)
def test_unknown_names_are_told_the_known_ones(lab: Lab, operation: str, words: dict[str, object]) -> None:
    with pytest.raises(LandbridgeError, match="singapore-a"):
        lab.ask(operation, name="nosuch", **words)
