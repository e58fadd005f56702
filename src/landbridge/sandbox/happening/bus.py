"""Events: made as EventBridge makes them, matched with the rules of an account and Region, handed to their targets."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from uuid import uuid4

from landbridge.sandbox.functions import invoking
from landbridge.sandbox.happening.forwarding import BUS, forward
from landbridge.sandbox.hindering import deliveries, journal
from landbridge.sandbox.server.foreign import Foreign, Props


def emit(account: str, region: str, source: str, kind: str, resources: list[str], detail: Props) -> None:
    """Lets something happen: every enabled rule of the default bus that matches gets it. The caller holds the lock."""
    from moto.events.models import events_backends

    event: Foreign = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": kind,
        "source": source,
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": resources,
        "detail": detail,
    }
    backend: Foreign = events_backends[account][region]
    journal.of_event(source, kind, account, region, json.dumps(detail, default=str), lost=not deliveries.of_events())
    for rule in list(backend.event_buses["default"].rules.values()):
        if rule.state == "ENABLED" and rule.event_pattern.get_pattern():
            rule.send_to_targets(event)


def scheduled(rule: Foreign) -> None:
    """Hands a schedule's event to the targets of its rule."""
    event: Foreign = {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }
    _functions(rule, event)


def _functions(rule: Foreign, event: Props) -> None:
    from moto.events.utils import EventTemplateParser

    for target in rule.targets:
        if ":lambda:" not in target["Arn"]:
            continue
        given: Foreign = event
        if "Input" in target:
            given = json.loads(target["Input"])
        elif "InputTransformer" in target:
            transformer = target["InputTransformer"]
            given = EventTemplateParser.parse(transformer.get("InputTemplate"), transformer.get("InputPathsMap", {}), event)  # type: ignore[arg-type]
        invoking.later(target["Arn"], json.dumps(given, default=str).encode())


def install() -> None:
    """Lets rules reach functions, and buses elsewhere, which the emulator's own don't or not as AWS does."""
    from moto.events.models import Rule

    kind: Foreign = Rule
    others = kind.send_to_targets

    def send(self: Foreign, event: Props, transform_input: bool = True) -> None:
        pattern = self.event_pattern
        if not pattern.get_pattern() or not pattern.matches_event(event) or not deliveries.of_events():
            return  # a rule without a pattern is a schedule's
        told = dict(event)
        if isinstance(told.get("time"), int | float):
            told["time"] = datetime.fromtimestamp(told["time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        _functions(self, told)
        for target in self.targets:
            if BUS in target["Arn"]:
                forward(self, target, told)
        left = copy.copy(self)
        left.targets = [target for target in self.targets if ":lambda:" not in target["Arn"] and BUS not in target["Arn"]]
        if left.targets:
            others(left, event, transform_input)

    kind.send_to_targets = send
