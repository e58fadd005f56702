"""A real network, of one site: whatever becomes of any call of its deployment, and however often, the same command ends the same.

Here each operation is struck once in every way. All calls in turn, each from nothing, take an hour: LANDBRIDGE_STRIKE_ALL=1, or =N for
every N-th of those that only look how far a stack is (they are most, and much alike).
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from landbridge.aws.calling import Call
from landbridge.sandbox import Sandbox, start, stop
from tests.aws.deploying.small import Recorder
from tests.aws.deploying.striking import WAYS, Trial
from tests.aws.deploying.whole import ground, network, take_away

STRIDE = int(os.environ.get("LANDBRIDGE_STRIKE_ALL", "0"))
POLLS = ("DescribeStacks", "DescribeStackEvents")
SETTLED_S = 30.0


def trial(sandbox: Sandbox, folder: Path, calls: Sequence[Call] = ()) -> Trial:
    return Trial(sandbox, ground(folder, network()), calls)


@cache
def undisturbed() -> tuple[dict[str, Any], list[Call]]:
    """What there is where nothing goes wrong, once all gateways are in service, and the calls that it takes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        one, recorder = trial(start(folder / "sandbox", idle=300), folder), Recorder()
        try:
            assert one.deploy(recorder)
            return in_service(one), recorder.calls
        finally:
            stop(folder / "sandbox")


def in_service(one: Trial, wanted: dict[str, Any] | None = None) -> dict[str, Any]:
    """What there is, once it is as it is wanted, or once it stays."""
    end = time.monotonic() + SETTLED_S
    found = one.state()
    while time.monotonic() < end:
        time.sleep(1)
        before, found = found, one.state()
        if found == wanted or (wanted is None and found == before and instances(found)):
            break
    return found


def instances(state: dict[str, Any]) -> int:
    return sum(number for (_, what), number in state["held"].items() if what == "instance")


@pytest.mark.parametrize("way", WAYS if STRIDE else ["refused", "throttled, then no answer", "killed after"])
def test_each_operation_is_struck_once_and_all_ends_the_same_with_nothing_beside_it(sandbox: Sandbox, tmp_path: Path, way: str) -> None:
    wanted, calls = undisturbed()
    one = trial(sandbox, tmp_path, calls)
    nothing = one.census.count()
    struck, runs = one.chain(WAYS[way])
    assert {name for name, _ in struck} >= {str(call) for call in calls}
    assert runs <= 4 if WAYS[way].every else runs == len(struck) + 1, "a run bears all of it, or is ended by one call"
    assert one.deploy()
    found = in_service(one, wanted)
    assert found == wanted
    if way == "killed after":
        assert take_away(sandbox, one.ground) == ()
        assert one.census.count() == nothing


def positions(calls: list[Call]) -> Iterator[int]:
    polls = 0
    for at, call in enumerate(calls, 1):
        polls += call.operation in POLLS
        if call.operation not in POLLS or polls % STRIDE == 0:
            yield at


@pytest.mark.skipif(not STRIDE, reason="it takes an hour: LANDBRIDGE_STRIKE_ALL=1")
@pytest.mark.parametrize("way", ["refused", "throttled for long", "never an answer", "killed after"])
def test_each_call_in_turn_is_struck_from_nothing_and_the_next_run_ends_the_same(tmp_path: Path, way: str) -> None:
    wanted, calls = undisturbed()
    for at in positions(calls):
        folder = tmp_path / f"{at}"
        folder.mkdir()
        try:
            one = trial(start(folder / "sandbox", idle=300), folder, calls)
            where = (at, one.once(WAYS[way], at))
            assert one.deploy(), where
            assert in_service(one, wanted) == wanted, where
        finally:
            stop(folder / "sandbox")
