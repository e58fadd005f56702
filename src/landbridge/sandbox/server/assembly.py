"""The parts put together: the emulator, the table of what is added to it, and the threads beside it."""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import Any

from landbridge.sandbox.admitting import judging
from landbridge.sandbox.admitting.gate import Gate
from landbridge.sandbox.cloudformation import engine
from landbridge.sandbox.functions import invoking
from landbridge.sandbox.happening import alarms, ticking, watching
from landbridge.sandbox.hindering import deliveries, journal, throttling
from landbridge.sandbox.hindering.watching import watched
from landbridge.sandbox.permissions.guarding import guarded
from landbridge.sandbox.server import snapshot
from landbridge.sandbox.server.additions import install
from landbridge.sandbox.server.foreign import Props
from landbridge.sandbox.server.remembering import remember
from landbridge.sandbox.server.serving import Application
from landbridge.sandbox.server.world import WORLD
from landbridge.sandbox.showing import credentials, health, showing
from landbridge.sandbox.vpn.answers import told

SERVICES = (
    "ec2",
    "sts",
    "iam",
    "s3",
    "secretsmanager",
    "kms",
    "dynamodb",
    "logs",
    "cloudwatch",
    "lambda",
    "events",
    "autoscaling",
    "ssm",
    "sns",
    "servicequotas",
)


def assemble() -> Application:
    """The application, ready to answer."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    emulator = DomainDispatcherApplication(create_backend_app)
    install(emulator)
    remember()
    direct: dict[str, Any] = {
        "health": lambda _: {"ok": True},
        "tunnel": _told,
        "key": judging.told_key,
        "region": judging.told_region,
        "instance": health.told,
        "deliveries": deliveries.told,
        "throttle": throttling.told,
        "journal": journal.told,
    }
    private: dict[str, Any] = {"estate": showing.estate, "credentials": credentials.credentials}
    return Application(Gate(emulator), direct, invoking.answered, watching.look, private, watched(guarded))


def _told(said: Props) -> Props:
    found = told(said)
    alarms.judge()
    return found


def begin(path: Path) -> None:
    """Starts what goes on beside the calls."""
    Thread(target=snapshot.keep, args=(path,), daemon=True).start()
    Thread(target=ticking.tick, daemon=True).start()
    Thread(target=_warm, daemon=True).start()
    engine.resume()


def _warm() -> None:
    """Loads the services that a deployment calls, before it calls them: each takes a third of a second."""
    from moto.backends import get_backend

    for service in SERVICES:
        get_backend(service)  # type: ignore[call-overload]


def finish() -> None:
    """Ends it."""
    with WORLD.lock:
        WORLD.ending = True
        WORLD.changed.notify_all()
    invoking.finish()
