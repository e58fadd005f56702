"""What a change set says: which resources would be added, modified or removed, and for what another one must be made."""

from __future__ import annotations

import json
from collections.abc import Iterator

from landbridge.sandbox.cloudformation.evaluation import Scope
from landbridge.sandbox.cloudformation.kinds import kind_of
from landbridge.sandbox.cloudformation.resolving import attribute_of, scope_of
from landbridge.sandbox.cloudformation.stack import Resource, Stack, Wanted
from landbridge.sandbox.cloudformation.steps import properties
from landbridge.sandbox.cloudformation.template import order, references
from landbridge.sandbox.server.foreign import Foreign, Props

_UNKNOWN = "{{known after deployment: "


def changes_of(stack: Stack, wanted: Wanted) -> list[Props]:
    """The changes, in the order of the resources' names, as DescribeChangeSet gives them."""
    found: dict[str, Props] = {}
    scope = _Forecast(stack, wanted, found).scope()
    resources = wanted.template["Resources"]
    names = order(wanted.template, {name for name, resource in resources.items() if scope.there(resource)})
    for name in names:
        definition = resources[name]
        kind_of(definition["Type"])
        held = stack.resources.get(name)
        if held is None:
            properties(scope, definition)  # what is wrong in it is wrong now
            found[name] = _change("Add", name, definition["Type"])
            continue
        details = list(_details(stack, wanted, scope, held, definition, found))
        if details:
            found[name] = _modified(held, definition, details)
    for name, held in stack.resources.items():
        if name not in names:
            found[name] = _change("Remove", name, held.type, held)
    return [{"Type": "Resource", "ResourceChange": found[name]} for name in sorted(found)]


class _Forecast:
    """What names will mean: as they do now, or not known for what is added or replaced."""

    def __init__(self, stack: Stack, wanted: Wanted, found: dict[str, Props]) -> None:
        self.stack = stack
        self.wanted = wanted
        self.found = found

    def scope(self) -> Scope:
        real = scope_of(self.stack, self.wanted)
        return Scope(self.wanted.template, self.wanted.values, real.pseudo, self.ref, self.attribute, real.exports)

    def ref(self, name: str) -> Foreign:
        held = self.stack.resources.get(name)
        replacement = self.found.get(name, {}).get("Replacement", "False")
        return held.ref if held is not None and replacement != "True" else f"{_UNKNOWN}{name}}}}}"

    def attribute(self, name: str, attribute: str) -> Foreign:
        held = self.stack.resources.get(name)
        if held is None or name in self.found:
            return f"{_UNKNOWN}{name}.{attribute}}}}}"
        return attribute_of(held.attributes, attribute, held.type)


def _details(stack: Stack, wanted: Wanted, scope: Scope, held: Resource, definition: Props, found: dict[str, Props]) -> Iterator[Props]:
    props = properties(scope, definition)
    kind = kind_of(held.type)
    for name in sorted(props.keys() | held.props.keys()):
        if props.get(name) == held.props.get(name):
            continue
        recreation = "Always" if kind.replaced({name}) else "Never"
        target = {"Attribute": "Tags" if name == "Tags" else "Properties", "RequiresRecreation": recreation}
        if name != "Tags":
            target["Name"] = name
        given = (definition.get("Properties") or {}).get(name)
        before = (held.definition.get("Properties") or {}).get(name)
        yield from _causes(stack, wanted, target, given, before, _UNKNOWN in json.dumps(props.get(name), default=str), found)
    if wanted.tags != held.tags and kind.update is not None and props.get("Tags") == held.props.get("Tags"):
        target = {"Attribute": "Tags", "RequiresRecreation": "Never"}
        yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
    for name in ("DeletionPolicy", "UpdateReplacePolicy", "Metadata"):
        if definition.get(name) != held.definition.get(name):
            target = {"Attribute": name, "RequiresRecreation": "Never"}
            yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def _causes(
    stack: Stack, wanted: Wanted, target: Props, given: Foreign, before: Foreign, unknown: bool, found: dict[str, Props]
) -> Iterator[Props]:
    """A changed property's reasons: the template's own text, a parameter, another resource."""
    told = False
    old = stack.wanted.parameters if stack.wanted is not None else {}
    for name, attribute in dict.fromkeys(references(given)):
        entity = f"{name}.{attribute}" if attribute else name
        if name in found and found[name]["Action"] != "Remove" and unknown:
            told = True
            source = "ResourceAttribute" if attribute else "ResourceReference"
            yield {"Target": target, "Evaluation": "Dynamic", "ChangeSource": source, "CausingEntity": entity}
        elif name in wanted.parameters and wanted.parameters[name] != old.get(name):
            told = True
            yield {"Target": target, "Evaluation": "Static", "ChangeSource": "ParameterReference", "CausingEntity": entity}
    if given != before or not told:
        yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def _modified(held: Resource, definition: Props, details: list[Props]) -> Props:
    change = _change("Modify", held.logical, definition["Type"], held)
    recreations = {(one["Target"]["RequiresRecreation"], one["Evaluation"]) for one in details}
    if definition["Type"] != held.type or ("Always", "Static") in recreations:
        replacement = "True"
    else:
        replacement = "Conditional" if ("Always", "Dynamic") in recreations else "False"
    change |= {"Replacement": replacement, "Details": details}
    change["Scope"] = sorted({one["Target"]["Attribute"] for one in details})
    if replacement == "True":
        kept = held.definition.get("UpdateReplacePolicy") in ("Retain", "RetainExceptOnCreate")
        change["PolicyAction"] = "ReplaceAndRetain" if kept else "ReplaceAndDelete"
    return change


def _change(action: str, name: str, kind: str, held: Resource | None = None) -> Props:
    change: Props = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Scope": [], "Details": []}
    if held is not None:
        change["PhysicalResourceId"] = held.physical
    if action == "Remove" and held is not None:
        kept = held.definition.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate")
        change["PolicyAction"] = "Retain" if kept else "Delete"
    return change
