"""The deployment lock: a row in the anchor's table that one deployment holds, and renews as long as it works."""

from __future__ import annotations

import getpass
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from landbridge.aws.calling import Answer, CallError, Cloud, Place
from landbridge.findings import Finding, LandbridgeError, error

ROW = "deployment"
LASTS_S = 180
RENEWED_S = 30.0
ATTEMPTS = 5
REFUSED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who deploys: one run of a command. `who` is for people; by host and process a dead one is known at once, here."""

    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    who: str = field(default_factory=lambda: f"{_user()}@{socket.gethostname()}")
    host: str = field(default_factory=lambda: f"{socket.gethostname()} {_boot()}")
    process: int = field(default_factory=os.getpid)


class Lease:
    """The lock of one network, in one table. `clock` gives seconds since 1970; computers' clocks may differ by less than it lasts."""

    def __init__(
        self, cloud: Cloud, place: Place, table: str, network: str, holder: Holder | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self._cloud, self._place, self._table, self._clock = cloud, place, table, clock
        self._row = {"name": {"S": f"{ROW}:{network}"}}
        self._network = network
        self.holder = holder or Holder()
        self.lost: Finding | None = None

    @contextmanager
    def held(self, stop: threading.Event) -> Iterator[Lease]:
        """Hold it; `stop` is set if it is lost. Raises LandbridgeError (`held`) if another has it, saying who and since when."""
        self._take()
        ended = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(ended, stop), daemon=True, name="lease")
        renewing.start()
        try:
            yield self
        finally:
            ended.set()
            renewing.join()
            self._give_up()

    def _take(self) -> None:
        for _ in range(ATTEMPTS):
            other = self._try("attribute_not_exists(#run) OR #run = :run OR #expires < :now")
            if other is not None and self._is_dead(other):
                other = self._try("#run = :dead", {":dead": other["run"]})
            if other is None:
                return
            if other:
                raise LandbridgeError(self._held_by(other))
        raise LandbridgeError(error("held", f"the deployment lock of {self._network} changes hands all the time", None, "Run it again."))

    def _try(self, condition: str, more: Answer | None = None) -> Answer | None:
        """Take the lock on a condition; the row of who holds it if that isn't met (an empty one if it was given up in that moment)."""
        now = self._clock()
        given = {":run": {"S": self.holder.run}, ":now": {"N": str(int(now))}}
        names = {"#run": "run", "#expires": "expires"}
        row = {
            **self._row,
            "run": {"S": self.holder.run},
            "who": {"S": self.holder.who},
            "host": {"S": self.holder.host},
            "process": {"N": str(self.holder.process)},
            "since": {"S": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")},
            "expires": {"N": str(int(now + LASTS_S))},
        }
        try:
            self._cloud.call(
                self._place,
                "dynamodb",
                "put_item",
                TableName=self._table,
                Item=row,
                ConditionExpression=condition,
                ExpressionAttributeNames={key: value for key, value in names.items() if key in condition},
                ExpressionAttributeValues={key: value for key, value in {**given, **(more or {})}.items() if key in condition},
            )
        except CallError as problem:
            if problem.aws_code != REFUSED:
                raise
        else:
            return None
        answer = self._cloud.call(self._place, "dynamodb", "get_item", TableName=self._table, Key=self._row, ConsistentRead=True)
        return dict(answer.get("Item") or {})

    def _is_dead(self, other: Answer) -> bool:
        """Whether the process that holds it ran on this computer and is no more."""
        if other.get("host", {}).get("S") != self.holder.host:
            return False
        try:
            os.kill(int(other["process"]["N"]), 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False

    def _held_by(self, other: Answer) -> Finding:
        who, since = (other.get(key, {}).get("S", "somebody") for key in ("who", "since"))
        left = max(0, int(other.get("expires", {}).get("N", 0)) - int(self._clock()))
        message = f"{who} has been deploying the network {self._network} since {since}"
        return error("held", message, None, f"Wait for it. If that was killed, the lock ends by itself in {left} s; then run this again.")

    def _renew(self, ended: threading.Event, stop: threading.Event) -> None:
        renewed = self._clock()
        while not ended.wait(RENEWED_S):
            try:
                now = self._clock()
                self._cloud.call(
                    self._place,
                    "dynamodb",
                    "update_item",
                    TableName=self._table,
                    Key=self._row,
                    UpdateExpression="SET #expires = :until",
                    ConditionExpression="#run = :run",
                    ExpressionAttributeNames={"#expires": "expires", "#run": "run"},
                    ExpressionAttributeValues={":until": {"N": str(int(now + LASTS_S))}, ":run": {"S": self.holder.run}},
                )
                renewed = now
            except LandbridgeError as problem:
                aws_code = problem.aws_code if isinstance(problem, CallError) else ""
                if aws_code == "ResourceNotFoundException":
                    return  # its table went with the network, as the last of it
                taken = aws_code == REFUSED
                if taken or self._clock() - renewed > LASTS_S - 2 * RENEWED_S:
                    why = "another deployment took it" if taken else str(problem)
                    self.lost = error("held", f"the deployment lock of {self._network} was lost: {why}", None, "Run the command again.")
                    stop.set()
                    return

    def _give_up(self) -> None:
        # Its table may be gone, with the whole network; and what can't be given up ends by itself.
        with suppress(LandbridgeError):
            self._cloud.call(
                self._place,
                "dynamodb",
                "delete_item",
                TableName=self._table,
                Key=self._row,
                ConditionExpression="#run = :run",
                ExpressionAttributeNames={"#run": "run"},
                ExpressionAttributeValues={":run": {"S": self.holder.run}},
            )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _boot() -> str:
    """What tells this boot of this computer from others: process ids mean nothing in another."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:  # noqa: PTH123
            return file.read().strip()
    except OSError:
        return ""
