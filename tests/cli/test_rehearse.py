"""`landbridge rehearse` and the demonstration's end, without a lab: what is refused, and what is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from landbridge.cli import main, onstage, rehearseview
from landbridge.sandbox.rehearsing.judging import judge
from landbridge.sandbox.rehearsing.measuring import Row, measure
from landbridge.sandbox.rehearsing.scenarios import SCENARIOS
from tests.sandbox.rehearsing.played import call, event, played

PAGE = Path("docs/rehearse.md").read_text(encoding="utf-8")
DOCUMENTED: dict[str, Any] = json.loads(re.findall(r"<!-- shape: rehearse -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)[0])
Said = pytest.CaptureFixture[str]


def row(**what: Any) -> Row:  # noqa: ANN401 - any of its fields
    found = played(**what)
    return judge(measure(found), found, 45, 1)


def shown(*rows: Row, width: int = 120) -> str:
    result = {"network": "acme", "site": "tokyo", "boot_s": 45.0, "seconds": 61.0, "rows": [one.as_json() for one in rows]}
    screen = Console(file=StringIO(), width=width)
    for thing in rehearseview.table(result):
        screen.print(thing, highlight=False)
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


def test_a_site_that_there_is_not_is_refused_with_those_that_there_are(capfd: Said) -> None:
    assert main(["rehearse", "--example", "four-regions", "--site", "tokio"]) == 2
    assert capfd.readouterr().err == "no site is called 'tokio'. There are: singapore, virginia, frankfurt.\n"


def test_what_only_a_pair_can_bear_is_refused_for_a_single(capfd: Said) -> None:
    assert main(["rehearse", "--example", "four-regions", "--only", "hang", "--only", "wire"]) == 2
    assert capfd.readouterr().err == "hang, wire: that needs a pair of gateways. Name another site with --site.\n"


def test_what_there_is_not_to_break_is_refused(capfd: Said) -> None:
    assert main(["rehearse", "--only", "everything"]) == 2
    assert "'everything' is not one of" in capfd.readouterr().err


def test_the_help_names_all_that_is_broken(capfd: Said) -> None:
    main(["rehearse", "--help"])
    said = capfd.readouterr().out
    assert all(re.search(rf"^ +{one.name} +\w", said, re.MULTILINE) for one in SCENARIOS)


def test_the_page_has_every_scenario_with_its_limits() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| .*? \| .*? \| (.*) \|$", PAGE, re.MULTILINE))
    assert list(table) == [one.name for one in SCENARIOS]
    for one in SCENARIOS:
        pair, single = table[one.name].split(" | ")
        assert pair.startswith(f"{one.limits['pair'].seconds:g} s")
        assert single == "–" if "single" not in one.limits else single.startswith(f"{one.limits['single'].seconds:g} s")


def test_the_json_is_as_documented() -> None:
    printed = row(out=((0.0, 4.0),), journal=(event(0.1), call(0.5, "ec2:ReplaceRoute"))).as_json()
    assert set(DOCUMENTED) == {"network", "site", "ok", "boot_s", "seconds", "rows"}
    assert list(DOCUMENTED["rows"][0]) == list(printed)


def test_a_row_shows_what_was_felt_and_what_it_took() -> None:
    journal = (
        call(3.7, "dynamodb:PutItem", "i-1"),
        call(3.9, "ec2:ReplaceRoute"),
        call(3.95, "events:PutEvents"),
        call(4, "ec2:AssociateAddress"),
    )
    said = shown(row(out=((0.0, 4.1),), in_=((0.0, 3.9),), journal=journal))
    for word in ("✓ terminate", "3.7 claim", "3.9 / –", "4.1 / 3.9", "20 of 2,000", "alive, 4.5", "2 + 1", "1 of 1 as promised"):
        assert word in said


def test_what_was_missed_is_told_below_the_table() -> None:
    said = shown(row(), row(name="hang", out=((0.0, 9.0),), alive=False))
    assert "✗ hang (tokyo-a): traffic was back after 9 s, not 6 s" in said
    assert "✗ hang (tokyo-a): the TCP connection has not survived" in said
    assert "1 of 2 as promised" in said


def test_the_table_fits_a_hundred_columns() -> None:
    wide = replace(
        row(), by="event", detected_s=59.9, routes_s=59.9, hub_s=59.9, out_s=59.9, in_s=59.9, sent=29_999, lost=9_999, silence_s=119.9
    )
    assert all(len(line) <= 100 for line in shown(wide, width=100).splitlines())


def test_a_row_is_told_in_a_line_as_soon_as_it_is_known() -> None:
    assert rehearseview.line(row(out=((0.0, 4.0),))) == (
        "terminate: traffic back after 4.0 s, the connection lived (longest silence 4.5 s), settled after 50.0 s: as promised"
    )
    assert "no outage" in rehearseview.line(row())
    assert rehearseview.line(row(settled=None)).endswith("settled never: it hasn't settled")


def test_on_stage_each_step_is_taken_once_by_whoever_takes_it() -> None:
    launch = {**event(0.1, "aws.autoscaling"), "what": onstage.LAUNCHED, "detail": '{"EC2InstanceId": "i-2"}'}
    entries = [
        launch,
        {**launch, "at": launch["at"] + 1},
        call(0.3, "ec2:ReplaceRoute", refused=True),
        call(0.4, "ec2:ReplaceRoute"),
        call(0.5, "ec2:AssociateAddress"),
        call(0.6, "ec2:AssociateAddress", "123456789012"),
        {**event(0.7, "aws.autoscaling"), "what": onstage.IN_SERVICE},
    ]
    assert onstage.milestones(entries, launch["at"] - 0.1) == {"launched": 0.1, "routes": 0.4, "address": 0.5, "service": 0.7}
    assert onstage.replacement(entries) == "i-2"
    assert onstage.replacement([]) == ""
