"""Whatever happens, in whatever order, and whatever heal sees of it: the routes end on a gateway that is well, and stay there.

HEAL_EXAMPLES tries more of them.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from landbridge.heal.act import Outcome, act
from landbridge.heal.decide import HOPELESS, LAG, YOUNG, Action, Point, Replace, cut_off, decide, last_word, serving
from landbridge.heal.observation import Gateway, Observation
from tests.heal.model import SITES, TABLES, Cloud

EXAMPLES = int(os.environ.get("HEAL_EXAMPLES", "30"))
PAIR = SITES["lima"]
NAMES = [name for names in SITES.values() for name in names]
SECONDS = (0, 1, 5, 30, 61, LAG, HOPELESS + 1, YOUNG + 1)
LONG_AGO = 6  # looks that a read may be older than the newest
ages = st.integers(0, LONG_AGO)
views = st.fixed_dictionaries({"instances": ages, "routes": ages, "words": ages | st.none(), "alarms": ages | st.none()})
fresh: dict[str, int | None] = {"instances": 0, "routes": 0, "words": 0, "alarms": 0}
failures = st.none() | st.tuples(st.integers(0, 8), st.booleans())


class Healing(RuleBasedStateMachine):
    """The cloud, and heal at work in it."""

    def __init__(self) -> None:
        super().__init__()
        self.cloud = Cloud()
        self.looks: list[Observation] = []

    def look(self) -> None:
        self.looks = [self.cloud.seen(), *self.looks][: LONG_AGO + 1]

    def view(self, of: dict[str, int | None]) -> Observation:
        """What a run sees, where each kind of read may be older than the others or fail (None)."""
        self.look()

        def then(kind: str) -> Observation | None:
            age = of[kind]
            return None if age is None else self.looks[min(age, len(self.looks) - 1)]

        members, routes, words, alarms = (then(kind) for kind in ("instances", "routes", "words", "alarms"))
        assert members is not None
        assert routes is not None
        told = {one.name: one.cut_off for one in alarms.gateways} if alarms is not None else {}
        gateways = tuple(replace(one, cut_off=told.get(one.name)) for one in members.gateways)
        return Observation(gateways, routes.routes, words.words if words is not None else (), self.cloud.now)

    # What happens.

    @initialize(settled=st.booleans())
    def begin(self, settled: bool) -> None:
        self.cloud.tend()
        if settled:
            settle(self.cloud)
            self.cloud.now += 3600
        self.look()

    @rule(name=st.sampled_from(NAMES))
    def an_instance_ends(self, name: str) -> None:
        for one in self.cloud.gateways[name].instances:
            self.cloud.end(one.id)
        self.look()

    @rule(name=st.sampled_from(NAMES))
    def an_instance_hangs_or_wakes(self, name: str) -> None:
        for one in self.cloud.gateways[name].instances:
            self.cloud.hung ^= {one.id}
        self.look()

    @rule(name=st.sampled_from(NAMES))
    def tunnels_go_or_come(self, name: str) -> None:
        self.cloud.cut ^= {name}
        self.look()

    @rule(by=st.sampled_from(PAIR), claimed=st.sampled_from(PAIR), ago=st.sampled_from((0, 0, 1, 59, 60, 61, 300)))
    def anything_is_said(self, by: str, claimed: str, ago: int) -> None:
        """Also by one that is dead, or of it, or in the same second as the other's: contradictions, and what is over."""
        self.cloud.say(by, claimed, self.cloud.now - ago)
        self.look()

    @rule()
    def the_pair_watches_itself(self) -> None:
        self.cloud.watch_each_other()
        self.look()

    @rule()
    def auto_scaling_tends(self) -> None:
        self.cloud.tend()
        self.look()

    @rule()
    def instances_boot(self) -> None:
        self.cloud.boot()
        self.look()

    @rule()
    def alarms_catch_up(self) -> None:
        self.cloud.notice()
        self.look()

    @rule(seconds=st.sampled_from(SECONDS))
    def time_passes(self, seconds: int) -> None:
        self.cloud.now += seconds
        self.look()

    @rule(table=st.sampled_from(TABLES["lima"]))
    def somebody_takes_a_route_away(self, table: str) -> None:
        self.cloud.routes.pop(table, None)
        self.look()

    # Heal.

    @rule(of=views, failing=failures)
    def heal_runs(self, of: dict[str, int | None], failing: tuple[int, bool] | None) -> None:
        seen = self.view(of)
        check(seen, decide(seen))
        run(self.cloud, seen, failing)
        self.look()

    @rule(one=views, two=views, turns=st.lists(st.booleans(), max_size=12))
    def heal_runs_twice_at_once(self, one: dict[str, int | None], two: dict[str, int | None], turns: list[bool]) -> None:
        """Both have looked before either acts, and their calls come in any order."""
        under_way = [act(decide(seen), self.cloud.clients()) for seen in (self.view(one), self.view(two))]
        for first in turns:
            next(under_way[0 if first else 1], None)
        for left in under_way:
            tuple(left)
        self.look()

    def teardown(self) -> None:
        """In the end, and whichever call fails on the way there."""
        if not self.looks:
            return
        calls = settle(copy.deepcopy(self.cloud))
        for number in range(calls + 1):
            for lost in (False, True):
                tried = copy.deepcopy(self.cloud)
                run(tried, tried.seen(), (number, lost))
                settle(tried)


