"""A template as text that a person reads: YAML in the order it was written, with CloudFormation's own short tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from troposphere import Output, Parameter, Template

_SECTIONS = ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Resources", "Outputs")
_ATTRIBUTES = ("Type", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Properties")


def new_template(description: str, metadata: Mapping[str, Any] | None = None) -> Template:
    """An empty template; `metadata` is what landbridge's own commands read in it."""
    template = Template(Description=description)
    template.set_version("2010-09-09")
    if metadata:
        template.set_metadata({"landbridge": dict(metadata)})
    return template


def add_parameter(template: Template, name: str, description: str, kind: str = "String", **more: str) -> None:
    template.add_parameter(Parameter(name, Type=kind, Description=description, **more))


def add_output(template: Template, name: str, description: str, value: object) -> None:
    template.add_output(Output(name, Description=description, Value=value))


def template_text(template: Template) -> str:
    """The template's YAML."""
    plain = _ordered(template.to_dict(), _SECTIONS)
    plain["Resources"] = {name: _ordered(resource, _ATTRIBUTES) for name, resource in plain["Resources"].items()}
    return yaml.dump(plain, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def _ordered(value: Mapping[str, Any], order: tuple[str, ...]) -> dict[str, Any]:
    return {key: value[key] for key in (*order, *(key for key in value if key not in order)) if key in value}


class _Dumper(yaml.SafeDumper):
    """YAML with `!Ref` and its like, long texts as blocks, and no anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the name is yaml's
        return True

    def choose_scalar_style(self) -> str:
        """Names need no quotes, though a tag stands before them."""
        event = self.event
        if isinstance(event, yaml.ScalarEvent) and event.tag in ("!Ref", "!GetAtt") and ":" not in event.value:
            return ""
        return str(super().choose_scalar_style() or "")


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _mapping(dumper: _Dumper, value: dict[str, Any]) -> yaml.Node:
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return dumper.represent_scalar("!Ref", argument)
        if function == "Fn::GetAtt" and all(isinstance(part, str) for part in argument):
            return dumper.represent_scalar("!GetAtt", ".".join(argument))
        if function == "Fn::Sub" and isinstance(argument, str):
            return dumper.represent_scalar("!Sub", argument, style="|" if "\n" in argument else None)
        if function in ("Fn::Select", "Fn::Split", "Fn::Join"):
            return dumper.represent_sequence(f"!{function.removeprefix('Fn::')}", argument, flow_style=True)
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=False)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _mapping)
