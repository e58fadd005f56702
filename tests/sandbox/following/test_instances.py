"""Instances that boot by themselves: real kernels, real daemons, the real bootstrap, in a VPC that the test makes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot

pytestmark = pytest.mark.lab

Seen = dict[str, Any]


def lived(root: GuestRoot, story: str, told_by: str = "standing") -> Seen:
    command = ["unshare", *launching.allowed(), sys.executable, "-m", f"tests.sandbox.following.{told_by}", story, str(root.folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    seen: Seen = json.loads(done.stdout)
    return seen


@pytest.fixture(scope="module")
def life(root: GuestRoot) -> Seen:
    return lived(root, "life")


def test_an_instance_boots_to_its_router_from_its_own_user_data(life: Seen) -> None:
    assert life["complaints"] == []
    assert "landbridge: applied" in life["messages"]
    assert life["conns"].count("IKEv2") == 2
    assert "router bgp 4200000007" in life["frr"]
    assert "-j NETMAP --to 192.168.0.0/24" in life["nat"]
    assert life["found"]


def test_starting_it_holds_nobody_up(life: Seen) -> None:
    assert life["settle"] < 0.2


def test_it_asks_over_the_network_with_its_roles_credentials(life: Seen) -> None:
    asked = life["asked"]
    assert [head.split()[0] for head in asked[:3]] == ["GET", "POST", "POST"]  # its text, and a key a tunnel
    assert all("Host: 192.0.2.10" in head and "Credential=ASIAEXAMPLE/" in head for head in asked)


def test_its_keys_are_in_its_memory_and_in_no_file(life: Seen) -> None:
    assert life["keys in memory"]
    assert life["keys in files"] == []


def test_an_instance_with_other_user_data_is_a_plain_machine_with_its_address(life: Seen) -> None:
    assert life["plain"]["ping"] == "answered\n"
    assert not life["plain"]["loaded"]
    assert life["plain"]["complaints"] == []


def test_a_router_refuses_a_text_that_it_cant_take_and_both_it_and_its_log_say_so(life: Seen) -> None:
    broken = life["broken"]
    assert broken["complaints"] == ["the router refuses: 'long' is not a whole number from 30 to 86400."]
    assert "attempt 1: the router refuses the configuration" in broken["messages"]
    assert not broken["loaded"]


def test_a_pushed_text_changes_the_running_router_in_place(life: Seen) -> None:
    assert "ip route 203.0.113.0/24 blackhole" in life["pushed"]
    assert "203.0.113.0/24" not in life["frr"]
    assert life["same charon"]


def test_a_pushed_text_that_cant_be_read_is_refused_and_nothing_of_it_is_told(life: Seen) -> None:
    assert "the quote that opens here is never closed" in life["refused"]
    assert "PlantedKey" not in life["refused"] + str(life["refusal"])


def test_daemons_that_die_come_back_with_what_they_knew(life: Seen) -> None:
    assert set(life["respawned"]) == {"charon", "zebra", "bgpd", "staticd"}
    assert all(seconds < 8 for seconds in life["respawned"].values())
    after = life["after respawn"]
    assert after["conns"] == life["conns"]
    assert after["frr"] == life["pushed"]
    assert "zebra ended with 137 and is started again" in after["complaints"]


def test_a_kernel_that_dies_is_told_and_boots_anew_as_a_fresh_instance_does(life: Seen) -> None:
    assert life["told"] == [["i-00000001", True], ["i-00000001", False]]
    assert life["after kernel"]["conns"] == life["conns"]
    assert life["after kernel"]["frr"] == life["frr"]


def test_a_terminated_instance_is_gone_at_once(life: Seen) -> None:
    assert life["terminated"] == {"running": False, "folder": False, "there": False}
    assert life["ending"] < 2


@pytest.fixture(scope="module")
def pair(root: GuestRoot) -> Seen:
    return lived(root, "life", "paired")


def test_a_pair_that_boots_from_its_user_data_has_its_roles_and_carries_packets(pair: Seen) -> None:
    assert pair["complaints"] == []
    assert pair["roles"] == {"tokyo-a": "master", "tokyo-b": "backup"}  # the VPC's routes lead to a
    assert pair["reachable"]


def test_its_words_travel_by_the_api_and_heal_is_woken(pair: Seen) -> None:
    assert pair["words"]["tokyo-a"] == "claim=tokyo-a by=tokyo-a prepends=0"
    assert pair["words"]["tokyo-b"] == "claim=tokyo-a by=tokyo-b prepends=2"
    assert pair["woken"] == ["tokyo-a", "tokyo-b"]


def test_a_terminated_gateways_other_says_its_claim_and_the_replacement_is_standby(pair: Seen) -> None:
    assert pair["takes_over_s"] < 6
    assert pair["loaded"]
    assert pair["after"]["tokyo-b"] == "master"
    assert pair["after"]["tokyo-a"] != "master"


def test_a_hung_gateways_other_says_its_claim_and_keeps_it_when_that_one_wakes(pair: Seen) -> None:
    assert pair["before hanging"] == "claim=tokyo-b by=tokyo-a prepends=2"
    assert pair["hung_s"] < 10  # by VRRP's silence, long before a hold time is over; a rehearsal shows what traffic feels of it
    assert pair["awake"] == {"tokyo-a": "master", "tokyo-b": "backup"}
