"""The estate, taken whole under the lock; and told to whoever waits for a newer one."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import chain

from landbridge.sandbox.following.estate import Estate
from landbridge.sandbox.server.foreign import Foreign, Props
from landbridge.sandbox.server.world import WORLD
from landbridge.sandbox.showing import ground, hubs

PATIENCE = 20.0  # seconds until who waits hears that nothing is new, and asks again: so that nobody waits for who has gone


def take(number: int) -> Estate:
    """The estate of every account and Region. The caller holds the lock."""
    from moto.ec2.models import ec2_backends

    places: list[tuple[str, str, Foreign]] = list(ec2_backends.iter_backends())
    backends = [backend for _, _, backend in places]
    vpcs = tuple(chain.from_iterable(ground.vpcs(*place) for place in places))
    shown = {vpc.id for vpc in vpcs}
    return Estate(
        number,
        vpcs,
        tuple(chain.from_iterable(ground.subnets(one, shown) for one in backends)),
        tuple(chain.from_iterable(ground.tables(one, shown) for one in backends)),
        tuple(chain.from_iterable(ground.groups(one, shown) for one in backends)),
        tuple(chain.from_iterable(ground.interfaces(one) for one in backends)),
        tuple(chain.from_iterable(ground.instances(*place) for place in places)),
        tuple(chain.from_iterable(hubs.hubs(*place) for place in places)),
        tuple(chain.from_iterable(hubs.attachments(one) for one in backends)),
        tuple(chain.from_iterable(hubs.hub_routes(one) for one in backends)),
        tuple(chain.from_iterable(hubs.connections(one) for one in backends)),
    )


class Shown:
    """The last estate that was taken. Its number is another only when something in it is; after a restart it is greater than before."""

    def __init__(self) -> None:
        self._generation = -1
        self._estate = Estate(time.time_ns() // 1_000_000)

    def after(self, number: int, patience: float) -> Estate:
        """The estate, as soon as its number is greater, or as it is when `patience` seconds are over."""
        end = time.monotonic() + patience
        with WORLD.lock:
            while True:
                self._look()
                left = end - time.monotonic()
                if self._estate.number > number or left <= 0 or WORLD.ending:
                    return self._estate
                WORLD.changed.wait(left)

    def _look(self) -> None:
        if self._generation == WORLD.generation:
            return
        self._generation = WORLD.generation
        found = take(self._estate.number)
        if found != self._estate:
            self._estate = replace(found, number=self._estate.number + 1)


_SHOWN = Shown()


def estate(asked: Props) -> bytes:
    """GET /sandbox/estate?after=NUMBER"""
    from landbridge.sandbox.following.wire import to_json

    return to_json(_SHOWN.after(int(asked.get("after", -1)), PATIENCE))
