"""Playing one scenario: traffic, the fault, until it is over; the mending, until all is settled again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address

from landbridge.findings import LandbridgeError
from landbridge.sandbox import telling
from landbridge.sandbox.rehearsing import hubroutes
from landbridge.sandbox.rehearsing.judging import judge
from landbridge.sandbox.rehearsing.measuring import HEARD_S, SLIGHT_S, Played, Row, measure
from landbridge.sandbox.rehearsing.scenarios import Scenario
from landbridge.sandbox.rehearsing.stage import Record, Stage, chosen, global_address

PING_MS = 20
BEFORE_S = 1.0
LOOK_S = 0.25
FELT_S = 8.0  # what isn't felt within that, isn't felt
CALM_S = 2.0
GRACE_S = 10.0  # beyond its limit, to see how long it takes
SETTLE_S = 200.0  # beyond a new instance's boot: with IKEv2 a gateway gives a silent peer up after 165 s, whatever its DPD says
Tell = Callable[[str], None]


def play(stage: Stage, scenario: Scenario, tell: Tell = lambda _: None) -> Row:
    """Break, mend, measure, judge; `tell` hears what is happening. Raises LandbridgeError where it can't even begin."""
    active = stage.active()
    host, other = chosen(stage.manifest, stage.site, stage.zone(active) if scenario.elsewhere else "")
    address = global_address(stage.manifest, host)
    _in_hub(stage, hubroutes.WATCH)
    stage.ask("traffic", **{"from": host, "to": other}, interval_ms=PING_MS)
    time.sleep(BEFORE_S)
    tell(f"{scenario.what}: {active}")
    broken = time.time()
    scenario.breaks(stage, active)
    broken = _called(stage, broken)
    _until_over(stage, broken, scenario.limits[stage.kind].from_fault(stage.boot_s) + GRACE_S)
    mended = time.time()
    tell("traffic is well; mending, and waiting until all is settled")
    scenario.mends(stage, active)
    settled = until_settled(stage, address)
    _until_heard(stage)
    wrong = _wrong(stage)
    traffic = stage.ask("traffic-end")
    hub = hubroutes.changes(_in_hub(stage, hubroutes.WATCHED), address)
    played = Played(
        scenario, stage.kind, active, stage.region, stage.healer, broken, mended, settled, traffic,
        telling.journal(stage.endpoint, broken), hub, stage.ends(active), wrong,
    )  # fmt: skip
    return judge(measure(played), played, stage.boot_s, stage.routes)


def _called(stage: Stage, began: float) -> float:
    """When the fault really began: where it is a call of the API, once that has arrived."""
    calls = (
        one["at"] for one in telling.journal(stage.endpoint, began) if one["what"] == "ec2:TerminateInstances" and one["kind"] == "call"
    )
    return next(calls, began)


def _until_over(stage: Stage, broken: float, most_s: float) -> None:
    """Until traffic has been felt to break and been well for a while, or isn't felt to break; or for `most_s` at the most."""
    while (now := time.time()) - broken < most_s:
        found = stage.ask("traffic-so-far")
        bad = [gap for way in found["ways"] for gap in way["gaps"] if gap[0] >= broken - 0.5]
        open_ = any(end is None for _, end, _ in bad)
        last = max((end for begin, end, _ in bad if end is not None and end - begin >= SLIGHT_S), default=broken + FELT_S - CALM_S)
        heard = not found["connection"]["alive"] or found["connection"]["silent_s"] <= HEARD_S
        if not open_ and heard and now - last > CALM_S:
            return
        time.sleep(LOOK_S)


def until_settled(stage: Stage, address: IPv4Address) -> float | None:
    """When all was as it should be again: machines, tunnels and sessions up, the pair agreed, both directions on one gateway. None where it
    isn't in time."""
    end = time.time() + stage.boot_s + SETTLE_S
    while time.time() < end:
        with suppress(LandbridgeError):  # a machine that can't be asked yet
            if _is_settled(stage, stage.ask("standing"), address):
                return time.time()
        time.sleep(LOOK_S)
    return None


def _until_heard(stage: Stage) -> None:
    """Until the connection is heard again: TCP may not know yet that it may speak."""
    end = time.time() + stage.boot_s + SETTLE_S
    while (found := stage.ask("traffic-so-far")["connection"])["alive"] and found["silent_s"] > HEARD_S and time.time() < end:
        time.sleep(LOOK_S)


def _is_settled(stage: Stage, standing: Record, address: IPv4Address) -> bool:
    counted = all(standing[kind] == standing[f"{kind}_of"] for kind in ("machines", "tunnels", "sessions"))
    agreed = all(pair["settled"] for pair in standing["pairs"] if pair["site"] == stage.site)
    if not counted or not agreed or standing["faults"]:
        return False
    hops = hubroutes.leads(_in_hub(stage, hubroutes.show(address)))
    return bool(hops) and hops <= stage.ends(stage.active())


def _wrong(stage: Stage) -> tuple[str, ...]:
    """What doesn't reach what, from and to the site, when all is over."""
    asked = [{"from": stage.site, "to": None}, {"from": None, "to": stage.site}]
    bad = [probe for words in asked for probe in stage.ask("probe", **words, protocols=["icmp"])["probes"] if not probe["ok"]]
    return (f"{len(bad)} probes fail afterwards, the first from {bad[0]['from']} to {bad[0]['to']}",) if bad else ()


def _in_hub(stage: Stage, command: str) -> str:
    answer = stage.ask("exec", name=stage.manifest.hub.name, command=["sh", "-c", command], seconds=10)
    return str(answer["out"])
