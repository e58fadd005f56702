"""The clock: what is due is done a few times a second."""

from __future__ import annotations

import time
import traceback

from landbridge.sandbox.happening import alarms, watching
from landbridge.sandbox.happening.bus import scheduled
from landbridge.sandbox.happening.schedule import due
from landbridge.sandbox.scaling import hooks, noticing
from landbridge.sandbox.server.foreign import Foreign
from landbridge.sandbox.server.world import WORLD

EVERY = 0.25  # seconds


def tick() -> None:
    """For a thread of its own."""
    rounds = 0
    while not WORLD.ending:
        time.sleep(EVERY)
        rounds += 1
        try:
            with WORLD.lock:
                if hooks.expire(time.time()) | noticing.look(time.time()):
                    watching.look()
                    WORLD.touch()
                if rounds % 4 == 0:
                    _schedules(time.time())
                    alarms.judge()
                    watching.look()
        except Exception:
            traceback.print_exc()


def _schedules(now: float) -> None:
    from moto.events.models import events_backends

    backends: list[Foreign] = list(events_backends.iter_backends())
    for _, _, backend in backends:
        for bus in backend.event_buses.values():
            for rule in list(bus.rules.values()):
                if not rule.scheduled_expression or rule.state != "ENABLED":
                    continue
                last = WORLD.kept.ran.setdefault(rule.arn, now)
                if due(rule.scheduled_expression, last, now):
                    WORLD.kept.ran[rule.arn] = now
                    scheduled(rule)
                    WORLD.touch()
