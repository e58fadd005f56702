"""Templates and their text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import Output, Parameter, Template

from landbridge.aws.stacks.notation import notation

_SECTIONS = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources", "Outputs")
_ATTRIBUTES = ("Type", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Properties")


def new_template(description: str) -> Template:
    """An empty template."""
    template = Template(Description=description)
    template.set_version("2010-09-09")
    return template


def add_metadata(template: Template, metadata: Mapping[str, Any]) -> None:
    """What landbridge's own commands read in a template, and what it leaves to people."""
    template.set_metadata({"landbridge": dict(metadata)})


def add_parameter(template: Template, name: str, description: str, kind: str = "String", **more: str) -> None:
    template.add_parameter(Parameter(name, Type=kind, Description=description, **more))


def add_output(template: Template, name: str, description: str, value: object) -> None:
    template.add_output(Output(name, Description=description, Value=value))


def template_text(template: Template) -> str:
    """The template's YAML."""
    plain = _ordered(template.to_dict(), _SECTIONS)
    plain["Resources"] = {name: _ordered(resource, _ATTRIBUTES) for name, resource in plain["Resources"].items()}
    return notation(plain)


def _ordered(value: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in (*order, *(key for key in value if key not in order)) if key in value}
