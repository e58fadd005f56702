"""A lab's answers as tables for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from rich.console import Console, RenderableType

from landbridge.cli.labview import MOST_BAD, probes_view, seconds_view, status_view


def _text(things: Iterable[RenderableType], width: int = 80) -> str:
    console = Console(width=width, markup=False, emoji=False, color_system=None)
    with console.capture() as captured:
        for thing in things:
            console.print(thing, highlight=False)
    return captured.get()


def _probe(source: str, destination: str, **words: object) -> dict[str, Any]:
    good = {"address": "10.0.1.10", "protocol": "icmp", "seen": "10.0.1.10", "ok": True, "rtt_ms": 1.0}
    return {"from": source, "to": destination, **good, **words}


def _tunnel(**words: object) -> dict[str, Any]:
    good = {"name": "singapore-a-1", "gateway": "singapore-a", "interface": "vti0", "ike": "ESTABLISHED", "bytes_in": 34820,
            "bytes_out": 61383, "bgp": "Established", "prefixes_received": 9, "prefixes_sent": 4, "up": True}  # fmt: skip
    return {**good, **words}


def _status(**words: object) -> dict[str, Any]:
    answer = {"network": "four-regions", "ok": True, "machines": [], "tunnels": [_tunnel()], "pairs": [], "faults": {}}
    return {**answer, **words}


def test_probes_are_a_matrix_of_sites_in_one_order_both_ways() -> None:
    names = ("oregon-1", "singapore-1", "singapore-2", "virginia-1")
    text = _text(probes_view([_probe(one, other) for one in names for other in names if one.split("-")[0] != other.split("-")[0]]))
    lines = [line.split() for line in text.splitlines() if line.strip()]
    assert lines[0] == ["from", "\\", "to", "oregon", "singapore", "virginia"]
    assert lines[3] == ["singapore", "2/2", "✓", "·", "2/2", "✓"]
    assert text.endswith("✓ 10 of 10 probes good, 10 ordered pairs of hosts\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"seen": None, "rtt_ms": None}, "nothing arrived"),
        ({"seen": "172.88.88.10", "rtt_ms": None}, "arrived from 172.88.88.10, no answer came back"),
        ({"seen": "172.88.88.10"}, "arrived from 172.88.88.10, which isn't the source's global address"),
    ],
)
def test_of_a_probe_that_failed_it_is_said_how(words: dict[str, object], said: str) -> None:
    text = _text(probes_view([_probe("singapore-4", "virginia-4", ok=False, **words)]), 200)
    assert f"✗ singapore-4 → virginia-4 (10.0.1.10), icmp: {said}" in text
    assert "0/1 ✗" in text
    assert "✗ 0 of 1 probes good" in text


def test_of_many_probes_that_failed_the_first_are_listed_and_the_rest_counted() -> None:
    text = _text(probes_view([_probe(f"singapore-{number}", "virginia-1", ok=False, seen=None, rtt_ms=None) for number in range(1, 51)]))
    assert text.count("nothing arrived") == MOST_BAD
    assert f"… and {50 - MOST_BAD} more; --json has all." in text


def test_no_probes_are_a_table_without_rows() -> None:
    assert "0 of 0 probes good" in _text(probes_view([]))


def test_a_status_shows_every_tunnel_and_counts_those_that_are_up() -> None:
    text = _text(status_view(_status(tunnels=[_tunnel(), _tunnel(name="singapore-a-2", ike="NO CHILD", up=False)])))
    assert "✓ singapore-a-1" in text
    assert "34,820 / 61,383" in text
    assert "✗ singapore-a-2" in text
    assert "four-regions: 1 of 2 tunnels up, with their BGP sessions" in text


def test_a_status_says_which_machines_are_not_up_what_they_complain_of_and_what_was_broken() -> None:
    machines = [
        {"name": "oregon", "state": "up", "complaints": ["swanctl: [red]no such file[/red]"]},
        {"name": "singapore-a", "state": "hung", "complaints": []},
    ]
    text = _text(status_view(_status(machines=machines, faults={"singapore-a": "hung"})))
    assert "✗ singapore-a is hung" in text
    assert "✗ oregon" not in text
    assert "oregon: swanctl: [red]no such file[/red]" in text
    assert "broken singapore-a: hung" in text


def test_the_timeline_says_what_each_moment_was() -> None:
    text = _text(seconds_view({"fabric": 0.17, "reachable": 4.54, "unheard-of": 5.0}))
    assert [" ".join(line.split()) for line in text.splitlines() if line.strip()] == [
        "0.2 s namespaces, wires, filters",
        "4.5 s every pair of hosts reached once",
        "5.0 s unheard-of",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    probes = [_probe(f"frankfurt-{number}", f"singapore-{number}", ok=False, seen=None) for number in range(9)]
    text = _text([*probes_view(probes), *status_view(_status()), *seconds_view({"fabric": 1.0})], width)
    assert max(map(len, text.splitlines())) <= width
