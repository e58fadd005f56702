"""What a run tells: its line, CloudWatch's metrics in it, and events for people."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landbridge.heal.act import MOST_EVENTS, Outcome, tell
from landbridge.heal.decide import Point, Replace, decide
from landbridge.heal.handler import Unfinished, run
from landbridge.heal.observation import Gateway, Observation, Route
from landbridge.heal.report import FAILED, FAILOVER, IN_SERVICE, REPLACED, happened, line
from tests.heal.cloud import NETWORK, Cloud, failing
from tests.heal.test_claims import CLAIM, heal, said
from tests.heal.test_decide import NEW, RUNNING, pair, says
from tests.heal.worlds import NOW


def done(seen: Observation) -> tuple[Outcome, ...]:
    return tuple(Outcome(action) for action in decide(seen))


def told(seen: Observation) -> list[tuple[str, dict[str, Any]]]:
    return [(one.kind, dict(one.detail)) for one in happened(seen, done(seen))]


def test_a_failover_is_told_once_with_who_had_the_routes() -> None:
    about = {"site": "lima", "gateway": "lima-b", "instance": "i-b"}
    assert told(pair("a", says("b", "b", 1))) == [(FAILOVER, {**about, "from": "lima-a", "routes": 2})]
    assert told(pair("a", unlike="a")) == [(FAILOVER, {**about, "from": None, "routes": 2})]  # whoever had them is gone


def test_nothing_is_told_where_nothing_is_done() -> None:
    assert told(pair("a")) == []


def test_a_first_route_and_the_next_instance_of_a_single_are_no_failover() -> None:
    gateway = Gateway("lima-a", "lima", "group", True, allocation="eip-a", instances=(NEW,))
    for route in (Route("lima", "rtb", "pl"), Route("lima", "rtb", "pl", "eni-dead", True)):
        assert told(Observation((gateway,), (route,))) == [(IN_SERVICE, {"site": "lima", "gateway": "lima-a", "instance": "i-2"})]


def test_a_replacement_is_told() -> None:
    kinds = [kind for kind, _ in told(pair("a", since={"a": 0}))]
    assert kinds == [FAILOVER, REPLACED]


def test_what_failed_is_told_and_not_what_it_would_have_been() -> None:
    seen = pair("a", says("b", "b", 1))
    outcomes = [Outcome(action, "Throttling: slow down") for action in decide(seen)]
    assert [(one.kind, one.detail) for one in happened(seen, outcomes)] == [
        (FAILED, {"failed": 2, "actions": 2, "first": "Throttling: slow down"})
    ]


def test_the_line_is_what_cloudwatch_takes_metrics_from() -> None:
    """Embedded metric format: each metric that is declared is a number of the line, each dimension a text of it."""
    seen = pair("a", says("b", "b", 1))
    outcomes = (*done(seen), Outcome(Replace("i-a"), "trouble"))
    read = json.loads(line(NETWORK, CLAIM, outcomes, ["x"], happened(seen, outcomes), failures=1, now=NOW + 0.5, took=12))
    (declared,) = read["_aws"]["CloudWatchMetrics"]
    assert read["_aws"]["Timestamp"] == 1000 * NOW + 500
    assert (declared["Namespace"], declared["Dimensions"]) == ("landbridge", [["network"]])
    assert {one["Name"]: read[one["Name"]] for one in declared["Metrics"]} == {
        "Failovers": 1,
        "Actions": 2,
        "Failures": 1,
        "Milliseconds": 12,
    }
    assert read["network"] == NETWORK


def test_events_go_to_the_bus_of_the_region_in_heals_name(cloud: Cloud) -> None:
    sent: list[dict[str, str]] = []
    cloud.clients.events.meta.events.register(  # type: ignore[attr-defined]
        "before-parameter-build.events.PutEvents", lambda params, **_: sent.extend(params["Entries"])
    )
    heal(cloud)
    assert [one["DetailType"] for one in sent] == [IN_SERVICE, IN_SERVICE]
    cloud.age()
    cloud.claim("lima-b")
    heal(cloud)
    assert {**sent[-1], "Detail": ""} == {"Source": "landbridge.heal", "DetailType": FAILOVER, "Detail": "", "EventBusName": "default"}
    detail = json.loads(sent[-1]["Detail"])
    assert detail.items() >= {"network": NETWORK, "site": "lima", "gateway": "lima-b", "from": "lima-a", "routes": 2}.items()


def test_an_event_that_cant_be_sent_is_told_in_the_line_and_nothing_is_done_again_for_it(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    heal(cloud)
    cloud.age()
    cloud.claim("lima-b")
    with failing(cloud, 9, "error"):
        run(NETWORK, CLAIM, cloud.clients)
    assert cloud.calls[9] == "PutEvents"
    assert said(capsys)["problems"] == ["no event was sent: RequestLimitExceeded: Request limit exceeded."]


def test_a_network_that_cant_be_looked_at_is_told_and_looked_at_again(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    with failing(cloud, 0, "error"), pytest.raises(Unfinished):
        run(NETWORK, CLAIM, cloud.clients)
    line = said(capsys)
    assert (line["Failures"], line["actions"]) == (1, [])
    assert line["problems"] == ["the network couldn't be looked at: RequestLimitExceeded: Request limit exceeded."]


def test_many_events_go_in_as_few_calls_as_may_be_and_one_that_is_refused_is_told() -> None:
    class Bus:
        def __init__(self) -> None:
            self.calls: list[int] = []

        def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
            self.calls.append(len(Entries))
            refused = [{"ErrorCode": "ThrottlingException"}] if len(self.calls) > 2 else []
            return {"FailedEntryCount": len(refused), "Entries": [*refused, {"EventId": "1"}]}

    bus: Any = Bus()
    assert tell([{}] * (2 * MOST_EVENTS), bus) == ""
    assert bus.calls == [MOST_EVENTS, MOST_EVENTS]
    assert tell([{}], bus) == "ThrottlingException"
    assert tell([], bus) == ""


def test_a_point_of_someone_in_service_is_a_failover_of_as_many_routes_as_moved() -> None:
    dead = Gateway("lima-a", "lima", "group-a", True, allocation="eip-a")
    survivor = Gateway("lima-b", "lima", "group-b", False, allocation="eip-b", associated="eni-1", instances=(RUNNING,))
    seen = Observation((dead, survivor), tuple(Route("lima", f"rtb-{number}", "pl", "eni-dead", number > 0) for number in range(3)))
    assert sum(isinstance(one.action, Point) for one in done(seen)) == 3
    assert [detail["routes"] for kind, detail in told(seen) if kind == FAILOVER] == [2]
