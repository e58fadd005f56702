"""New keys for the tunnels: one tunnel at a time, the other carrying, and of a pair only the standby's: the two change places between.

A tunnel that doesn't come back gets its former key again, and that is the end. What was interrupted is finished first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from landbridge.aws.deploying.record import Record
from landbridge.aws.deploying.routers import Text, texts
from landbridge.aws.facts import Gateway, Tunnel
from landbridge.aws.operating.failing_over import SETTLING_S, fail_over, once_well
from landbridge.aws.operating.judging import View, carries, seconds
from landbridge.aws.operating.keys import PENDING, RETURNING, Key, Keys, Label, connection_runs_on, give_connection
from landbridge.aws.operating.model import Event, Outcome
from landbridge.aws.operating.watching import Means, Watch
from landbridge.findings import Finding, LandbridgeError, error

PATIENCE_S = 900.0  # AWS makes an endpoint anew: minutes
Did = Literal["rotated", "finished", "put back", "not put back", "not begun"]
AGAIN = "Run the same command again: it goes on from there."


class Keyed(Protocol):
    """Reaches routers that run. `holds_on`: a router that gets another key keeps the tunnel that it has until AWS' end lets go of it."""

    @property
    def holds_on(self) -> bool: ...

    def push(self, gateway: str, text: str, leaving: bool, keys: Mapping[str, str]) -> tuple[Finding, ...]:
        """Bring a router to its text, and tunnels to these keys. What it returns is why it isn't confirmed."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What became of a tunnel's key."""

    tunnel: str
    gateway: str
    site: str
    did: Did
    seconds: float


def undelivered(means: Means, record: Record, sites: Sequence[str]) -> list[Finding]:
    """Routers whose text was never brought to them: it would go with the key, and nobody has asked for that."""
    return [
        error(
            "router", f"{text.gateway} doesn't run what the file says: its text wasn't brought to it.", None, "`landbridge deploy` first."
        )
        for text in texts(means.ground.plans)
        if text.site in sites and record.delivered(text.gateway) != text.key
    ]


def in_order(view: View, labels: Mapping[str, Label | None], done: Sequence[str]) -> list[tuple[Gateway, Tunnel]]:
    """The tunnels of a site that are due, in their order: what is under way first, then the standby's. Pure."""
    gateways = sorted(view.gateways, key=lambda one: (one.name == view.active, one.name))
    due = [(one, tunnel) for one in gateways for tunnel in one.tunnels]
    under_way = [pair for pair in due if labels.get(pair[1].name)]
    return [*under_way, *(pair for pair in due if pair not in under_way and pair[1].name not in done)]


def hindrances(one: Gateway, tunnel: Tunnel) -> tuple[str, ...]:
    """Why a tunnel's key can't be changed now. Pure."""
    others = [other for other in one.tunnels if other.name != tunnel.name]
    down = [other.name for other in others if not carries(other)]
    if not others or down:
        return (f"{' and '.join(down) or 'no other tunnel'} doesn't carry, so {one.name} would be cut off",)
    return () if carries(tunnel) else (f"{tunnel.name} doesn't carry now, so nobody could tell whether it comes back",)


