"""The JSON Schema says of a file what landbridge says of it, and explains every key."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from landbridge.intent.schema import network_schema
from landbridge.intent.templates import EXAMPLES, example
from tests.intent.networks import RIGHT, changed

SCHEMA = network_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_valid_to_an_editor(name: str) -> None:
    VALIDATOR.validate(yaml.safe_load(example(name)))


def test_an_unquoted_release_is_valid_to_an_editor() -> None:
    VALIDATOR.validate(yaml.safe_load(RIGHT))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asn: 65200", "ans: 65200"),
        ("network: acme", "network: Acme Inc"),
        ("  virginia:", "  Virginia Beach:"),
        ("asn: 65200", "asn: 0"),
        ("10.1.0.0/24", "10.1.0.0/29"),
        ("169.254.12.76/30", "169.254.12.76/29"),
        ("single", "singel"),
        ("release: 1.4", "release: 1.6"),
        ("zone: a", "zone: us-east-1a"),
        ("[10.1.0.0/16]", "[]"),
        ("version: 1\n", ""),
    ],
)
def test_what_landbridge_refuses_by_shape_an_editor_marks(old: str, new: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(yaml.safe_load(changed(old, new)))


def test_every_key_is_explained() -> None:
    unexplained = [name for name, key in _keys(SCHEMA) if not key.get("description")]
    assert not unexplained


def _keys(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    parts = [schema, *schema["$defs"].values()]
    written = [(name, key) for part in parts for name, key in part.get("properties", {}).items()]
    return [(name, {**SCHEMA["$defs"].get(str(key.get("$ref")).rpartition("/")[2], {}), **key}) for name, key in written]
