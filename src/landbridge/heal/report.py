"""What a run tells: one line, which CloudWatch takes its metrics from, and events for people where something was done. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from landbridge.heal import tags
from landbridge.heal.act import Outcome
from landbridge.heal.decide import Complete, Point, Replace
from landbridge.heal.observation import Gateway, Observation

SOURCE = "landbridge.heal"
NAMESPACE, DIMENSION = "landbridge", "network"
FAILOVER, IN_SERVICE, REPLACED, FAILED = "Gateway Failover", "Gateway In Service", "Gateway Replaced", "Healing Failed"


@dataclass(frozen=True, slots=True)
class Told:
    """An event: what happened, and to what."""

    kind: str
    detail: Mapping[str, Any]

    def entry(self, network: str) -> dict[str, str]:
        """As PutEvents takes it."""
        detail = json.dumps({"network": network, **self.detail})
        return {"Source": SOURCE, "DetailType": self.kind, "Detail": detail, "EventBusName": "default"}


def happened(seen: Observation, outcomes: Iterable[Outcome]) -> tuple[Told, ...]:
    """What people should hear of a run; nothing where nothing was done."""
    outcomes = tuple(outcomes)
    done = [outcome.action for outcome in outcomes if not outcome.trouble]
    owner = {each.id: one for one in seen.gateways for each in one.instances}
    failed = [outcome for outcome in outcomes if outcome.trouble]
    return (
        *_failovers(seen, [action for action in done if isinstance(action, Point)], owner),
        *(
            Told(IN_SERVICE, _about(owner[action.instance], action.instance))
            for action in done
            if isinstance(action, Complete) and (action.hook, action.result) == (tags.LAUNCH_HOOK, "CONTINUE")
        ),
        *(Told(REPLACED, _about(owner[action.instance], action.instance)) for action in done if isinstance(action, Replace)),
        *((Told(FAILED, {"failed": len(failed), "actions": len(outcomes), "first": failed[0].trouble}),) if failed else ()),
    )


def _failovers(seen: Observation, moved: list[Point], owner: Mapping[str, Gateway]) -> Iterator[Told]:
    """Routes that led elsewhere and now lead to another gateway. Another instance of the same one is no failover, nor is a first route."""
    before = {(route.table, route.prefix_list): route.target for route in seen.routes if route.present}
    whose = {each.interface: one.name for one in seen.gateways for each in one.instances if each.interface}
    for gateway in seen.gateways:
        routes = [one for one in moved if owner[one.instance] == gateway and (one.table, one.prefix_list) in before]
        others = [one.name for one in seen.gateways if one.site == gateway.site and one != gateway]
        # Whoever is gone from its group was the other of the pair, or this one's own instance before.
        left = {whose.get(before[one.table, one.prefix_list], "") for one in routes} - {gateway.name}
        if routes and others and left:
            detail = {**_about(gateway, routes[0].instance), "from": next(iter(sorted(left - {""})), None), "routes": len(routes)}
            yield Told(FAILOVER, detail)


def _about(gateway: Gateway, instance: str) -> dict[str, str]:
    return {"site": gateway.site, "gateway": gateway.name, "instance": instance}


def line(
    network: str,
    event: Mapping[str, Any],
    outcomes: Iterable[Outcome],
    problems: Iterable[str],
    told: Iterable[Told],
    *,
    failures: int,
    now: float,
    took: int,
) -> str:
    """JSON on one line, for people, for queries and for CloudWatch's metrics: what woke it, what it did, what it couldn't, what it can't.

    Nothing in it is secret: there are ids, addresses and AWS' own words. `now` in seconds since 1970, `took` in milliseconds.
    """
    outcomes = tuple(outcomes)
    metrics = {
        "Failovers": sum(one.kind == FAILOVER for one in told),
        "Actions": sum(not one.trouble for one in outcomes),
        "Failures": failures,
        "Milliseconds": took,
    }
    units = [{"Name": name, "Unit": "Milliseconds" if name == "Milliseconds" else "Count"} for name in metrics]
    said = {
        "landbridge": "heal",
        DIMENSION: network,
        "woken_by": event.get("detail-type", "call"),
        "event": event.get("id", ""),
        "actions": [_outcome(outcome) for outcome in outcomes],
        "problems": list(problems),
        **metrics,
        "_aws": {
            "Timestamp": int(1000 * now),
            "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": units}],
        },
    }
    return json.dumps(said, separators=(",", ":"))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    trouble = {"trouble": outcome.trouble} if outcome.trouble else {}
    return {"do": type(outcome.action).__name__.lower(), **asdict(outcome.action), **trouble}
