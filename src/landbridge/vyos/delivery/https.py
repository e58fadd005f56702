"""A router over its HTTPS API, 1.3 and later: form fields `data` and `key`, answers in JSON.

The API has no commit-confirm (but in the very newest 1.5), so the rollback is a task of the router's own scheduler: at a set minute it
reboots into the saved configuration, which knows neither the change nor the task. It is committed before the change is.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from landbridge.findings import LandbridgeError, error
from landbridge.vyos import asking
from landbridge.vyos.delivery.release import release_of
from landbridge.vyos.delivery.session import CRON_TASK, Answers, ConnectionLostError, Rollback, refused
from landbridge.vyos.text import parse
from landbridge.vyos.tree import Tree

TASK = ("system", "task-scheduler", "task", "landbridge-rollback")
REBOOT = "/sbin/reboot"
QUICK_S = 30.0
LARGEST = 16 * 1024 * 1024
_DATE = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) +(\d\d:\d\d:\d\d)(?: [AP]M)? \w{1,6} (\d{4})")
_DATE_NEW = re.compile(r"\w{3} +(\d{1,2}) (\w{3}) (\d{4}) (\d\d:\d\d:\d\d) ?([AP]M)? ?\S*")


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Where the API is. Its certificate is verified with `ca` (None: the system's), or is the one with this SHA-256 `fingerprint`."""

    host: str
    key: str = field(repr=False)
    port: int = 443
    ca: Path | None = None
    fingerprint: str | None = None
    seconds: float = 15.0


class HttpsSession:
    """The API of one router. Nothing is kept open: every request is a connection of its own."""

    def __init__(self, access: ApiAccess) -> None:
        self._access = access
        self._context = _context(access)
        self.release = release_of(self._show("show version"))
        if self.release in ("1.1", "1.2"):
            problem = f"release {self.release} can't be asked for its tunnels over its API."
            raise LandbridgeError(error("release", problem, remedy="Push over SSH."))

    def live(self) -> Tree:
        data = self._post("/retrieve", {"op": "showConfig", "path": []}, QUICK_S)
        tree = Tree()
        _grow(tree, (), data)
        return tree

    def unsaved(self) -> bool | None:
        return None

    def arm(self, live: Tree, minutes: int) -> Rollback:
        if live.has(*TASK):
            raise LandbridgeError(error("router", "another push's rollback is scheduled on it.", remedy="Wait until it has rebooted."))
        at = _clock(self._show("show date")) + timedelta(minutes=minutes)
        spec = f"{at.minute} {at.hour} {at.day} {at.month} *"
        task = {("crontab-spec",): spec, ("executable", "path"): REBOOT}
        self._configure([{"op": "set", "path": [*TASK, *leaf, value]} for leaf, value in task.items()], QUICK_S)
        return Rollback(CRON_TASK)

    def commit(self, commands: Sequence[str], rollback: Rollback, minutes: int, seconds: float) -> None:  # noqa: ARG002
        changes = []
        for command in commands:
            verb, _, rest = command.partition(" ")
            (path,) = parse(f"set {rest}", "change").paths()
            changes.append({"op": verb, "path": list(path)})
        self._configure(changes, seconds)

    def call_off(self, rollback: Rollback) -> None:  # noqa: ARG002
        if self.live().has(*TASK):
            self._configure([{"op": "delete", "path": list(TASK)}], QUICK_S)

    def save(self) -> None:
        self._post("/config-file", {"op": "save"}, QUICK_S)

    def ask(self) -> Answers:
        return Answers(
            asking.ike_sas(self._show(asking.ike.COMMAND)),
            asking.child_sas(self._show(asking.ipsec.COMMAND)),
            asking.summary(self._show(asking.bgp.COMMAND)),
        )

    def close(self) -> None:
        return

    def _show(self, command: str) -> str:
        data = self._post("/show", {"op": "show", "path": command.split()[1:]}, QUICK_S)
        return data if isinstance(data, str) else ""

    def _configure(self, changes: Sequence[dict[str, Any]], seconds: float) -> None:
        self._post("/configure", list(changes), seconds)

    def _post(self, path: str, data: object, seconds: float) -> Any:  # noqa: ANN401 - each caller knows its answer
        access = self._access
        connection = http.client.HTTPSConnection(access.host, access.port, timeout=access.seconds, context=self._context)
        try:
            connection.connect()
            _verify(connection, access)  # before the key is sent
            connection.sock.settimeout(seconds)
            body = urlencode({"data": json.dumps(data), "key": access.key})
            connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            response = connection.getresponse()
            said = response.read(LARGEST + 1)
        except ssl.SSLCertVerificationError as wrong:
            remedy = "Give the router's certificate authority by --ca, or compare its certificate's SHA-256 and give it by --fingerprint."
            problem = f"{access.host}'s certificate isn't trusted: {wrong.verify_message}."
            raise LandbridgeError(error("router", problem, remedy=remedy)) from None
        except (OSError, http.client.HTTPException) as problem:
            raise ConnectionLostError(str(problem) or type(problem).__name__) from None
        finally:
            connection.close()
        return _data(said, response.status, path)


