"""Pushing changed texts to the routers that run: at their Elastic IPs, commit-confirmed, with what only the cloud knows filled in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from landbridge.aws.calling import Cloud, Place
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.model import Event, Tell
from landbridge.aws.deploying.routers import for_the_next
from landbridge.aws.deploying.stack import InterruptedDeploymentError, look
from landbridge.aws.facts import Facts, Gateway
from landbridge.aws.facts import read as read_facts
from landbridge.aws.model import Output
from landbridge.aws.stacks.names import logical
from landbridge.findings import Finding, LandbridgeError, error
from landbridge.vyos.delivery import Check, Connect, ConnectionLostError, Session, fill_for, plan, push

MINUTES = 10  # until a router that isn't confirmed returns by itself
FRESH_S = 30.0  # facts older than this are asked for again: which gateway is active may have changed
MINUTE_S = 60.0
NO_KEYS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Reach:
    """How routers are reached: `connecting` makes, for an address, what makes a connection each time it is called."""

    connecting: Callable[[str], Connect]
    check: Check = Check.KEPT
    minutes: int = MINUTES
    minute_s: float = MINUTE_S  # what a router takes for a minute


class SshPusher:
    """Pushes to gateways at their Elastic IPs. `releases` are the gateways' release lines.

    Keys that a router has are kept; that of a new tunnel is taken from Secrets Manager, and is nowhere but in memory.
    """

    holds_on = True  # VyOS loads another key and leaves the tunnels as they are

    def __init__(self, cloud: Cloud, ground: Ground, releases: Mapping[str, str], reach: Reach, tell: Tell, stop: threading.Event) -> None:
        self._cloud, self._ground, self._releases, self._reach = cloud, ground, releases, reach
        self._tell, self._stop = tell, stop
        self._known = Known(cloud, ground)

    def is_active(self, gateway: str) -> bool:
        """Whether the VPC's routes lead to it."""
        facts = self._known.facts()
        return facts.active(facts.gateway(gateway).site) == gateway

    def push(self, gateway: str, text: str, leaving: bool = False, keys: Mapping[str, str] = NO_KEYS) -> tuple[Finding, ...]:
        """Bring a router to its text, and tunnels to these keys in place of those that it has. What it returns is why it isn't confirmed,
        with the command that does it by hand."""
        facts = self._known.facts()
        one = facts.gateway(gateway)
        if not one.reached or one.address is None:
            return (_absent(one),)
        host = one.address.address
        connect = self._unless_stopped(self._reach.connecting(host))
        try:
            session = connect()
        except ConnectionLostError as lost:
            return (error("router", f"{gateway} can't be reached at {host}: {lost}.", None, _by_hand(gateway, host)),)
        except LandbridgeError as problem:
            return tuple(error(why.code, f"{gateway}: {why.message}", None, why.remedy) for why in problem.findings)
        try:
            if leaving and session.release != self._releases[gateway]:
                return (for_the_next(gateway, f"{self._releases[gateway]}, where {session.release} runs"),)
            return self._bring(gateway, text, facts.values(gateway), keys, session, connect)
        except ConnectionLostError as lost:
            return (error("router", f"{gateway} ({host}) went silent: {lost}.", None, _by_hand(gateway, host)),)
        finally:
            session.close()

    def _bring(
        self, gateway: str, text: str, values: Mapping[str, str], keys: Mapping[str, str], session: Session, connect: Connect
    ) -> tuple[Finding, ...]:
        release = self._releases[gateway]
        if session.release != release:
            remedy = f"Say `release: {session.release!r}` in the file; or `image:` of {release}, then `landbridge upgrade` replaces it."
            return (error("release", f"{gateway} runs VyOS {session.release}, and its text is for {release}.", None, remedy),)
        live = session.live()
        filled = fill_for(text, live, values, keys.get, gateway, partial(key_of, self._cloud, self._ground))
        planned = plan(gateway, release, live, filled)
        if not planned.commands:
            return ()
        self._say(gateway, f"{len(planned.commands)} changes")
        reach = self._reach
        outcome = push(
            planned, session, connect, reach.minutes, reach.check, lambda line: self._say(gateway, line), minute_s=reach.minute_s
        )
        return outcome.findings

    def _unless_stopped(self, connect: Connect) -> Connect:
        """No new connection once the deployment is to end: what isn't confirmed returns by itself."""

        def connecting() -> Session:
            if self._stop.is_set():
                raise InterruptedDeploymentError
            return connect()

        return connecting

    def _say(self, gateway: str, line: str) -> None:
        self._tell(Event(gateway, "PUSH_IN_PROGRESS", reason=line))


def key_of(cloud: Cloud, ground: Ground, tunnel: str) -> str | None:
    """The pre-shared key of a tunnel, as Secrets Manager has it; None: there is no such secret (yet)."""
    found = secret_of(cloud, ground, tunnel)
    return None if found is None else str(cloud.call(found[0], "secretsmanager", "get_secret_value", SecretId=found[1])["SecretString"])


def secret_of(cloud: Cloud, ground: Ground, tunnel: str) -> tuple[Place, str] | None:
    """Where the secret of a tunnel's key is, and its ARN; None: there is none (yet)."""
    name = f"{logical(tunnel)}Secret"
    for gateways in ground.plans:
        source = gateways.parameters.get(name)
        if isinstance(source, Output):
            there = place(ground.plan(source.stack))
            stack = look(cloud, there, source.stack)
            if stack is not None and source.key in stack.outputs:
                return there, stack.outputs[source.key]
    return None


class Unreal:
    """For an emulated AWS, on whose instances nothing runs: every text is as good as delivered."""

    holds_on = True

    def is_active(self, gateway: str) -> bool:  # noqa: ARG002 - none is
        """Nobody is."""
        return False

    def push(self, gateway: str, text: str, leaving: bool = False, keys: Mapping[str, str] = NO_KEYS) -> tuple[Finding, ...]:  # noqa: ARG002
        """Nothing is wrong."""
        return ()


@dataclass(slots=True)
class Known:
    """The facts of a deployed network, asked for once for many pushes at a time."""

    cloud: Cloud
    ground: Ground
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: Facts | None = None
    at: float = 0.0

    def facts(self) -> Facts:
        with self.lock:
            if self.held is None or time.monotonic() - self.at > FRESH_S:
                self.held, self.at = read_facts(self.cloud, self.ground), time.monotonic()
            return self.held


def _absent(one: Gateway) -> Finding:
    what = "no instance of it runs" if one.instance is None or not one.instance.serves else "its Elastic IP doesn't lead to its instance"
    message = f"{one.name} can't be brought to its text: {what}."
    return error("router", message, None, "`landbridge status` says more. A new instance boots with the text; then deploy again.")


def _by_hand(gateway: str, host: str) -> str:
    return (
        f"Look at the way there, and at `admin.cidrs`. `landbridge deploy` tries again; or push it from where it can be reached: "
        f"`landbridge push FILE {gateway} --host {host}`."
    )
