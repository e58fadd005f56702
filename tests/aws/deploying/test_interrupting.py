"""A deployment that is stopped at any call, in any way, and run again: always the same network, and nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError  # type: ignore[import-untyped]
from moto.cloudformation.models import cloudformation_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.s3.models import s3_backends

from landbridge.aws.calling import Call, Cloud
from landbridge.aws.deploying.changing import changes
from landbridge.aws.deploying.destroying import destroy
from landbridge.aws.deploying.ground import Ground
from landbridge.aws.deploying.model import Done
from landbridge.findings import LandbridgeError
from tests.aws.deploying.small import EAST, WEST, Recorder, aws, cloud, means, network, run, stacks

NUMBER = "123456789012"


class Killed(BaseException):
    """The process is no more: nothing is cleaned up, and nothing more is called."""


class Fault:
    """Does something at one call, or from it on."""

    def __init__(self, at: int, raising: BaseException, after: bool, times: int | None) -> None:
        self._at, self._raising, self._after, self._times = at, raising, after, times
        self._seen = 0

    def before(self, _: Call) -> None:
        self._seen += 1
        if not self._after:
            self._strike()

    def after(self, _: Call) -> None:
        if self._after or isinstance(self._raising, Killed):
            self._strike()

    def _strike(self) -> None:
        if self._seen >= self._at and (self._times is None or self._seen < self._at + self._times):
            raise self._raising


def refused() -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: x:Y"}}, "Op")


def throttled() -> ClientError:
    return ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Op")


def timed_out() -> ReadTimeoutError:
    return ReadTimeoutError(endpoint_url="https://aws")


FAULTS: dict[str, Callable[[int], Fault]] = {
    "refused": lambda at: Fault(at, refused(), False, 1),
    "throttled for long": lambda at: Fault(at, throttled(), False, 8),
    "throttled once": lambda at: Fault(at, throttled(), False, 1),
    "done, and no answer": lambda at: Fault(at, timed_out(), True, 1),
    "done, and never an answer": lambda at: Fault(at, timed_out(), True, 8),
    "token expired": lambda at: Fault(at, ClientError({"Error": {"Code": "ExpiredToken", "Message": "x"}}, "Op"), False, None),
    "killed before": lambda at: Fault(at, Killed(), False, None),
    "killed after": lambda at: Fault(at, Killed(), True, None),
}
VARIATIONS = {"throttled once", "throttled for long", "done, and never an answer", "token expired", "killed before"}


def state() -> dict[str, Any]:
    """All that matters of what is there, without ids."""
    open_sets = [
        one.change_set_name
        for region in (WEST, EAST)
        for one in cloudformation_backends[NUMBER][region].change_sets.values()
        if one.execution_status != "EXECUTE_COMPLETE"
    ]
    tables = dynamodb_backends[NUMBER][WEST].tables.values()
    rows = {item.attrs["name"].value: item.attrs.get("value") for table in tables for item in table.all_items()}
    return {
        "stacks": {name: (one.template, sorted(one.parameters)) for name, one in stacks().items()},
        "statuses": {one.status for one in stacks().values()} - {"CREATE_COMPLETE", "UPDATE_COMPLETE"},
        "resources": [(len(ec2.vpcs), len(ec2.addresses)) for ec2 in (ec2_backends[NUMBER][region] for region in (WEST, EAST))],
        "objects": {bucket.name: sorted(bucket.keys) for bucket in s3_backends[NUMBER]["aws"].buckets.values()},
        "change sets": open_sets,
        "rows": {name: value and value.value for name, value in rows.items()},
    }


def forget_lock() -> None:
    """As if the lock of the one that was killed had ended by itself."""
    for table in dynamodb_backends[NUMBER][WEST].tables.values():
        for item in table.all_items():
            if item.attrs["name"].value.startswith("deployment:"):
                item.attrs["expires"].value = "1"


def disturbed(ground: Ground, fault: Fault) -> Done | None:
    try:
        return run(ground, cloud(fault))
    except (LandbridgeError, Killed):
        return None


def calls_of(ground: Ground) -> list[Call]:
    recorder = Recorder()
    run(ground, cloud(recorder))
    return recorder.calls


def stops(calls: Sequence[Call], kind: str) -> list[int]:
    """Where to stop: at every call, where the process is killed or an answer is lost; else at all that change something, and some of
    those that only look, which are many and much alike. Of what is a variation of another kind, at a third of that, unless
    LANDBRIDGE_EVERY_CALL is set."""
    numbers = range(1, len(calls) + 2)
    if kind in VARIATIONS and not os.environ.get("LANDBRIDGE_EVERY_CALL"):
        return _changing(calls)[sorted(VARIATIONS).index(kind) % 3 :: 3]
    if kind in ("killed after", "done, and no answer") and len(calls) < 100:
        return list(numbers)
    return _changing(calls)


def _changing(calls: Sequence[Call]) -> list[int]:
    looking = ("Describe", "List", "Get", "Head")
    return [at for at in range(1, len(calls) + 2) if at % 9 == 0 or (at <= len(calls) and not calls[at - 1].operation.startswith(looking))]


def edited() -> Ground:
    return network(text=b"set system host-name other\n", description="other")


@pytest.mark.parametrize("kind", FAULTS)
def test_from_nothing_whatever_stops_it_the_next_run_ends_the_same(kind: str) -> None:
    with aws():
        calls = calls_of(network())
        wanted = state()
    assert not wanted["change sets"]
    assert not wanted["statuses"]
    for at in stops(calls, kind):
        with aws():
            disturbed(network(), FAULTS[kind](at))
            forget_lock()
            done = run(network())
            assert done.ok, (at, done.findings)
            assert state() == wanted, at
            assert changes(cloud(), network()).changes == (), at


@pytest.mark.parametrize("kind", FAULTS)
def test_an_edit_whatever_stops_it_the_next_run_ends_the_same(kind: str) -> None:
    with aws():
        run(network())
        calls = calls_of(edited())
        wanted = state()
    for at in stops(calls, kind):
        with aws():
            run(network())
            disturbed(edited(), FAULTS[kind](at))
            forget_lock()
            done = run(edited())
            assert done.ok, (at, done.findings)
            assert state() == wanted, at


@pytest.mark.parametrize("kind", FAULTS)
def test_a_removal_whatever_stops_it_the_next_run_leaves_nothing(kind: str) -> None:
    with aws():
        run(network())
        recorder = Recorder()
        done, left = destroy(network(), means(cloud(recorder)), releasing=True)
        assert done.ok, done.findings
        assert left == ()
        assert not stacks()
    for at in stops(recorder.calls, kind):
        with aws():
            run(network())
            _destroy_disturbed(cloud(FAULTS[kind](at)))
            forget_lock()
            done, left = destroy(network(), means(), releasing=True)
            assert done.ok, (at, done.findings)
            assert left == (), at
            assert not stacks()


def _destroy_disturbed(by: Cloud) -> None:
    with suppress(LandbridgeError, Killed):
        destroy(network(), means(by), releasing=True)