class Rotation:
    """The rotation of some sites' keys, under the deployment lock."""

    def __init__(self, means: Means, record: Record, routers: Keyed, seconds: float = PATIENCE_S) -> None:
        self._means, self._record, self._routers, self._seconds = means, record, routers, seconds
        self._keys = Keys(means.cloud, means.ground)
        self._turned: list[Turned] = []
        self._texts = {text.gateway: text for text in texts(means.ground.plans)}

    @property
    def tunnels(self) -> tuple[Turned, ...]:
        """What has become of them so far."""
        return tuple(self._turned)

    def run(self, sites: Sequence[str]) -> Outcome:
        """All of them, one tunnel after another, until one is not well."""
        for site in sites:
            findings = self._site(site)
            if findings:
                return Outcome(findings=tuple(findings))
        return Outcome()

    def _site(self, site: str) -> list[Finding]:
        watch, row = Watch(self._means, site), f"rotated:{site}"
        done = list(self._record.unfinished(row))  # of a run that was interrupted
        view = watch.look()
        labels = {tunnel.name: self._keys.label(tunnel.name) for one in view.gateways for tunnel in one.tunnels}
        due = in_order(view, labels, done)
        while due:
            one, tunnel = due.pop(0)
            did, took, findings = self._turn(watch, one.name, tunnel.name, labels[tunnel.name])
            self._turned.append(Turned(tunnel.name, one.name, site, did, took))
            if findings:
                return findings
            if did == "put back":  # by a run that was interrupted: now it gets a new key
                labels[tunnel.name] = None
                due.append((one, tunnel))
                continue
            done.append(tunnel.name)
            self._record.keep_unfinished(row, done)
        self._record.keep_unfinished(row, ())
        return []

    def _turn(self, watch: Watch, gateway: str, name: str, label: Label | None) -> tuple[Did, float, list[Finding]]:
        began = self._means.patience.clock()
        view = watch.look()
        if label is None:
            if view.pair and view.active == gateway and (findings := self._stand_down(watch, view, gateway)):
                return "not begun", 0.0, findings
            # One that has just come up may go and come again, until both ends have told each other of all their routes.
            patience = min(self._seconds, SETTLING_S)
            _, why, _ = watch.until(name, "ready to begin", lambda seen: _hindered(seen.gateway(gateway), name), patience)
            if why:
                remedy = "See `landbridge status`. " + AGAIN
                return "not begun", 0.0, [error("tunnel-down", f"{name} keeps its key: {one}.", None, remedy) for one in why]
            key = self._keys.renew(name)
        else:
            key = self._keys.current(name)
        did: Did = "rotated" if label is None else "finished" if label == PENDING else "put back"
        why = self._bring(watch, gateway, name, key, key.made if label != RETURNING else 0.0)
        if not why:
            self._keys.settle(name)
            return did, self._since(began), []
        if label == RETURNING:
            return "not put back", self._since(began), [_lost(name, why)]
        return self._put_back(watch, gateway, name, began, why)

    def _stand_down(self, watch: Watch, view: View, gateway: str) -> list[Finding]:
        """Let the other one carry the site: what AWS' end of a tunnel sends while it is made anew is lost."""
        try:
            switch = once_well(watch, view.other(gateway), self._seconds)
        except LandbridgeError as problem:
            return list(problem.findings)
        return list(fail_over(self._means, watch, switch).findings)

    def _put_back(self, watch: Watch, gateway: str, name: str, began: float, why: tuple[str, ...]) -> tuple[Did, float, list[Finding]]:
        self._means.tell(Event(name, "the former key is put back", why, self._since(began)))
        again = self._bring(watch, gateway, name, self._keys.give_back(name), 0.0)
        message = f"{name} didn't come back with its new key: {'; '.join(why)}"
        if again:
            return "not put back", self._since(began), [_lost(name, again)]
        self._keys.settle(name)
        remedy = "See its log group, and the router. " + AGAIN
        return "put back", self._since(began), [error("tunnel-down", f"{message}. It runs on its former key again.", None, remedy)]

    def _bring(self, watch: Watch, gateway: str, name: str, key: Key, after: float) -> tuple[str, ...]:
        """Let both ends run on a key, and wait until the tunnel carries, since a time; what is lacking in the end."""
        means = self._means
        view, why, _ = watch.until(name, "VPN connection ready", lambda seen: _busy(seen.gateway(gateway)), self._seconds)
        if why:
            return why
        one = view.gateway(gateway)
        outside = next(each.outside for each in one.tunnels if each.name == name)
        # Who begins must find the key that it has: one that is refused once doesn't begin again by itself. So the router comes first, where
        # that doesn't cut the tunnel.
        refused = self._push(gateway, name, key) if self._routers.holds_on else ()
        if refused and after:
            return refused
        if not connection_runs_on(means.cloud, means.ground, one.connection, outside, key):
            give_connection(means.cloud, means.ground, one.connection, outside, key)
            _, why, _ = watch.until(name, "AWS' end has the key", lambda seen: _busy(seen.gateway(gateway)), self._seconds)
            if why:
                return why
        refused = refused if self._routers.holds_on else self._push(gateway, name, key)
        if refused and after:
            return refused
        _, why, _ = watch.until(name, "up with routes", lambda seen: _down(seen.gateway(gateway), name, after), self._seconds)
        return (*refused, *why) if why else ()

    def _push(self, gateway: str, name: str, key: Key) -> tuple[str, ...]:
        text: Text = self._texts[gateway]
        try:
            found = self._routers.push(gateway, text.content, False, {name: key.value})
        except LandbridgeError as problem:
            found = problem.findings
        return tuple(one.message.rstrip(".") for one in found)

    def _since(self, began: float) -> float:
        return round(self._means.patience.clock() - began, 1)


def _hindered(one: Gateway, name: str) -> tuple[str, ...]:
    return hindrances(one, next(each for each in one.tunnels if each.name == name))


def _busy(one: Gateway) -> tuple[str, ...]:
    return () if one.connection_state == "available" else (f"the VPN connection {one.connection} is {one.connection_state or 'gone'}",)


def _down(one: Gateway, name: str, after: float) -> tuple[str, ...]:
    tunnel = next(each for each in one.tunnels if each.name == name)
    if carries(tunnel) and seconds(tunnel.since) >= int(after):
        return ()
    why = f": {tunnel.message}" if tunnel.state == "down" and tunnel.message else ""
    return (f"{name} isn't up with routes{why}",)


def _lost(name: str, why: tuple[str, ...]) -> Finding:
    message = f"{name} doesn't come back with its former key either: {'; '.join(why)}."
    return error("tunnel-down", message, None, "The other tunnel carries. See its log group, and the router. " + AGAIN)
