"""In which line of the manifest each record is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import yaml
from hypothesis import given, settings

from landbridge.artifacts import render
from landbridge.artifacts.encoding import manifest_lines, manifest_text
from landbridge.artifacts.lines import lines_of
from tests.design.networks import Data, designed, network, single
from tests.design.test_laws import networks


@given(networks())
@settings(max_examples=30, deadline=None)
def test_the_lines_of_what_is_rendered_are_those_of_its_records(data: Data) -> None:
    made = render(designed(data))
    text = manifest_text(made.manifest)
    assert made.lines == lines_of(made.manifest, text) == manifest_lines(made.manifest)
    lines = text.splitlines()
    for name, line in made.lines.items():
        assert json.loads(lines[line - 1].rstrip(","))["name"] == name


@given(networks())
@settings(max_examples=20, deadline=None)
@pytest.mark.parametrize("sort", [True, False])
@pytest.mark.parametrize("flow", [True, False, None])
def test_they_are_found_in_any_layout(sort: bool, flow: bool | None, data: Data) -> None:
    made = render(designed(data))
    text = yaml.safe_dump(json.loads(manifest_text(made.manifest)), sort_keys=sort, default_flow_style=flow)
    lines = text.splitlines()
    found = lines_of(made.manifest, text)
    assert found.keys() == made.lines.keys()
    assert all(f"name: {name}" in lines[line - 1] for name, line in found.items())


def test_a_manifest_without_vpcs_has_its_gateways_where_they_are() -> None:
    made = render(designed(network({"tokyo": single("10.1.0.0/16", "10.1.0.0/24")})))
    bare = replace(made.manifest, vpcs=())
    assert manifest_lines(bare) == lines_of(bare, manifest_text(bare)) == {"tokyo-a": 8}
