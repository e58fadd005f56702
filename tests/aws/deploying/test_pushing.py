"""Changed texts brought to the routers that run."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.deploying import deploy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.model import Done, Event
from landbridge.aws.deploying.pushing import Reach, SshPusher, Unreal
from landbridge.aws.deploying.routers import Text, deliver, for_the_next, texts
from landbridge.aws.facts import read
from landbridge.findings import Finding, error
from landbridge.sandbox import Sandbox
from landbridge.vyos import fill, placeholders
from landbridge.vyos.delivery import Check, Connect, ConnectionLostError
from landbridge.vyos.delivery.shell import SshAccess
from landbridge.vyos.delivery.ssh import SshSession
from tests.aws.deploying.whole import SITE, bring, client, cloud, eventually, ground, means, network
from tests.vyos.delivery import fake_ssh
from tests.vyos.delivery.fake_router import MINUTE_S, FakeRouter, stopping

TEXTS = [Text(f"tokyo-{letter}", "tokyo", f"new {letter}", f"text {letter}") for letter in "ab"]


class Remembered:
    """A record in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def delivered(self, gateway: str) -> str | None:
        return self.keys.get(gateway)

    def keep_delivered(self, gateway: str, key: str) -> None:
        self.keys[gateway] = key


class Told:
    """A pusher that keeps what it was asked for."""

    def __init__(self, active: str | None, refuses: str = "") -> None:
        self.active, self.refuses, self.pushed = active, refuses, list[str]()

    def is_active(self, gateway: str) -> bool:
        return gateway == self.active

    def push(self, gateway: str, text: str, leaving: bool) -> tuple[Finding, ...]:  # noqa: ARG002
        self.pushed.append(gateway)
        return (error("router", f"{gateway} isn't confirmed."),) if gateway == self.refuses else ()


def delivered(record: Remembered, pusher: Told | None) -> list[Finding]:
    return deliver(TEXTS, record, pusher, lambda _: None, threading.Event())  # type: ignore[arg-type]


@pytest.mark.parametrize(("active", "order"), [("tokyo-a", "ba"), ("tokyo-b", "ab"), (None, "ba")])
def test_the_standby_comes_first(active: str | None, order: str) -> None:
    pusher = Told(active)
    assert delivered(Remembered(), pusher) == []
    assert pusher.pushed == [f"tokyo-{letter}" for letter in order]


def test_where_the_standby_is_not_confirmed_the_active_is_spared_and_both_stay_due() -> None:
    record = Remembered()
    refusing = Told("tokyo-a", refuses="tokyo-b")
    assert [str(one)[:40] for one in delivered(record, refusing)] == [
        "tokyo-b isn't confirmed.",
        "tokyo-a keeps its text, for tokyo-b isn'",
    ]
    assert refusing.pushed == ["tokyo-b"]
    again = Told("tokyo-a")
    assert delivered(record, again) == []
    assert again.pushed == ["tokyo-b", "tokyo-a"]
    assert delivered(record, Told(None, refuses="tokyo-a")) == [], "nothing is due any more"


class OfAnother(Told):
    """One whose routers are of another release, of which those that leave are left alone."""

    def push(self, gateway: str, text: str, leaving: bool) -> tuple[Finding, ...]:
        super().push(gateway, text, leaving)
        return (for_the_next(gateway, "1.4, where 1.3 runs"),) if leaving else (error("release", f"{gateway} runs VyOS 1.3."),)


def test_a_router_that_is_to_be_replaced_by_one_of_another_release_keeps_its_text_and_stays_due() -> None:
    record, events = Remembered(), list[Event]()
    pusher = OfAnother("tokyo-a")
    found = deliver(TEXTS, record, pusher, events.append, threading.Event(), {"tokyo-a", "tokyo-b"})  # type: ignore[arg-type]
    assert pusher.pushed == ["tokyo-b", "tokyo-a"]
    assert [(one.code, one.severity.value) for one in found] == [("release", "warning")] * 2
    assert all("`landbridge upgrade`" in (one.remedy or "") for one in found)
    assert record.keys == {}
    assert not any(event.status in ("PUSH_FAILED", "PUSH_COMPLETE") for event in events)


def test_what_nobody_pushes_is_named_each_time() -> None:
    record = Remembered()
    for _ in range(2):
        (finding,) = delivered(record, None)
        assert (finding.severity.value, "tokyo-a, tokyo-b" in finding.message) == ("note", True)


def pair(*more: str) -> dict[str, Any]:
    subnets = [{"cidr": "172.88.0.0/24", "zone": "a"}, {"cidr": "172.88.1.0/24", "zone": "b"}]
    subnets += [{"cidr": cidr, "zone": "a"} for cidr in more]
    return network(2, singapore={**SITE, "vpc": {**SITE["vpc"], "subnets": subnets}, "gateway": {"availability": "pair"}})


Route = Callable[[str], Connect]


