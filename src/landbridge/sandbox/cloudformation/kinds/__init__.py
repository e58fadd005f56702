"""The types of resources that there are. One table, made of the modules' own."""

from __future__ import annotations

from landbridge.sandbox.cloudformation.kind import Kind
from landbridge.sandbox.cloudformation.kinds import access, address, compute, function, hub, store, traffic, vpc, watch
from landbridge.sandbox.cloudformation.template import InvalidError

KINDS: dict[str, Kind] = {
    kind.type: kind for module in (access, address, compute, function, hub, store, traffic, vpc, watch) for kind in module.KINDS
}


def kind_of(name: str) -> Kind:
    """The type's. Raises Invalid."""
    if name not in KINDS:
        raise InvalidError(f"Template format error: Unrecognized resource types: [{name}]")
    return KINDS[name]
