"""A network as its artifacts say it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landbridge.artifacts import read, render, write
from landbridge.findings import LandbridgeError
from landbridge.verify import reading
from landbridge.verify.network import Places, network_of
from tests.design.networks import designed, network, single, site

SITES = {
    "paris": site("10.1.0.0/16", "10.1.0.0/24", "10.1.1.0/24"),
    "tokyo": single("10.1.0.0/16", "10.1.0.0/24", "10.1.2.0/24"),
}
MADE = render(designed(network(SITES)))


def test_every_gateway_is_read_and_every_record_has_its_line(tmp_path: Path) -> None:
    write(MADE, tmp_path / "out")
    for found in (network_of(MADE), network_of(read(tmp_path / "out"), Places("out/"))):
        assert list(found.routers) == ["paris-a", "paris-b", "tokyo-a"]
        lines = (tmp_path / "out/manifest.yaml").read_text().splitlines()
        where = found.places.manifest("tokyo-a", "tunnels[0].inside")
        assert where.line is not None
        assert '"name": "tokyo-a"' in lines[where.line - 1]
        assert where.path == "tunnels[0].inside"
        assert where.file == f"{found.places.folder}manifest.yaml"


def test_rules_of_policies_have_their_lines() -> None:
    router = network_of(MADE).routers["paris-a"]
    lines = MADE.routers["paris-a"].splitlines()
    rules = [(listed.name, rule.number, rule.line) for listed in router.prefix_lists for rule in listed.rules]
    rules += [(mapped.name, rule.number, rule.line) for mapped in router.route_maps for rule in mapped.rules]
    assert rules
    assert all(f" {name} rule {number} " in lines[line - 1] for name, number, line in rules)


def test_many_texts_are_read_by_several_processes_to_the_same_end(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = network_of(MADE)
    monkeypatch.setattr(reading, "FEW", 1)
    assert network_of(MADE) == alone
    broken = replace(MADE, routers={**MADE.routers, "paris-a": "set\n", "tokyo-a": "set protocols bgp neighbor x\n"})
    with pytest.raises(LandbridgeError) as several:
        network_of(broken)
    monkeypatch.undo()
    with pytest.raises(LandbridgeError) as one:
        network_of(broken)
    assert several.value.findings == one.value.findings
    assert {finding.where.file for finding in one.value.findings if finding.where} == {"routers/paris-a.set", "routers/tokyo-a.set"}


def test_where_no_process_can_be_started_one_reads_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(reading, "FEW", 1)
    monkeypatch.setattr(reading, "_side_by_side", refuse)
    assert list(network_of(MADE).routers) == ["paris-a", "paris-b", "tokyo-a"]