class Site:
    """A deployed pair whose routers run on loopback, each with what it was rendered to be."""

    def __init__(self, sandbox: Sandbox, folder: Path, exits: ExitStack) -> None:
        self.sandbox, self.folder, self.told = sandbox, folder, list[Event]()
        first = ground(folder, pair())
        bring(sandbox, first, Unreal())
        assert eventually(lambda: read(cloud(sandbox), first).active("singapore") == "singapore-a")
        facts = read(cloud(sandbox), first)
        self.routers: dict[str, FakeRouter] = {}
        self.ways: dict[str, SshAccess] = {}
        for text in texts(first.plans):
            values = facts.values(text.gateway)
            values |= {name: "liveSecret123" for name in placeholders(text.content) if name.startswith("psk:")}
            router = exits.enter_context(stopping(FakeRouter("1.4", fill(text.content, values))))
            server = exits.enter_context(fake_ssh.serving(router))
            known = server.known_hosts(folder / f"{text.gateway}.known")
            self.routers[text.gateway] = router
            address = values[f"eip:{text.gateway}"]
            self.ways[address] = SshAccess("127.0.0.1", server.port, known_hosts=known, password=fake_ssh.PASSWORD)

    def connecting(self, host: str) -> Connect:
        def connect() -> SshSession:
            if host not in self.ways:
                raise ConnectionLostError("no route to host")
            return SshSession(self.ways[host])

        return connect

    def pusher(self, to: Ground) -> SshPusher:
        reach = Reach(self.connecting, Check.REACH, 3, MINUTE_S)
        releases = {text.gateway: "1.4" for text in texts(to.plans)}
        with_routers = means(self.sandbox)
        return SshPusher(with_routers.cloud, to, releases, reach, self.told.append, with_routers.patience.stop)

    def deploy(self, to: Ground) -> Done:
        return deploy(to, means(self.sandbox, self.pusher(to)), changes(cloud(self.sandbox), to, 0.05))


@pytest.fixture
def site(sandbox: Sandbox, tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as exits:
        yield Site(sandbox, tmp_path, exits)


def test_running_routers_are_brought_to_an_edit_and_keep_their_keys(site: Site) -> None:
    for router in site.routers.values():  # a tunnel that the router doesn't know yet: its key comes from Secrets Manager
        auth = router.running.get("vpn", "ipsec", "authentication", "psk")
        assert auth is not None
        auth.children.pop(next(name for name in auth.children if name.endswith("-2")))
        router.save()
    edited = ground(site.folder, pair("172.88.2.0/24"))
    done = site.deploy(edited)
    assert (done.ok, done.findings) == (True, ())
    keys = {}
    for one in client(site.sandbox, "secretsmanager", "us-west-2").list_secrets()["SecretList"]:
        held = client(site.sandbox, "secretsmanager", "us-west-2").get_secret_value(SecretId=one["ARN"])
        keys[one["Name"].split("/")[1]] = held["SecretString"]
    for gateway, router in site.routers.items():
        said = str([line for line in map(" ".join, router.saved.paths()) if "secret" in line])
        assert "liveSecret123" in said, "the key that it had is kept"
        assert keys[f"{gateway}-2"] in said, "the key that it lacked is the tunnel's own"
        assert any("172.88.2.0/24" in path for path in router.saved.paths())
    events = " ".join(f"{event}" for event in site.told)
    assert not any(key in events for key in (*keys.values(), "liveSecret123"))
    assert site.deploy(edited).findings == ()


def test_a_key_that_is_given_takes_the_place_of_the_one_that_the_router_has(site: Site) -> None:
    to = ground(site.folder, pair())
    text = next(one for one in texts(to.plans) if one.gateway == "singapore-b")
    assert site.pusher(to).push(text.gateway, text.content, keys={"singapore-b-1": "aNewKeyOfThisTunnel"}) == ()
    router = site.routers["singapore-b"]
    secrets = sorted(path[-1] for path in router.saved.paths() if "secret" in path)
    assert secrets == ["aNewKeyOfThisTunnel", "liveSecret123"], "the other tunnel keeps its own"
    assert "aNewKeyOfThisTunnel" not in f"{site.told}"


def test_a_standby_that_is_cut_off_returns_and_the_active_is_left_alone(site: Site) -> None:
    standby, active = site.routers["singapore-b"], site.routers["singapore-a"]
    standby.open_when = lambda tree: not any("172.88.2.0/24" in path for path in tree.paths())
    edited = ground(site.folder, pair("172.88.2.0/24"))
    before = active.running
    done = site.deploy(edited)
    assert not done.ok
    assert [finding.code for finding in done.findings] == ["router", "router"]
    assert re.search("singapore-b isn't as it should be.*returns to its saved configuration", done.findings[0].message)
    assert active.running is before
    assert eventually(lambda: standby.reboots == 1, 5)

    standby.open_when = lambda _: True
    assert site.deploy(edited).ok, "what was due is pushed by the next deployment"
    assert all(any("172.88.2.0/24" in path for path in one.saved.paths()) for one in site.routers.values())


def test_a_text_for_another_release_is_not_pushed_to_a_router_that_an_upgrade_replaces(site: Site) -> None:
    edited = ground(site.folder, pair("172.88.2.0/24"))
    reach = Reach(site.connecting, Check.REACH, 3, MINUTE_S)
    by = means(site.sandbox)
    pusher = SshPusher(by.cloud, edited, dict.fromkeys(site.routers, "1.5"), reach, site.told.append, by.patience.stop)
    before = site.routers["singapore-b"].running
    (left,) = pusher.push("singapore-b", "set system host-name singapore-b", leaving=True)
    assert (left.code, left.severity.value, left.message.endswith("1.5, where 1.4 runs.")) == ("release", "warning", True)
    (wrong,) = pusher.push("singapore-b", "set system host-name singapore-b")
    assert (wrong.code, wrong.severity.value) == ("release", "error")
    assert site.routers["singapore-b"].running is before


def test_one_that_cannot_be_reached_is_told_with_the_command(site: Site) -> None:
    site.ways.clear()
    done = site.deploy(ground(site.folder, pair("172.88.2.0/24")))
    assert (done.ok, done.failed) == (False, ())
    assert "singapore-b can't be reached" in done.findings[0].message
    assert "`landbridge push FILE singapore-b --host " in (done.findings[0].remedy or "")
