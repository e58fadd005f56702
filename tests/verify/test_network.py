"""A network as its artifacts say it is."""

from __future__ import annotations

from pathlib import Path

from landbridge.artifacts import read, render, write
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
