"""Whatever part is killed: an error that says so, or all is well again by itself; never a hang, and nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from landbridge.findings import LandbridgeError
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from tests.lab.test_lab_leaves_nothing import processes
from tests.sandbox.following.followed import HUB_REGION, Followed, emulated, follow_again, until

pytestmark = pytest.mark.lab

AGAIN_S = 60  # a boot, and BGP's hold time
KILL = "kill -9 $(pidof {daemons}); true"


def state(network: Followed, machine: str) -> str:
    return next(str(one["state"]) for one in network.ask("status")["machines"] if one["name"] == machine)


def test_daemons_that_die_come_back_and_so_do_the_packets(followed: Followed) -> None:
    followed.shell("singapore-a", KILL.format(daemons="charon"))
    followed.shell("virginia-a", KILL.format(daemons="bgpd zebra"))
    followed.shell("oregon", KILL.format(daemons="charon bgpd"))
    assert until(lambda: bool(followed.bad(protocols=("icmp",))), 10), "somebody felt it"
    assert followed.bad_becomes(set(), AGAIN_S) == set()
    said = [line for machine in followed.ask("status")["machines"] for line in machine["complaints"]]
    assert any("charon ended with 137 and is started again" in line for line in said)


def test_a_kernel_that_dies_boots_anew_and_a_terminated_gateway_is_replaced_and_both_configure_themselves(followed: Followed) -> None:
    dying, ending = followed.gateway("frankfurt-a"), followed.gateway("virginia-a")
    assert dying.instance is not None
    assert ending.instance is not None
    number = dying.instance.id
    ec2 = followed.client("ec2", dying.place.region)

    def well() -> bool:
        found = ec2.describe_instance_status(InstanceIds=[number])["InstanceStatuses"][0]
        return bool(found["InstanceStatus"]["Status"] == "ok")

    followed.ask("fail", name="virginia-a")
    followed.ask("exec", name="frankfurt-a", command=["sh", "-c", "(sleep 0.2; echo o >/proc/sysrq-trigger) &"], seconds=10)
    assert until(lambda: not well(), 10)
    assert followed.bad(protocols=("icmp",))
    assert followed.bad_becomes(set(), AGAIN_S) == set()
    assert until(well, 10)
    again, another = followed.gateway("frankfurt-a").instance, followed.gateway("virginia-a").instance
    assert again is not None
    assert another is not None
    assert again.id == number
    assert another.id != ending.instance.id
    assert any("its kernel has died, and is started again" in line for line in followed.ask("status")["said"])


def test_a_hubs_kernel_that_dies_is_started_again_and_answers_whoever_asks_anew(followed: Followed) -> None:
    """Gateways find out by themselves when strongSwan has asked in vain for 165 s; here they are told to."""
    followed.ask("fail", name="oregon")
    gateways = [site.gateways[0].name for site in followed.planned.sites]
    assert until(lambda: {one for name in gateways for one in followed.telemetry(name)} == {"DOWN"}, 15)
    assert until(lambda: state(followed, "oregon") == "up", 30)
    for name in gateways:
        followed.shell(name, KILL.format(daemons="charon"))
    assert followed.bad_becomes(set(), AGAIN_S) == set()
    assert any("has died and is started again" in line for line in followed.ask("status")["said"])


def test_a_gateway_that_hangs_is_told_to_nobody_until_it_wakes(followed: Followed) -> None:
    followed.ask("fail", name="singapore-a", hang=True)
    expected = followed.of("singapore")
    assert followed.bad_becomes(expected, 5) == expected
    assert state(followed, "singapore-a") == "hung"
    gateway = followed.gateway("singapore-a")
    assert gateway.instance is not None
    assert gateway.instance.state == "running"
    followed.ask("mend", name="singapore-a")
    assert followed.bad_becomes(set(), AGAIN_S) == set()


def test_without_the_emulator_packets_go_on_and_it_is_followed_again_when_it_is_back(followed: Followed) -> None:
    numbers = [followed.shell(name, "cat /proc/sys/kernel/random/boot_id") for name in ("oregon", "singapore-a")]
    os.kill(followed.emulator.pid, signal.SIGKILL)
    assert followed.bad() == set()
    assert until(lambda: "doesn't answer any more" in followed.ask("status")["trouble"], 20)
    assert not followed.ask("status")["ok"]
    assert followed.bad() == set()
    before = followed.emulator
    followed.emulator = emulated(before.folder)
    assert followed.emulator.endpoint == before.endpoint
    assert until(lambda: followed.ask("status")["trouble"] == "", 20)
    gateway = followed.gateway("singapore-a")
    assert gateway.instance is not None
    ec2 = followed.client("ec2", gateway.place.region)
    for on, expected in ((True, followed.of("singapore")), (False, set[tuple[str, str]]())):
        ec2.modify_network_interface_attribute(NetworkInterfaceId=gateway.instance.interface, SourceDestCheck={"Value": on})
        assert followed.bad_becomes(expected, 10) == expected
    assert numbers == [followed.shell(name, "cat /proc/sys/kernel/random/boot_id") for name in ("oregon", "singapore-a")], (
        "none booted anew"
    )
    assert {one for site in followed.planned.sites for one in followed.telemetry(site.gateways[0].name)} == {"UP"}


def test_when_the_follower_dies_all_of_the_lab_goes_and_another_makes_it_anew_from_the_cloud(followed: Followed, root: GuestRoot) -> None:
    held = processes(followed.lab)
    assert len(held) > 4
    os.kill(next(one for one in held if (Path("/proc") / str(one) / "comm").read_text().startswith("python")), signal.SIGKILL)
    assert until(lambda: not processes(followed.lab), 10), processes(followed.lab)
    began = time.monotonic()
    with pytest.raises(LandbridgeError, match="no lab called"):
        followed.ask("status")
    assert time.monotonic() - began < 2
    assert followed.lab not in launching.names()
    assert followed.client("ec2", HUB_REGION).describe_vpn_connections()["VpnConnections"], "the emulator is as it was"
    with follow_again(followed, root):  # the last test of the shared lab
        assert followed.wait()["ok"]
