"""Deploying a real network to the embedded AWS while calls are struck, one after another, each way that a call can go wrong."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import yaml
from botocore.exceptions import ClientError, ReadTimeoutError  # type: ignore[import-untyped]

from landbridge.aws.calling import Call, Cloud, Watch
from landbridge.aws.calling.sessions import Sessions
from landbridge.aws.deploying.deploying import Means, deploy
from landbridge.aws.deploying.ground import TABLE, Ground, place
from landbridge.aws.deploying.lease import Holder
from landbridge.aws.deploying.pushing import Unreal
from landbridge.aws.deploying.stack import Patience
from landbridge.aws.deploying.survey import Found, survey
from landbridge.findings import LandbridgeError
from landbridge.sandbox import Sandbox
from tests.aws.deploying.census import Census

PAUSES = (0.01, 0.02)  # attempts of each call beside the first: what is struck more often than these fails
ALL = 10_000
Key = tuple[str, int]  # an operation, and the how many-th of that name in its run


@dataclass(frozen=True)
class Blow:
    """What happens to one attempt of a call: before it is made, or in the place of its answer. `strike` is told the call."""

    strike: Callable[[Key], None]
    after: bool = False


class Watching:
    """Strikes the first call of a run that wasn't struck before, or `every` such call, an attempt a blow. `depth` is how many calls of one
    operation are told apart; `first` is the first call of the run that may be struck."""

    def __init__(self, struck: set[Key], blows: Sequence[Blow], every: bool, depth: int, first: int = 1) -> None:
        self._struck, self._blows, self._every, self._depth, self._first = struck, blows, every, depth, first
        self._seen = Counter[str]()
        self._left: dict[Key, list[Blow]] = {}
        self._met = False
        self._lock = threading.Lock()
        self._here = threading.local()

    def before(self, call: Call) -> None:
        with self._lock:
            self._here.met = self._again(str(call)) or (None if self._late else self._meet(str(call)))
        self._strike(late=False)

    def after(self, call: Call) -> None:
        with self._lock:
            self._here.met = self._here.met or (self._meet(str(call)) if self._late else None)
        self._strike(late=True)

    def _strike(self, late: bool) -> None:
        if self._here.met is not None:
            key, blow = self._here.met
            if blow.after == late:
                blow.strike(key)

    @property
    def _late(self) -> bool:
        """Whether only calls that AWS answers are met: there is no answer to lose of those that it refuses."""
        return self._blows[0].after

    def _again(self, name: str) -> tuple[Key, Blow] | None:
        """The next attempt of a call that was struck."""
        key = next((key for key, left in self._left.items() if key[0] == name and left), None)
        return None if key is None else (key, self._left[key].pop(0))

    def _meet(self, name: str) -> tuple[Key, Blow] | None:
        self._seen[name] += 1
        key = (name, min(self._seen[name], self._depth))
        if self._seen.total() < self._first or key in self._struck or (self._met and not self._every):
            return None
        self._struck.add(key)
        self._met = True
        self._left[key] = list(self._blows[1:])
        return key, self._blows[0]


def refuse(_: Key) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: x:Y"}}, "Op")


def throttle(_: Key) -> None:
    raise ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Op")


def lose(_: Key) -> None:
    raise ReadTimeoutError(endpoint_url="https://aws")


def kill(_: Key) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Way:
    """A way in which calls go wrong: the attempts of one that are struck, and whether that becomes of one call of a run or of every one."""

    blows: tuple[Blow, ...]
    every: bool = False

    @property
    def kills(self) -> bool:
        return self.blows[0].strike is kill


WAYS = {
    "refused": Way((Blow(refuse),)),
    "throttled, then no answer": Way((Blow(throttle), Blow(lose, after=True)), every=True),
    "throttled for long": Way((Blow(throttle),) * (len(PAUSES) + 1)),
    "never an answer": Way((Blow(lose, after=True),) * (len(PAUSES) + 1)),
    "killed before": Way((Blow(kill),)),
    "killed after": Way((Blow(kill, after=True),)),
}


class Trial:
    """One network in one embedded AWS."""

    def __init__(self, sandbox: Sandbox, ground: Ground, calls: Iterable[Call] = ()) -> None:
        """`calls` are those that a deployment makes: clients for them are made once, and not in each process that is killed."""
        self.sandbox, self.ground = sandbox, ground
        self.census = Census(sandbox.endpoint, [("123456789012", region) for region in sorted({plan.region for plan in ground.plans})])
        self._sessions = Sessions(sandbox.endpoint)
        self._unused = Sessions(sandbox.endpoint)  # without a connection, which two processes mustn't share
        for there, service in {(call.place, call.service) for call in calls}:
            self._unused.client(there, service)
        self._process = _gone()

    def deploy(self, watch: Watch | None = None) -> bool:
        """Whether it was done; what fails is a LandbridgeError or in what was done."""
        try:
            return deploy(self.ground, _means(self._cloud(watch), Holder(process=self._process))).ok
        except LandbridgeError:
            return False

    def chain(self, way: Way, depth: int = 1) -> tuple[set[Key], int]:
        """Deploy again and again, each time struck at a call that wasn't before, until a run isn't struck. What was struck, and how often
        it was deployed."""
        struck: set[Key] = set()
        runs = 0
        while True:
            before, runs = len(struck), runs + 1
            self._struck(way, struck, depth)
            if len(struck) == before:
                return struck, runs

    def once(self, way: Way, at: int) -> Key | None:
        """Deploy, struck at the call that is made as the `at`-th, and at no other. None: there were fewer."""
        struck: set[Key] = set()
        self._struck(way, struck, ALL, at)
        return next(iter(struck), None)

    def _struck(self, way: Way, struck: set[Key], depth: int, first: int = 1) -> None:
        if not way.kills:
            self.deploy(Watching(struck, way.blows, way.every, depth, first))
            return
        # In a process of its own, which is killed as by `kill -9`.
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=self._doomed, args=(way, struck, depth, first, there))
        child.start()
        there.close()
        try:
            struck.add(here.recv())
            child.join()
            assert child.exitcode == -signal.SIGKILL
        except EOFError:
            child.join()
            assert child.exitcode == 0, "it wasn't struck, and went wrong"

    def _doomed(self, way: Way, struck: set[Key], depth: int, first: int, tell: Connection) -> None:
        def told(key: Key) -> None:
            tell.send(key)
            kill(key)

        watch = Watching(struck, [Blow(told, blow.after) for blow in way.blows], way.every, depth, first)
        cloud = Cloud(self.sandbox.endpoint, watch, pauses=PAUSES, sessions=self._unused)
        os._exit(0 if deploy(self.ground, _means(cloud, Holder())).ok else 1)

    def _cloud(self, watch: Watch | None = None) -> Cloud:
        return Cloud(self.sandbox.endpoint, watch, pauses=PAUSES, sessions=self._sessions)

    def state(self) -> dict[str, Any]:
        """All that matters of what is there, without ids."""
        cloud = self._cloud()
        found = survey(cloud, self.ground.network, self.ground.places).values()
        anchor = next(one for one in found if one.stack.name == self.ground.anchor.name)
        rows = cloud.each(place(self.ground.anchor), "dynamodb", "scan", "Items", TableName=anchor.stack.outputs[TABLE])
        buckets = [(each.place, each.stack.outputs["Bucket"]) for each in found if "Bucket" in each.stack.outputs]
        listed = [cloud.each(one.place, "cloudformation", "list_change_sets", "Summaries", StackName=one.stack.name) for one in found]
        return {
            "stacks": {one.stack.name: sorted(one.stack.parameters) for one in found},
            "statuses": {one.stack.status for one in found} - {"CREATE_COMPLETE", "UPDATE_COMPLETE"},
            "templates": {one.stack.name: _template(cloud, one) for one in found},
            "change sets": [one["ChangeSetName"] for each in listed for one in each if one["ExecutionStatus"] != "EXECUTE_COMPLETE"],
            "objects": [
                one["Key"] for there, name in buckets for one in cloud.each(there, "s3", "list_objects_v2", "Contents", Bucket=name)
            ],
            "rows": {one["name"]["S"]: one["value"]["S"] for one in rows if "value" in one},
            "held": Counter((region, what) for _, region, what, _ in self.census.count()),
        }


def _template(cloud: Cloud, found: Found) -> str:
    body = cloud.call(found.place, "cloudformation", "get_template", StackName=found.stack.name)["TemplateBody"]
    return body if isinstance(body, str) else yaml.safe_dump(body)


def _means(cloud: Cloud, holder: Holder) -> Means:
    return Means(cloud, lambda _: None, Patience(threading.Event(), 0.01), holder, Unreal())


def _gone() -> int:
    """A process that is no more, as a command's is once it has ended: nobody waits for its lock."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid
