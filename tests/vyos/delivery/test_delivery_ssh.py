"""Pushes over SSH to a router that behaves as VyOS does, whole: what an operator would see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.vyos.delivery import fake_ssh
from tests.vyos.delivery.fake_router import MINUTE_S, FakeRouter, stopping

from landbridge.findings import LandbridgeError
from landbridge.vyos.delivery import Check, Connect, ConnectionLostError, Filled, Outcome, Plan, plan, push
from landbridge.vyos.delivery.shell import SshAccess
from landbridge.vyos.delivery.ssh import SshSession
from landbridge.vyos.text import parse
from landbridge.vyos.tree import Tree

RELEASES = ("1.1", "1.2", "1.3", "1.4", "1.5")
BASE = """\
set system host-name router
set service ssh port 22
set interfaces ethernet eth0 address dhcp
set system login user admin authentication plaintext-password ''
"""
CHANGED = """\
set system host-name singapore-a
set protocols static route 10.0.1.0/24 blackhole distance 254
"""
TUNNEL = """\
set interfaces vti vti0 address 169.254.12.78/30
set vpn ipsec interface eth0
set vpn ipsec esp-group AWS proposal 1 encryption aes256gcm128
set vpn ipsec ike-group AWS proposal 1 encryption aes256gcm128
set vpn ipsec ike-group AWS proposal 1 dh-group 20
set vpn ipsec authentication psk singapore-a-1 id 52.0.0.1
set vpn ipsec authentication psk singapore-a-1 secret abcDEF0123456789
set vpn ipsec site-to-site peer singapore-a-1 authentication mode pre-shared-secret
set vpn ipsec site-to-site peer singapore-a-1 authentication remote-id 52.0.0.1
set vpn ipsec site-to-site peer singapore-a-1 ike-group AWS
set vpn ipsec site-to-site peer singapore-a-1 local-address 172.88.0.5
set vpn ipsec site-to-site peer singapore-a-1 remote-address 52.0.0.1
set vpn ipsec site-to-site peer singapore-a-1 vti bind vti0
set vpn ipsec site-to-site peer singapore-a-1 vti esp-group AWS
"""
LOCKED_OUT = "set protocols static route 203.0.113.0/24 blackhole distance 1\n"  # the operator's own network
REVISIONS = "set system config-management commit-revisions 20\n"


def manageable(running: Tree) -> bool:
    return not running.has("protocols", "static", "route", "203.0.113.0/24")


class Bench:
    """A router, its server, and pushing to it."""

    def __init__(self, router: FakeRouter, server: fake_ssh.FakeSsh, folder: Path) -> None:
        self.router = router
        known = server.known_hosts(folder / "known_hosts")
        self.access = SshAccess("127.0.0.1", server.port, fake_ssh.USER, None, known, fake_ssh.PASSWORD, seconds=2)
        self.connect: Connect = partial(SshSession, self.access)
        self.told: list[str] = []

    def plan(self, text: str) -> Plan:
        session = self.connect()
        live = session.live()
        session.close()
        return plan("singapore-a", self.router.release, live, Filled(parse(text, "wanted"), (), frozenset()))

    def push(self, text: str, check: Check = Check.REACH, minutes: int = 3) -> Outcome:
        planned = self.plan(text)
        return push(planned, self.connect(), self.connect, minutes, check, self.told.append, MINUTE_S)

    def wait_for_reboot(self) -> None:
        until = time.monotonic() + 5
        while not self.router.reboots and time.monotonic() < until:
            time.sleep(0.02)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    release, text = request.param
    with stopping(FakeRouter(release, text, manageable)) as router, fake_ssh.serving(router) as server:
        yield Bench(router, server, tmp_path)


every_release = pytest.mark.parametrize("bench", [(release, BASE + REVISIONS) for release in RELEASES], indirect=True, ids=RELEASES)
without_revisions = pytest.mark.parametrize("bench", [(release, BASE) for release in RELEASES], indirect=True, ids=RELEASES)
one_release = pytest.mark.parametrize("bench", [("1.4", BASE)], indirect=True, ids=["1.4"])


@every_release
def test_a_good_change_is_confirmed_and_saved(bench: Bench) -> None:
    outcome = bench.push(CHANGED)
    assert outcome.confirmed
    assert bench.router.saved == bench.router.running
    assert bench.router.running.value("system", "host-name") == "singapore-a"
    assert bench.router.running.has("system", "login", "user", "admin")  # not landbridge's
    assert bench.router.log.index("commit-confirm 3") < bench.router.log.index("confirm") < bench.router.log.index("save")
    assert not bench.router.timers
    time.sleep(3.2 * MINUTE_S)
    assert bench.router.reboots == 0


@every_release
def test_a_change_that_cuts_the_router_off_rolls_itself_back(bench: Bench) -> None:
    before = parse(BASE + REVISIONS, "before")
    outcome = bench.push(CHANGED + LOCKED_OUT)
    assert not outcome.confirmed
    assert "a new connection can't be made" in outcome.findings[0].message
    assert not bench.router.open or bench.router.reboots
    bench.wait_for_reboot()
    assert bench.router.running == before == bench.router.saved
    assert "save" not in bench.router.log
    session = bench.connect()  # it can be managed again
    assert session.live() == before
    session.close()


@one_release
def test_a_firewall_that_drops_the_session_without_a_word_is_rolled_back_too(bench: Bench) -> None:
    bench.router.silent = True
    outcome = bench.push(CHANGED + LOCKED_OUT)
    assert not outcome.confirmed
    assert "The connection broke while it committed; trying a new one." in bench.told
    bench.wait_for_reboot()
    assert bench.router.running == parse(BASE, "before")


@without_revisions
def test_without_commit_confirm_a_scheduled_reboot_rolls_back(bench: Bench) -> None:
    before = parse(BASE, "before")
    outcome = bench.push(LOCKED_OUT)
    assert not outcome.confirmed
    bench.wait_for_reboot()
    assert bench.router.running == before
    assert ("commit-confirm 3" in bench.router.log) == (bench.router.release >= "1.4")


@without_revisions
def test_without_commit_confirm_a_good_change_calls_the_reboot_off(bench: Bench) -> None:
    assert bench.push(CHANGED).confirmed, bench.told
    assert not bench.router.timers
    assert bench.router.saved.value("system", "host-name") == "singapore-a"


@one_release
def test_a_refused_commit_changes_nothing_and_leaves_no_timer(bench: Bench) -> None:
    bench.router.refuse = "blackhole"
    with pytest.raises(LandbridgeError, match=r"refuses to commit.*Commit failed"):
        bench.push(CHANGED)
    assert bench.router.running == parse(BASE, "before")
    assert not bench.router.timers


@one_release
def test_a_command_that_the_release_lacks_changes_nothing(bench: Bench) -> None:
    with pytest.raises(LandbridgeError, match="is not valid"):
        bench.push("set policy prefix-list AWS-OUT rule 1 description refused\n")
    assert bench.router.running == parse(BASE, "before")


@pytest.mark.parametrize("bench", [("1.4", BASE + TUNNEL)], indirect=True, ids=["1.4"])
def test_a_change_that_stops_the_tunnel_is_not_confirmed(bench: Bench) -> None:
    bench.router.tunnels_up = lambda running: running.value("system", "host-name") == "router"
    outcome = bench.push(CHANGED + TUNNEL, Check.KEPT)
    assert not outcome.confirmed
    assert "singapore-a-1: IKE DOWN, BGP Established" in outcome.findings[0].message
    bench.wait_for_reboot()
    assert bench.router.running == parse(BASE + TUNNEL, "before")


@pytest.mark.parametrize("bench", [("1.4", BASE + TUNNEL)], indirect=True, ids=["1.4"])
def test_a_change_that_keeps_the_tunnel_is_confirmed(bench: Bench) -> None:
    outcome = bench.push(CHANGED + TUNNEL, Check.KEPT)
    assert outcome.confirmed
    assert [(one.name, one.interface, one.up, one.bytes_in) for one in outcome.tunnels] == [("singapore-a-1", "vti0", True, 205417)]


@one_release
def test_what_runs_unsaved_is_not_risked(bench: Bench) -> None:
    bench.router.running.set("system", "time-zone", "UTC")
    with pytest.raises(LandbridgeError, match="isn't saved"):
        bench.push(CHANGED)
    assert "commit-confirm 3" not in bench.router.log


@one_release
def test_questions_marks_and_quotes_reach_the_router_as_they_are(bench: Bench) -> None:
    odd = "set policy prefix-list AWS-OUT description 'why? !x $HOME `id` ; \"y\" \\ #1'\n"
    assert bench.push(odd).confirmed
    assert bench.router.running.get("policy") == parse(odd, "odd").get("policy")


@one_release
def test_an_unknown_host_key_is_refused_with_the_remedy(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").write_text("")
    with pytest.raises(LandbridgeError, match=r"SHA256:.*isn't in known_hosts\. Compare it on the router"):
        bench.connect()


@one_release
def test_another_host_key_is_refused(bench: Bench, tmp_path: Path) -> None:
    with stopping(FakeRouter("1.4", BASE)) as other, fake_ssh.serving(other) as server:
        line = server.known_hosts(tmp_path / "other").read_text().split(" ", 1)[1]
    (tmp_path / "known_hosts").write_text(f"[127.0.0.1]:{bench.access.port} {line}")
    with pytest.raises(LandbridgeError, match="another host key"):
        bench.connect()


@one_release
def test_a_wrong_password_is_said_without_it(bench: Bench) -> None:
    wrong = SshAccess("127.0.0.1", bench.access.port, "vyos", None, bench.access.known_hosts, "s3cret-wrong", 2)
    with pytest.raises(LandbridgeError, match="isn't let in") as caught:
        SshSession(wrong)
    assert "s3cret" not in str(caught.value) + repr(wrong)


def test_where_nobody_listens_the_connection_is_lost(tmp_path: Path) -> None:
    (tmp_path / "known").write_text("")
    with pytest.raises(ConnectionLostError):
        SshSession(SshAccess("127.0.0.1", 1, known_hosts=tmp_path / "known", seconds=1))
