"""What is broken in a rehearsal, one after another: the table, and a small function for each way of breaking and mending.

The limits are what the network promises. A pair is back within 6 s whatever becomes of its active gateway; a single within 10 s of its new
instance's boot. Where only its tunnels' other end can notice, it is BGP's hold time that counts: AWS offers nothing faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from landbridge.sandbox import telling
from landbridge.sandbox.rehearsing.stage import Kind, Stage

HOLD_S = 30.0  # BGP's hold time, as AWS sets it
SCHEDULE_S = 60.0  # heal looks by itself as often
EVERY_SECOND = 2

Act = Callable[[Stage, str], None]  # the stage, and the gateway that is active when it begins
After = Literal["fault", "boot", "schedule"]


@dataclass(frozen=True, slots=True)
class Limit:
    """Traffic has to be back within `seconds` of the fault, of the new instance's boot, or of heal's next look by itself. A boot that is
    shorter than BGP's hold time counts as that: the hub holds the dead instance's sessions so long, and takes no new ones."""

    seconds: float
    after: After = "fault"

    def from_fault(self, boot_s: float) -> float:
        return self.seconds + {"fault": 0.0, "boot": max(boot_s, HOLD_S), "schedule": max(boot_s, SCHEDULE_S)}[self.after]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`limits` for what it applies to: a pair's site, a single's. `mends` undoes what `breaks` did, and nothing where the network heals by
    itself. `elsewhere`: the hosts that talk must not stand in the active gateway's zone."""

    name: str
    what: str
    breaks: Act
    mends: Act
    limits: Mapping[Kind, Limit]
    elsewhere: bool = False


def _terminate(stage: Stage, active: str) -> None:
    stage.ask("fail", name=active)


def _nothing(_: Stage, __: str) -> None:
    pass


def _hang(stage: Stage, active: str) -> None:
    stage.ask("fail", name=active, hang=True)


def _mend(stage: Stage, active: str) -> None:
    stage.ask("mend", name=active)


def _cut_one(stage: Stage, active: str) -> None:
    stage.ask("fail", name=f"{active}-1")


def _mend_one(stage: Stage, active: str) -> None:
    stage.ask("mend", name=f"{active}-1")


def _cut_both(stage: Stage, active: str) -> None:
    for number in (1, 2):
        stage.ask("fail", name=f"{active}-{number}")


def _mend_both(stage: Stage, active: str) -> None:
    for number in (1, 2):
        stage.ask("mend", name=f"{active}-{number}")


def _split(stage: Stage, _: str) -> None:
    stage.ask("fail", name=stage.site)


def _join(stage: Stage, _: str) -> None:
    stage.ask("mend", name=stage.site)


def _cut_zone(stage: Stage, active: str) -> None:
    stage.ask("fail", name=f"{stage.site}/{stage.zone(active)}")


def _mend_zone(stage: Stage, _: str) -> None:
    zones = [name for name in stage.ask("standing")["faults"] if name.startswith(f"{stage.site}/")]
    for name in zones:  # by now another gateway is active, but it is the same zone
        stage.ask("mend", name=name)


def _lose_events(stage: Stage, active: str) -> None:
    telling.set_deliveries(stage.endpoint, 0)
    _terminate(stage, active)


def _deliver_twice(stage: Stage, active: str) -> None:
    telling.set_deliveries(stage.endpoint, 2)
    _terminate(stage, active)


def _deliver_once(stage: Stage, _: str) -> None:
    telling.set_deliveries(stage.endpoint, 1)


def _throttle(stage: Stage, active: str) -> None:
    telling.set_throttle(stage.endpoint, stage.healer, EVERY_SECOND)
    _terminate(stage, active)


def _let_through(stage: Stage, _: str) -> None:
    telling.set_throttle(stage.endpoint, stage.healer, 0)


PAIR, SINGLE = Limit(6), Limit(10, "boot")
BY_BGP = Limit(HOLD_S + 6)

SCENARIOS = (
    Scenario(
        "terminate",
        "the active gateway's instance is terminated",
        _terminate,
        _nothing,
        {"pair": PAIR, "single": SINGLE},
    ),
    Scenario(
        "hang",
        "the active gateway stands still, and nobody is told; then it goes on as if nothing had been",
        _hang,
        _mend,
        {"pair": PAIR},
    ),
    Scenario(
        "tunnel",
        "one of the active gateway's tunnels carries nothing any more; then it does again",
        _cut_one,
        _mend_one,
        {"pair": BY_BGP, "single": BY_BGP},
    ),
    Scenario(
        "tunnels",
        "both tunnels of the active gateway carry nothing any more; then they do again",
        _cut_both,
        _mend_both,
        {"pair": BY_BGP},
    ),
    Scenario(
        "wire",
        "the pair's gateways don't hear each other; then they do again",
        _split,
        _join,
        {"pair": PAIR},
    ),
    Scenario(
        "zone",
        "all that stands in the active gateway's zone is cut off; then it is back",
        _cut_zone,
        _mend_zone,
        {"pair": PAIR},
        elsewhere=True,
    ),
    Scenario(
        "events",
        "EventBridge loses every event, and the active gateway's instance is terminated",
        _lose_events,
        _deliver_once,
        {"pair": PAIR, "single": Limit(10, "schedule")},
    ),
    Scenario(
        "throttle",
        "every second API call of heal's is refused as one too many, and the active gateway's instance is terminated",
        _throttle,
        _let_through,
        {"pair": Limit(15), "single": SINGLE},
    ),
    Scenario(
        "twice",
        "Lambda runs twice at once for every reason, and the active gateway's instance is terminated",
        _deliver_twice,
        _deliver_once,
        {"pair": PAIR, "single": SINGLE},
    ),
)
