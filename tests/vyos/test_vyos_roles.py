"""A pair's roles: what the scripts announce and say when VRRP's state changes, run by real shells with a vtysh of paper."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge.design import Design, GatewayPlan, SitePlan
from landbridge.vyos import parse, read_router, role_scripts

SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)] or ["sh"]
BEFORE, AFTER = 1_000_000_000, 4_000_000_000  # any clock is between

VTYSH = """#!/bin/sh
for word; do
  case $word in
    'show bgp ipv4 unicast summary') cat "$FAKE/summary" ;;
    'show route-map '*) echo "    as-path prepend $(cat "$FAKE/prepends")" ;;
    'no set as-path prepend') : >"$FAKE/prepends" ;;
    'set as-path prepend '*) echo "${word#set as-path prepend }" >"$FAKE/prepends" ;;
    'route-map '*) echo "$word" >"$FAKE/route-map" ;;
    'clear bgp ipv4 unicast * soft out') echo sent >>"$FAKE/sent" ;;
  esac
done
"""
SUMMARY = """
Neighbor        V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc
{0}    4      64512        16         9        0    0    0 00:00:22 {1:>12}        3 N/A
{2}    4      64512        16         7        0    0    0    never {3:>12}        0 N/A

Total number of neighbors 2
"""

Rendering = Callable[[str, str], dict[str, Any]]


class Gateway:
    """One gateway's scripts in a folder, with a made-up vtysh that remembers."""

    def __init__(self, folder: Path, site: SitePlan, plan: GatewayPlan, shell: str) -> None:
        self.plan = plan
        self.folder = folder
        self.shell = [shell, "sh"] if shell == "busybox" else [shell]
        (folder / "state").mkdir(parents=True)
        (folder / "bin").mkdir()
        for name, text in role_scripts(site, plan, "acme").items():
            (folder / name).write_text(text.replace("VTIS='vti0 vti1'", "VTIS='lo'"))
            (folder / name).chmod(0o755)
        (folder / "bin" / "vtysh").write_text(VTYSH)
        (folder / "bin" / "vtysh").chmod(0o755)
        (folder / "prepends").write_text("as rendered\n")
        self.sessions("16", "Active")

    def run(self, script: str, *words: str) -> int:
        """Run a script; its exit status."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "STATE": str(self.folder / "state"),
            "FAKE": str(self.folder),
            "NETFILTER": str(self.folder),
        }
        done = subprocess.run(
            [*self.shell, str(self.folder / script), *words], env=environment, capture_output=True, text=True, timeout=20, check=False
        )
        assert done.stderr == ""
        return done.returncode

    def role(self, *words: str) -> None:
        self.run("role.sh", *words)

    def sessions(self, first: str, second: str) -> None:
        neighbors = [str(tunnel.aws) for tunnel in self.plan.tunnels]
        (self.folder / "summary").write_text(SUMMARY.format(neighbors[0], first, neighbors[1], second))

    @property
    def prepends(self) -> int:
        words = (self.folder / "prepends").read_text().split()
        assert set(words) <= {str(self.plan.asn)}
        return len(words)

    @property
    def said(self) -> list[dict[str, str]]:
        told = self.folder / "state" / "told"
        return [dict(word.split("=") for word in line.split()) for line in told.read_text().splitlines()] if told.exists() else []

    def hears(self, line: str) -> None:
        self.keeps("heard", line)

    def keeps(self, name: str, line: str) -> None:
        (self.folder / "state" / name).write_text(line + "\n")

    @property
    def since(self) -> int:
        return int((self.folder / "state" / "role").read_text().split()[1])


@pytest.fixture(params=SHELLS)
def gateway(request: pytest.FixtureRequest, tmp_path: Path, designs: dict[str, Design]) -> Gateway:
    site = next(site for site in designs["acquisition"].sites if site.name == "tokyo")
    return Gateway(tmp_path, site, site.gateways[0], request.param)


def test_a_connection_that_comes_back_is_not_held_to_the_window_of_long_ago(gateway: Gateway) -> None:
    liberal = gateway.folder / "nf_conntrack_tcp_be_liberal"
    gateway.run("check.sh")
    assert not liberal.exists()  # a kernel that doesn't track connections (yet) has no such thing
    liberal.write_text("0\n")
    gateway.run("check.sh")
    assert liberal.read_text() == "1\n"


def test_a_master_announces_without_prepends_at_once_and_claims(gateway: Gateway) -> None:
    gateway.role("master")
    assert gateway.prepends == 0
    assert (gateway.folder / "sent").read_text() == "sent\n"
    assert (gateway.folder / "route-map").read_text() == "route-map AWS-OUT permit 10\n"
    (word,) = gateway.said
    assert (word["claim"], word["by"], word["prepends"]) == ("tokyo-a", "tokyo-a", "0")
    assert int(word["expires"]) - int(word["at"]) in (60, 61)


@pytest.mark.parametrize("state", ["backup", "fault"])
def test_who_stands_by_announces_twice_and_claims_for_the_other(gateway: Gateway, state: str) -> None:
    gateway.role("master")
    gateway.role(state, state, "eth0", "PAIR")  # as VyOS 1.2 calls it
    assert gateway.prepends == 2
    assert [(word["claim"], word["prepends"]) for word in gateway.said] == [("tokyo-a", "0"), ("tokyo-b", "2")]
    assert int(gateway.said[1]["at"]) > int(gateway.said[0]["at"])


def test_a_master_settles_on_the_others_later_word(gateway: Gateway) -> None:
    gateway.role("master")
    gateway.hears(f"claim=tokyo-a by=tokyo-b prepends=2 at={AFTER} expires={AFTER}")
    gateway.role("tend")
    assert gateway.prepends == 1
    gateway.role("apply")
    assert gateway.prepends == 1


@pytest.mark.parametrize(
    "line",
    [
        f"claim=tokyo-a by=tokyo-b prepends=2 at={BEFORE}",
        f"claim=tokyo-b by=tokyo-b prepends=0 at={AFTER}",
        f"claim=tokyo-a by=tokyo-b prepends=1 at={AFTER}",
        f"claim=tokyo-a by=tokyo-a prepends=2 at={AFTER}",
        f"claim=tokyo-a by=paris-b prepends=2 at={AFTER}",
        f"claim=tokyo-a by=tokyo-b prepends=2; at={AFTER}",
        "claim=tokyo-a by=tokyo-b prepends=2 at=9999999999999999999999",
        "claim=tokyo-a by=tokyo-b prepends=2 at=-1",
        "$(touch /tmp/x) * `id` by=tokyo-b",
        "",
    ],
)
def test_a_master_does_not_settle_on_anything_else(gateway: Gateway, line: str) -> None:
    gateway.role("master")
    gateway.hears(line)
    gateway.role("tend")
    assert gateway.prepends == 0


def test_a_new_claim_is_not_settled_by_an_old_word_even_from_a_clock_ahead(gateway: Gateway) -> None:
    gateway.hears(f"claim=tokyo-a by=tokyo-b prepends=2 at={AFTER}")
    gateway.role("backup")
    gateway.role("tend")
    gateway.role("master")
    gateway.role("tend")
    assert gateway.prepends == 0
    assert int(gateway.said[-1]["at"]) > AFTER


def test_who_stands_by_answers_a_claim_that_its_word_came_too_early_for(gateway: Gateway) -> None:
    gateway.role("backup")
    gateway.hears(f"claim=tokyo-b by=tokyo-b prepends=0 at={AFTER}")
    gateway.role("tend")
    gateway.role("tend")
    assert [(word["claim"], word["prepends"]) for word in gateway.said] == [("tokyo-b", "2")] * 2
    assert int(gateway.said[1]["at"]) == AFTER + 1


def test_a_gateway_that_has_just_booted_stands_by(gateway: Gateway) -> None:
    gateway.role("apply")
    assert gateway.prepends == 2
    assert gateway.said == []


def test_what_a_commit_put_back_is_mended(gateway: Gateway) -> None:
    gateway.role("master")
    (gateway.folder / "prepends").write_text(f"{gateway.plan.asn}\n")
    assert gateway.run("check.sh") == 0
    gateway.role("tend")
    assert gateway.prepends == 0


def test_a_word_that_could_not_be_sent_is_said_again(gateway: Gateway) -> None:
    told = gateway.folder / "state" / "told"
    told.mkdir()  # nothing can be written there
    gateway.role("master")
    assert gateway.prepends == 0
    told.rmdir()
    gateway.role("tend")
    gateway.role("tend")
    assert [word["claim"] for word in gateway.said] == ["tokyo-a"]


@pytest.mark.parametrize(
    ("first", "second", "status"), [("16", "0", 0), ("Active", "0", 0), ("Active", "Idle (Admin)", 1), ("Connect", "(Policy)", 1)]
)
def test_a_gateway_is_well_while_a_session_is_established(gateway: Gateway, first: str, second: str, status: int) -> None:
    gateway.sessions(first, second)
    assert gateway.run("check.sh") == status


def test_a_master_that_is_ordered_to_stand_down_is_not_well_until_it_has(gateway: Gateway) -> None:
    gateway.role("master")
    gateway.keeps("order", f"yield=tokyo-a at={AFTER - 1} expires={AFTER}")  # of a person whose clock is ahead
    assert [gateway.run("check.sh"), gateway.run("check.sh")] == [1, 1]  # as often as VRRP wants it
    gateway.role("fault")
    assert gateway.said[-1]["claim"] == "tokyo-b"
    assert gateway.run("check.sh") == 0
    gateway.role("backup")
    gateway.role("master")  # the other died meanwhile
    assert gateway.run("check.sh") == 0


@pytest.mark.parametrize("role", ["backup", "fault", None])
def test_who_is_no_master_has_nothing_to_yield(gateway: Gateway, role: str | None) -> None:
    if role is not None:
        gateway.role(role)
    gateway.keeps("order", f"yield=tokyo-a at={AFTER} expires={AFTER}")
    assert gateway.run("check.sh") == 0


@pytest.mark.parametrize(
    "line",
    [
        f"yield=tokyo-b at={AFTER} expires={AFTER}",
        f"yield=tokyo-a at={BEFORE} expires={AFTER}",
        f"yield=tokyo-a at={AFTER} expires={BEFORE}",
        f"yield=tokyo-a at={AFTER}",
        f"yield=tokyo-a expires={AFTER}",
        f"yield=tokyo-a at=later expires={AFTER}",
        f"yield=tokyo-a at={AFTER}99 expires={AFTER}",
        f"yield=* at={AFTER} expires={AFTER}",
        "$(touch /tmp/x) `id`",
        "",
    ],
)
def test_a_master_obeys_nothing_else(gateway: Gateway, line: str) -> None:
    gateway.role("master")
    gateway.keeps("order", line)
    assert gateway.run("check.sh") == 0


def test_a_replacement_begins_after_the_last_word_of_its_name(gateway: Gateway) -> None:
    gateway.keeps("past", str(AFTER))
    gateway.role("master")
    assert int(gateway.said[0]["at"]) == AFTER + 1


def test_a_word_that_came_too_early_for_that_is_said_again_later(gateway: Gateway) -> None:
    gateway.role("master")
    gateway.keeps("past", str(AFTER))
    for _ in range(3):
        gateway.role("tend")
    assert [(word["claim"], word["prepends"]) for word in gateway.said] == [("tokyo-a", "0")] * 2
    assert int(gateway.said[1]["at"]) == AFTER + 1


CARRIER = "import os, time\nopen(os.environ['STATE'] + '/carrier', 'w').write('%d\\n' % os.getpid())\ntime.sleep(20)\n"


@pytest.mark.parametrize("left", ["", "none", "999999999", "{other}"])
def test_a_carrier_that_died_is_started_again(gateway: Gateway, left: str) -> None:
    (gateway.folder / "carry.py").write_text(CARRIER)
    gateway.keeps("carrier", left.format(other=os.getpid()))
    gateway.run("check.sh")
    number = started(gateway, left.format(other=os.getpid()))
    try:
        gateway.run("check.sh")
        time.sleep(0.3)
        assert (gateway.folder / "state/carrier").read_text() == f"{number}\n"  # one is enough
    finally:
        os.kill(number, signal.SIGKILL)


def started(gateway: Gateway, before: str) -> int:
    end = time.monotonic() + 10
    while (found := (gateway.folder / "state/carrier").read_text().strip()) in (before, "") and time.monotonic() < end:
        time.sleep(0.05)
    return int(found)


def test_where_no_carrier_ever_ran_none_is_started(gateway: Gateway) -> None:
    (gateway.folder / "carry.py").write_text(CARRIER)
    gateway.run("check.sh")
    time.sleep(0.3)
    assert not (gateway.folder / "state/carrier").exists()


def test_a_gateway_without_a_tunnel_up_is_not_well(gateway: Gateway) -> None:
    settings = gateway.folder / "settings.sh"
    settings.write_text(settings.read_text().replace("VTIS='lo'", "VTIS='vti0 vti1'"))
    assert gateway.run("check.sh") == 1


def test_a_single_has_no_scripts_and_a_pairs_are_those_that_its_router_runs(rendered: Rendering) -> None:
    for release in ("1.2", "1.3", "1.4", "1.5"):
        for each in rendered("acquisition", release).values():
            scripts = role_scripts(each.site, each.gateway, "acme")
            router = read_router(parse(each.filled(), "router.set"), release, "router.set")
            assert bool(scripts) == bool(router.vrrp) == (len(each.site.gateways) == 2)
            for group in router.vrrp:
                commands = (group.check, group.scripts.master, group.scripts.backup, group.scripts.fault)
                for command, words in zip(commands, ("", " master", " backup", " fault"), strict=True):
                    assert command is not None
                    path, _, name = command.removesuffix(words).rpartition("/")
                    assert (path, scripts[name][:10]) == ("/config/scripts/landbridge", "#!/bin/sh\n")
                assert (group.source, group.preempt, len(group.addresses)) == (each.gateway.secondary, False, 1)
                other = next(other for other in each.site.gateways if other.name != each.gateway.name)
                assert group.peers == (other.secondary,)
