"""The JSON Schema of the network file, for editors: they complete keys, explain them, and mark what can't be right."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from landbridge.intent.model import Network, Release

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _ForEditors(GenerateJsonSchema):
    """Leaves out what helps nobody who writes: titles made from names, and that a key may also be null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        if not isinstance(made.get("default"), (str, int)):  # a default of nothing, or a part made of defaults
            made.pop("default", None)
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - pydantic's own signature is a long union
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        return made

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        if "patternProperties" in made:
            made["additionalProperties"] = False
        return made

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        made = super().enum_schema(schema)
        if schema["cls"] is Release:
            # Unquoted, `release: 1.4` is a number to an editor; landbridge reads the text.
            made = {"description": made["description"], "enum": [*made["enum"], *(float(one) for one in made["enum"])]}
        return made


def network_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the network file, version 1."""
    return {"$schema": DIALECT, "title": "landbridge network file", **Network.model_json_schema(schema_generator=_ForEditors)}
