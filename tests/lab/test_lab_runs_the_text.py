"""The lab runs what the routers' texts say, no more and no less."""

from __future__ import annotations

import pytest

from tests.lab.conftest import Start, pairs_of, rendered, replaced, without

pytestmark = pytest.mark.lab

# With one BGP session there is one way out of Singapore, whatever the daemons would choose among two.
ONE_TUNNEL = ("set protocols bgp 65400 neighbor 169.254.14.213",)


@pytest.mark.parametrize("release", ["1.1", "1.2", "1.3", "1.4", "1.5"])
def test_every_host_of_the_four_regions_reaches_every_other_under_its_global_address(start: Start, release: str) -> None:
    with start(rendered("four-regions", release)) as lab:
        probes = lab.ready["probes"]
        assert len(probes) == 2 * 146
        assert [probe for probe in probes if not probe["ok"]] == []
        by_pair = {(probe["from"], probe["to"], probe["protocol"]): probe for probe in probes}
        talk = by_pair["singapore-4", "virginia-4", "tcp"]
        assert (talk["address"], talk["seen"]) == ("192.168.1.10", "10.0.1.10")
        assert "172.88.88.10/32" in lab.shell("singapore-4", "ip address")
        assert "172.88.88.10/32" in lab.shell("virginia-4", "ip address")
        status = lab.ask("status")
        assert status["ok"]
        assert len(status["tunnels"]) == 6


def test_pairs_and_automatic_translations_of_the_acquisition_all_work(start: Start) -> None:
    with start(rendered("acquisition")) as lab:
        assert [probe for probe in lab.ready["probes"] if not probe["ok"]] == []
        path = lab.shell("ohio", "vtysh -d bgpd -c 'show bgp ipv4 unicast 100.64.0.0/24'")
        assert "4200000000 4200000000\n" in path, "the active gateway prepends its ASN once"
        assert "4200000000 4200000000 4200000000\n" in path, "the standby twice"


def test_a_source_rule_missing_breaks_exactly_the_probes_from_the_translated_host(start: Start) -> None:
    with start(without(rendered("four-regions"), "singapore-a", *ONE_TUNNEL, "set nat source rule 33 ")) as lab:
        bad = {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]}
        assert bad == pairs_of(lab, source="singapore-4")
        seen = {probe["seen"] for probe in lab.ready["probes"] if probe["from"] == "singapore-4" and probe["protocol"] == "icmp"}
        assert seen <= {"172.88.88.10", None}, "untranslated"


def test_a_destination_rule_missing_breaks_exactly_the_probes_to_the_translated_host(start: Start) -> None:
    with start(without(rendered("four-regions"), "singapore-a", *ONE_TUNNEL, "set nat destination rule 33 ")) as lab:
        assert {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]} == pairs_of(
            lab, destination="singapore-4"
        )


def test_a_static_route_missing_takes_its_subnet_off_the_network_on_1_1(start: Start) -> None:
    """Release 1.1 announces only what is in its routing table, and has no other way to the subnet."""
    with start(without(rendered("four-regions"), "singapore-a", "set protocols static route 172.88.2.0/24")) as lab:
        expected = pairs_of(lab, source="singapore-3", destination="singapore-3")
        assert {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]} == expected


def test_a_bgp_network_missing_takes_its_subnet_off_the_network(start: Start) -> None:
    with start(without(rendered("four-regions"), "singapore-a", "set protocols bgp 65400 network 10.0.1.0/24")) as lab:
        expected = pairs_of(lab, source="singapore-4", destination="singapore-4")
        assert {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]} == expected


def test_a_cipher_that_the_hub_does_not_offer_keeps_the_tunnels_down(start: Start) -> None:
    made = rendered("four-regions")
    text = made.routers["frankfurt-a"].replace("proposal 1 encryption 'aes128'", "proposal 1 encryption 'aes256'")
    assert text != made.routers["frankfurt-a"]
    with start(replaced(made, {"frankfurt-a": text})) as lab:
        bad = {(probe["from"], probe["to"]) for probe in lab.ready["probes"] if not probe["ok"]}
        frankfurt = {f"frankfurt-{number}" for number in (1, 2, 3)}
        assert bad == {pair for host in frankfurt for pair in pairs_of(lab, source=host, destination=host)}
        down = {tunnel["name"] for tunnel in lab.ask("status")["tunnels"] if not tunnel["up"]}
        assert down == {"frankfurt-a-1", "frankfurt-a-2"}