def run(cloud: Cloud, seen: Observation, failing: tuple[int, bool] | None = None) -> tuple[Outcome, ...]:
    """What a run does that saw this. The call of a number, counted from here, fails: before it is done, or after."""
    if failing is not None:
        cloud.fail_at, cloud.lost = cloud.calls + failing[0], failing[1]
    outcomes = tuple(act(decide(seen), cloud.clients()))
    cloud.fail_at = None
    return outcomes


def check(seen: Observation, actions: tuple[Action, ...]) -> None:
    """No route is moved to a gateway that is unhealthy, as far as it was seen."""
    able = {instance.interface: one for one in seen.gateways if (instance := serving(one)) is not None}
    for action in actions:
        if isinstance(action, Point):
            assert action.interface in able
            gateway = able[action.interface]
            pair = [one for one in seen.gateways if one.site == gateway.site]
            word = last_word(seen, pair)
            claimed = word is not None and word.gateway == gateway.name and word.expires >= seen.now
            assert claimed or not cut_off(seen, gateway) or not [one for one in pair if ready(one) and not cut_off(seen, one)]


def ready(gateway: Gateway) -> bool:
    instance = serving(gateway)
    return instance is not None and instance.lifecycle == "InService"


def settle(cloud: Cloud) -> int:
    """Nothing more happens, but for what follows by itself. Tells how many calls the first run made."""
    first = 0
    for number in range(6):
        cloud.tend()
        cloud.boot()
        cloud.now += 2  # later than anything said
        cloud.watch_each_other()
        before = cloud.calls
        run(cloud, cloud.seen())
        first = cloud.calls - before if number == 0 else first
    cloud.notice()
    run(cloud, cloud.seen())
    assert decide(cloud.seen()) == (), "a second look finds something to do"
    on_the_well(cloud)
    rests(cloud)
    return first


def on_the_well(cloud: Cloud) -> None:
    """Every route leads to a gateway that is well, if there is one."""
    for site, names in SITES.items():
        well = {instance.interface for name in names if (instance := cloud.well(name)) is not None}
        held = {cloud.routes.get(table) for table in TABLES[site]}
        assert not well or held <= well, f"{site}: {held}, and {well} would be well"
        assert not well or len(held) == 1


def rests(cloud: Cloud) -> None:
    """Once settled it stays so, whatever words are over by then. One that is cut off for long is replaced, and no route moves for that."""
    later = copy.deepcopy(cloud)
    moves = later.moves
    for seconds in (30, 31, LAG, HOPELESS, YOUNG):
        later.now += seconds
        actions = decide(later.seen())
        assert all(isinstance(action, Replace) for action in actions), f"{seconds} s later: {actions}"
        replaced = {action.instance for action in actions}
        assert not replaced & {instance.id for name in later.gateways if (instance := later.well(name)) is not None}
    assert later.moves == moves


TestHealing: Callable[..., Any] = Healing.TestCase
Healing.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None)
