"""Rules whose target is a bus, of another Region or account too: it gets the event as it is, if the target's role may put it there."""

from __future__ import annotations

import json

from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.principals import service_may
from landbridge.sandbox.server.foreign import Foreign, Props

BUS = ":event-bus/"


def forward(rule: Foreign, target: Props, event: Props) -> None:
    """Hands an event on to the rules of a bus. One that came from elsewhere goes no further, as with AWS. The caller holds the lock."""
    from moto.events.models import events_backends

    region, account = target["Arn"].split(":")[3:5]
    here = (rule.region_name, rule.account_id)
    if (event["region"], event["account"]) != here or not _may(target, event):
        return
    bus: Foreign = events_backends[account][region].event_buses.get(target["Arn"].split(BUS, 1)[1])
    for other in list(bus.rules.values()) if bus is not None else ():
        if other.state == "ENABLED" and other.event_pattern.get_pattern() and other is not rule:
            other.send_to_targets(json.loads(json.dumps(event, default=str)))


def _may(target: Props, event: Props) -> bool:
    """Whether the target names a role that is there, and that is allowed it."""
    known = {"events:source": (str(event["source"]),), "events:detail-type": (str(event["detail-type"]),)}
    bus = Resource(target["Arn"], target["Arn"].split(":")[4])
    return service_may(target.get("RoleArn", ""), "events", "events:PutEvents", bus, known)
