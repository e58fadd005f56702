"""The deployment lock: one holds it, the others are told who and since when, and who is dead holds nothing."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from landbridge.aws.deploying import lease as module
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import place
from landbridge.aws.deploying.lease import LASTS_S, Holder, Lease
from landbridge.aws.deploying.model import Done
from landbridge.findings import LandbridgeError
from tests.aws.deploying.small import NETWORK, aws, cloud, means, network, run

NOBODY = 2**22 + 1  # above what Linux gives processes


@pytest.fixture
def table() -> Iterator[str]:
    with aws():
        run(network())
        found = cloud().call(place(network().anchor), "dynamodb", "list_tables")["TableNames"]
        yield found[0]


def lease(table: str, holder: Holder | None = None, now: float = 1e9) -> Lease:
    return Lease(cloud(), place(network().anchor), table, NETWORK, holder, lambda: now)


def test_a_second_deployment_says_who_holds_it_since_when(table: str) -> None:
    stop = threading.Event()
    with lease(table, Holder(who="ann@mill")).held(stop):
        with pytest.raises(LandbridgeError) as told, lease(table).held(stop):
            pass
        assert told.value.findings[0].code == "held"
        assert "ann@mill has been deploying the network acme since 2001-09-09 01:46:40 UTC" in str(told.value)
    with lease(table, Holder(who="ann@mill"), time.time()).held(stop), pytest.raises(LandbridgeError, match="ann@mill"):
        run(network())
    with lease(table).held(stop):
        pass


def test_it_ends_by_itself(table: str) -> None:
    with ExitStack() as stack:
        stack.enter_context(lease(table, Holder(host="elsewhere")).held(threading.Event()))
        with pytest.raises(LandbridgeError), lease(table, now=1e9 + LASTS_S - 1).held(threading.Event()):
            pass
        with lease(table, now=1e9 + LASTS_S + 1).held(threading.Event()):
            pass


@pytest.mark.parametrize(
    ("change", "free"), [({"process": NOBODY}, True), ({"process": os.getpid()}, False), ({"process": NOBODY, "host": "x"}, False)]
)
def test_a_dead_process_of_this_computer_holds_nothing(table: str, change: dict[str, object], free: bool) -> None:
    dead = replace(Holder(who="bob@here"), **change)  # type: ignore[arg-type]
    with ExitStack() as stack:
        stack.enter_context(lease(table, dead).held(threading.Event()))
        if free:
            stack.enter_context(lease(table).held(threading.Event()))
        else:
            with pytest.raises(LandbridgeError, match="bob@here"):
                stack.enter_context(lease(table).held(threading.Event()))


def test_who_loses_it_stops(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEWED_S", 0.01)
    stop = threading.Event()
    with lease(table, Holder(host="elsewhere")).held(stop) as held, lease(table, now=1e9 + LASTS_S + 1).held(threading.Event()):
        assert stop.wait(5)
    assert held.lost is not None
    assert "another deployment took it" in str(held.lost)


def test_of_many_that_begin_with_nothing_there_each_ends_well_or_is_told_who_is_at_it() -> None:
    with aws():
        results: list[Done | str] = []
        by = cloud()

        def one(number: int) -> None:
            try:
                results.append(deploy(network(), Means(by, lambda _: None, means().patience, Holder(who=f"user {number}"))))
            except LandbridgeError as problem:
                results.append(problem.findings[0].code)

        threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        # With nothing there, who makes the first stack first holds it; the others hear of the lock, or that the name is taken.
        assert {result for result in results if isinstance(result, str)} <= {"held", "name"}
        assert any(isinstance(result, Done) and result.ok for result in results)
        assert run(network()).ok
