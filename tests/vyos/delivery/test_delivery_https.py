"""Pushes over the HTTPS API of a router: what an operator would see."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.vyos.delivery import fake_api
from tests.vyos.delivery.fake_router import MINUTE_S, FakeRouter, stopping
from tests.vyos.delivery.test_delivery_ssh import BASE, CHANGED, LOCKED_OUT, manageable

from landbridge.findings import LandbridgeError
from landbridge.vyos.delivery import Check, Filled, Outcome, plan, push
from landbridge.vyos.delivery.https import ApiAccess, HttpsSession, _clock
from landbridge.vyos.text import parse


class Bench:
    def __init__(self, router: FakeRouter, api: fake_api.FakeApi, pem: Path, fingerprint: str) -> None:
        self.router = router
        self.api = api
        self.fingerprint = fingerprint
        self.access = ApiAccess("127.0.0.1", fake_api.KEY, api.port, pem, None, 2)

    def push(self, text: str) -> Outcome:
        connect = partial(HttpsSession, self.access)
        session = connect()
        planned = plan("singapore-a", self.router.release, session.live(), Filled(parse(text, "wanted"), (), frozenset()))
        return push(planned, session, connect, 3, Check.REACH, lambda _: None, MINUTE_S)


@pytest.fixture(params=["1.3", "1.4", "1.5"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    pem, fingerprint = fake_api.certificate(tmp_path)
    with stopping(FakeRouter(request.param, BASE, manageable)) as router, fake_api.serving(router, pem) as api:
        yield Bench(router, api, pem, fingerprint)


def test_a_good_change_is_confirmed_and_saved(bench: Bench) -> None:
    assert bench.push(CHANGED).confirmed
    assert bench.router.saved == bench.router.running
    assert bench.router.running.value("system", "host-name") == "singapore-a"
    assert not bench.router.running.has("system", "task-scheduler", "task", "landbridge-rollback")
    assert not bench.router.timers


def test_a_change_that_cuts_the_router_off_rolls_itself_back(bench: Bench) -> None:
    outcome = bench.push(CHANGED + LOCKED_OUT)
    assert not outcome.confirmed
    until = time.monotonic() + 5
    while not bench.router.reboots and time.monotonic() < until:
        time.sleep(0.02)
    assert bench.router.running == parse(BASE, "before") == bench.router.saved
    assert "save" not in bench.router.log
    assert HttpsSession(bench.access).live().value("system", "host-name") == "router"  # it can be managed again


def test_a_refused_change_leaves_no_rollback_behind(bench: Bench) -> None:
    bench.router.refuse = "blackhole"
    with pytest.raises(LandbridgeError, match="Commit failed"):
        bench.push(CHANGED)
    assert bench.router.running.value("system", "host-name") == "router"


def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_key_is_sent(bench: Bench) -> None:
    for wrong in (replace(bench.access, ca=None), replace(bench.access, ca=None, fingerprint="ab:" * 31 + "ab")):
        with pytest.raises(LandbridgeError, match="certificate"):
            HttpsSession(wrong)
    assert not bench.api.keys
    assert HttpsSession(replace(bench.access, ca=None, fingerprint=bench.fingerprint)).release == bench.router.release


def test_a_wrong_key_is_said_without_it(bench: Bench) -> None:
    wrong = replace(bench.access, key="wr0ng-key")
    with pytest.raises(LandbridgeError, match="doesn't take the key") as caught:
        HttpsSession(wrong)
    assert "wr0ng" not in str(caught.value) + repr(wrong)


@pytest.mark.parametrize(
    ("said", "hour"),
    [("Tue Nov 24 00:29:10 UTC 2026\n", 0), ("Tue 24 Nov 2026 12:29:10 AM UTC\n", 0), ("Tue 24 Nov 2026 01:29:10 PM UTC\n", 13),
     ("Tue Nov 24 01:29:10 PM UTC 2026\n", 13)],
)  # fmt: skip
def test_the_routers_clock_is_read_in_every_release(said: str, hour: int) -> None:
    assert (_clock(said).hour, _clock(said).minute, _clock(said).day) == (hour, 29, 24)


@pytest.mark.parametrize("said", ["", "yesterday", "Tue Nov 99 00:29:10 UTC 2026", "\x1b[31m"])
def test_a_clock_that_cannot_be_read_is_an_error(said: str) -> None:
    with pytest.raises(LandbridgeError, match="can't be understood"):
        _clock(said)