def _data(said: bytes, status: int, path: str) -> Any:  # noqa: ANN401
    """The `data` of an answer. Raises LandbridgeError for a refusal, ConnectionLostError for what isn't the API's."""
    try:
        answer = json.loads(said) if len(said) <= LARGEST else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or "success" not in answer:
        if status in (502, 503, 504):
            raise ConnectionLostError(f"its web server answers {status}")
        raise LandbridgeError(
            error("router", f"{path} doesn't answer as VyOS' API does (status {status}).", remedy="Is it the API's port?")
        )
    if answer["success"] is not True:
        if status == 401:
            raise LandbridgeError(error("router", "the API doesn't take the key.", remedy="See LANDBRIDGE_API_KEY."))
        raise refused(path, str(answer.get("error")))
    return answer.get("data")


def _context(access: ApiAccess) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=access.ca)
    except (OSError, ssl.SSLError):
        raise LandbridgeError(error("syntax", f"{access.ca} holds no certificates.")) from None
    if access.fingerprint is not None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the certificate itself is compared, before anything is sent
    return context


def _verify(connection: http.client.HTTPSConnection, access: ApiAccess) -> None:
    if access.fingerprint is None:
        return
    certificate = connection.sock.getpeercert(binary_form=True)
    shown = hashlib.sha256(certificate or b"").hexdigest()
    if not hmac.compare_digest(shown, re.sub("[^0-9a-f]", "", access.fingerprint.lower().removeprefix("sha256"))):
        problem = f"{access.host} shows another certificate, with the SHA-256 {shown}."
        raise LandbridgeError(error("router", problem, remedy="Compare it on the router before you trust it."))


def _grow(tree: Tree, path: tuple[str, ...], value: object) -> None:
    """A configuration as the API gives it: mappings, of which leaves are text, lists of text, or empty."""
    match value:
        case dict() if value or path:
            if not value:
                tree.set(*path)
            for word, below in value.items():
                _grow(tree, (*path, str(word)), below)
        case list():
            for one in value:
                tree.set(*path, str(one))
        case str() | int():
            tree.set(*path, str(value))
        case _:
            raise LandbridgeError(error("router", "the router's configuration can't be understood.", remedy="Push over SSH."))


def _clock(said: str) -> datetime:
    """The router's own local time, by which its scheduler goes."""
    text = " ".join(said.split())
    if old := _DATE.fullmatch(text):
        month, day, clock, year = old.groups()
    elif new := _DATE_NEW.fullmatch(text):
        day, month, year, clock = new.group(1, 2, 3, 4)
    else:
        raise LandbridgeError(error("router", f"the router's `date` can't be understood: {text[:60]!a}.", remedy="Push over SSH."))
    try:
        now = datetime.strptime(f"{year} {month} {day} {clock}", "%Y %b %d %H:%M:%S")
    except ValueError:
        raise LandbridgeError(error("router", f"the router's `date` can't be understood: {text[:60]!a}.")) from None
    afternoon = re.search(r"\d (PM|AM)\b", text)
    if afternoon:
        now = now.replace(hour=now.hour % 12 + (12 if afternoon[1] == "PM" else 0))
    return now + timedelta(minutes=1 if now.second > 30 else 0)  # a scheduler's minute begins at its first second
