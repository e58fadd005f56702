"""Buses of EventBridge: what is put on each is judged for itself, by its source and its type."""

from __future__ import annotations

from collections.abc import Iterator

from landbridge.sandbox.permissions.calls import Call
from landbridge.sandbox.permissions.judging import Resource
from landbridge.sandbox.permissions.places import Place
from landbridge.sandbox.permissions.policy import read
from landbridge.sandbox.server.foreign import Foreign


def buses(call: Call, place: Place) -> Iterator[Resource]:
    """The buses that a call puts events on, once for each event."""
    for entry in call.said.get("Entries") or ():
        name = str(entry.get("EventBusName") or "default")
        keys = {"events:source": entry.get("Source"), "events:detail-type": entry.get("DetailType")}
        known = {key: (str(value),) for key, value in keys.items() if value is not None}
        there, bare = place.of(name), name.split(":event-bus/", 1)[-1]
        yield Resource(there.arn("events", f"event-bus/{bare}"), there.account, read(_policy(there, bare) or "{}"), known=known)


def _policy(there: Place, name: str) -> str | None:
    from moto.events.models import events_backends

    found: Foreign = events_backends[there.account][there.region].event_buses.get(name)
    return None if found is None else found.policy
