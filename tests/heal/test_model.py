"""Whatever happens, in whatever order, and whatever heal sees of it: the routes end on a gateway that is well, and stay there.

HEAL_EXAMPLES tries more of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from landbridge.heal.act import Outcome, act
from landbridge.heal.decide import HOPELESS, LAG, YOUNG, Action, Point, Replace, cut_off, decide, serving
from landbridge.heal.observation import Gateway, Observation
from tests.heal.model import ALL, SITES, TABLES, Cloud

EXAMPLES = int(os.environ.get("HEAL_EXAMPLES", "60"))
PAIR = SITES["lima"]
SECONDS = (0, 1, 5, 30, 61, LAG, HOPELESS + 1, YOUNG + 1)
LONG_AGO = 6  # looks that a read may be older than the newest
ages = st.integers(0, LONG_AGO)
fresh: dict[str, int | None] = {"instances": 0, "routes": 0, "words": 0, "alarms": 0}
views = st.just(fresh) | st.fixed_dictionaries({"instances": ages, "routes": ages, "words": ages | st.none(), "alarms": ages | st.none()})
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

    @initialize(settled=st.sampled_from((True, True, False)))
    def begin(self, settled: bool) -> None:
        self.cloud.tend()
        if settled:
            settle(self.cloud)
            self.cloud.now += 3600
        self.look()

    @rule(name=st.sampled_from(ALL))
    def an_instance_ends(self, name: str) -> None:
        for one in self.cloud.gateways[name].instances:
            self.cloud.end(one.id)
        self.look()

    @rule(name=st.sampled_from(ALL))
    def an_instance_hangs_or_wakes(self, name: str) -> None:
        for one in self.cloud.gateways[name].instances:
            self.cloud.hung ^= {one.id}
        self.look()

    @rule(name=st.sampled_from(ALL))
    def tunnels_go_or_come(self, name: str) -> None:
        self.cloud.cut ^= {name}
        self.look()

    @rule(by=st.sampled_from(PAIR), claimed=st.sampled_from(PAIR), ago=st.sampled_from((0, 0, 1, 59, 60, 61, 300)), late=st.integers(0, 99))
    def anything_is_said(self, by: str, claimed: str, ago: int, late: int) -> None:
        """Also by one that is dead, or of it, or in the same second as the other's: contradictions, and what is over."""
        self.cloud.say(by, claimed, self.cloud.now - ago, late)
        check(self.cloud.seen(), decide(self.cloud.seen()))
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
        calls = settle(self.cloud.copy())
        for number in range(calls + 1):
            for lost in (False, True):
                tried = self.cloud.copy()
                run(tried, tried.seen(), (number, lost))
                settle(tried, resting=False)


def run(cloud: Cloud, seen: Observation, failing: tuple[int, bool] | None = None) -> tuple[Outcome, ...]:
    """What a run does that saw this. The call of a number, counted from here, fails: before it is done, or after."""
    if failing is not None:
        cloud.fail_at, cloud.lost = cloud.calls + failing[0], failing[1]
    outcomes = tuple(act(decide(seen), cloud.clients()))
    cloud.fail_at = None
    return outcomes


def check(seen: Observation, actions: tuple[Action, ...]) -> None:
    """As far as it was seen: a claim is followed; without one no route leaves a gateway that is well, nor goes to one that is cut off while
    another isn't."""
    able = {instance.interface: one for one in seen.gateways if (instance := serving(one)) is not None}
    moves = [action for action in actions if isinstance(action, Point)]
    for site, names in SITES.items():
        pair = [one for one in seen.gateways if one.site == site]
        leads = {action.table: action.interface for action in moves if action.table in TABLES[site]}
        held = {route.target for route in seen.routes if route.site == site}
        to, said = set(leads.values()), claimed(seen, pair)
        if said is not None:
            assert {leads.get(route.table, route.target) for route in seen.routes if route.site == site} == {said}
            continue
        assert len(to) < 2
        for interface in to:
            assert able[interface].name in names
            fine = [one for one in pair if ready(one) and not cut_off(seen, one)]
            assert not cut_off(seen, able[interface]) or not fine
            left = next((one for one in fine if (instance := serving(one)) is not None and {instance.interface} == held), None)
            assert left is None, f"{left} was well"


def claimed(seen: Observation, pair: list[Gateway]) -> str | None:
    """The interface of who is claimed by a word that counts: the newest, alone in its second or of one mind with the other, not over, and
    of an instance that was there to be spoken of."""
    newest = max((word.at for word in seen.words if word.by in [one.name for one in pair]), default=0)
    said = [word for word in seen.words if word.by in [one.name for one in pair] and word.at == newest]
    named = {word.gateway for word in said}
    instances = [instance for one in pair if one.name in named and (instance := serving(one)) is not None]
    counts = len(named) == 1 and any(word.expires >= seen.now for word in said)
    return instances[0].interface if counts and instances and instances[0].launched <= newest else None


def ready(gateway: Gateway) -> bool:
    instance = serving(gateway)
    return instance is not None and instance.lifecycle == "InService"


def settle(cloud: Cloud, *, resting: bool = True) -> int:
    """Nothing more happens, but for what follows by itself. Tells how many calls the first run made."""
    first = 0
    for number in range(5):
        cloud.tend()
        cloud.boot()
        cloud.now += 2  # later than anything said
        cloud.watch_each_other()
        before = cloud.calls
        run(cloud, cloud.seen())
        first = cloud.calls - before if number == 0 else first
    cloud.notice()
    run(cloud, cloud.seen())
    run(cloud, cloud.seen())  # whoever is replaced gives its routes away
    assert decide(cloud.seen()) == (), "there is no end to it"
    on_the_well(cloud)
    if resting:
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
    """Once settled it stays so, whatever words are over by then. One that is cut off for long is replaced, and no route moves for that.

    Where nobody of a site is well, what was in doubt may turn out wrong, and its routes go to the other: once, and not back.
    """
    later = cloud.copy()
    lost = {site for site, names in SITES.items() if not any(later.well(name) for name in names)}
    moved: list[str] = []
    for seconds in (1, 30, 31, LAG, HOPELESS, YOUNG, 0):
        later.now += seconds
        actions = decide(later.seen())
        moved += [action.table for action in actions if isinstance(action, Point)]
        assert all(isinstance(action, Point | Replace) for action in actions), f"{seconds} s later: {actions}"
        replaced = {action.instance for action in actions if isinstance(action, Replace)}
        assert not replaced & {instance.id for name in later.gateways if (instance := later.well(name)) is not None}
        tuple(act([action for action in actions if isinstance(action, Point)], later.clients()))
    assert {table for site in lost for table in TABLES[site]} >= set(moved), f"{moved} moved, though one is well"
    assert len(moved) == len(set(moved)), f"{moved} went to and fro"


TestHealing: Callable[..., Any] = Healing.TestCase
Healing.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None)
