"""A network in the lab: started, left to settle, and probed several times over."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from landbridge.artifacts import Artifacts
from landbridge.findings import LandbridgeError
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot
from landbridge.vyos.asking.model import UP

PATIENCE_S = 6.0  # where nothing comes up or changes hands for so long, nothing more will
PROBE_S = 1.5
AT_ONCE_S = 3.0
TELLING_S = 6.0  # once a pair's roles are settled, how long until their prepends are at the hub: FRR takes 5 s by itself
ROLES_S = 45.0  # a pair without a master: the standby of a lab waits half a minute for the active's first word
LONGEST_S = 120.0
ROUNDS = 3
STARTS = 3

_numbers = itertools.count(1)


class Asked(NamedTuple):
    """What a probe asks: from which host to which, and how."""

    source: str
    destination: str
    protocol: str


@dataclass(frozen=True, slots=True)
class Packets:
    """What packets did, probe by probe, round by round; and how the lab stood when they were sent."""

    answers: Mapping[Asked, tuple[bool, ...]]
    seconds: float
    standing: tuple[str, ...]


def packets(made: Artifacts, root: GuestRoot, rounds: int = ROUNDS) -> Packets:
    """Runs a network and probes it. A lab that doesn't come up is started again: a busy computer may be to blame."""
    for left in range(STARTS - 1, -1, -1):
        try:
            return _packets(made, root, rounds)
        except LandbridgeError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _packets(made: Artifacts, root: GuestRoot, rounds: int) -> Packets:
    began = time.monotonic()
    with _lab(made, root) as (ask, ready):
        standing, at_once = _settle(ask, made)
        found: dict[Asked, list[bool]] = {}
        for probes in [ready["probes"] if at_once else None, *[None] * (rounds - 1)]:
            for probe in probes or ask({"op": "probe", "seconds": PROBE_S})["probes"]:
                found.setdefault(Asked(probe["from"], probe["to"], probe["protocol"]), []).append(probe["ok"])
        answers = {asked: tuple(oks) for asked, oks in found.items()}
    return Packets(answers, round(time.monotonic() - began, 1), standing)


Ask = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def _lab(made: Artifacts, root: GuestRoot) -> Iterator[tuple[Ask, dict[str, Any]]]:
    name = f"agreement-{os.getpid()}-{next(_numbers)}"
    with launching.start(name, made, root, PATIENCE_S) as running:
        ready = running.wait(lambda _: None)
        yield lambda request: launching.ask(name, request), ready


def _settle(ask: Ask, made: Artifacts) -> tuple[tuple[str, ...], bool]:
    """Waits until nothing changes any more (as nothing has lately, when a lab says that it is up); what then isn't up can't come up.

    A gateway whose first try found no tunnel asks for a BGP session again only after two minutes: it is asked to try at once.
    Also says whether the lab had settled already.
    """
    began = time.monotonic()
    changed = began - PATIENCE_S
    before: tuple[str, ...] = ()
    asked_again: set[str] = set()
    while True:
        state = ask({"op": "status"})
        standing = tuple(_standing(state))
        now = time.monotonic()
        if standing != before:
            changed, before = now if before else changed, standing
        settled = all(pair["settled"] for pair in state["pairs"])
        down = [tunnel for tunnel in state["tunnels"] if not tunnel["up"]]
        for tunnel in down:
            if _has_ipsec(tunnel) and tunnel["name"] not in asked_again:
                asked_again.add(tunnel["name"])
                changed = now
                _try_now(ask, made, tunnel)
        if (settled and not down) or now - changed > (PATIENCE_S if settled else ROLES_S) or now - began > LONGEST_S:
            if state["pairs"]:
                time.sleep(TELLING_S)
            return standing, now - began < AT_ONCE_S and not state["pairs"]
        time.sleep(1)


def _has_ipsec(tunnel: Mapping[str, Any]) -> bool:
    return bool(tunnel["ike"] == UP)


def _try_now(ask: Ask, made: Artifacts, tunnel: Mapping[str, Any]) -> None:
    gateway = str(tunnel["gateway"])
    neighbor = next(
        str(one.aws) for each in made.manifest.gateways if each.name == gateway for one in each.tunnels if one.name == tunnel["name"]
    )
    ask({"op": "exec", "name": gateway, "command": ["vtysh", "-d", "bgpd", "-c", f"clear bgp ipv4 unicast {neighbor}"], "seconds": 20})


def _standing(state: Mapping[str, Any]) -> Iterator[str]:
    for tunnel in state["tunnels"]:
        yield f"{tunnel['name']}: {'up' if tunnel['up'] else 'down'}"
    for pair in state["pairs"]:
        roles = ", ".join(f"{name} {role or 'nothing yet'}" for name, role in pair["roles"].items())
        yield f"{pair['site']}: {roles}; routes to {pair['routes_to']}{'' if pair['settled'] else ', not settled'}"


def hosts(made: Artifacts) -> Sequence[tuple[str, str]]:
    """The hosts of a network, each with its VPC."""
    return [(subnet.host, vpc.name) for vpc in made.manifest.vpcs for subnet in vpc.subnets if subnet.host is not None]
