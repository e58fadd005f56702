"""One resource of a stack made, changed or removed: the calls of its kind, with the events around them."""

from __future__ import annotations

import time

from landbridge.sandbox.cloudformation.evaluation import Scope
from landbridge.sandbox.cloudformation.kinds import kind_of
from landbridge.sandbox.cloudformation.resolving import failure, resolved
from landbridge.sandbox.cloudformation.stack import Resource, Stack, Wanted, copy_of
from landbridge.sandbox.server.foreign import Props
from landbridge.sandbox.server.world import WORLD

TRIES = 4  # of a removal that something else still stands in the way of
REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


def properties(scope: Scope, definition: Props) -> Props:
    """A resource's properties, with every function done."""
    found: Props = scope.value(definition.get("Properties") or {})
    return found


def make(stack: Stack, wanted: Wanted, scope: Scope, name: str) -> None:
    """Makes a resource. Raises what its kind raises."""
    definition = wanted.template["Resources"][name]
    resource = Resource(name, definition["Type"], "", "", {}, definition, wanted.tags)
    with WORLD.lock:
        stack.resources[name] = resource
    stack.say("CREATE_IN_PROGRESS", resource=resource)
    try:
        resource.props = properties(scope, definition)
        _made(stack, resource)
    except Exception as problem:
        stack.say("CREATE_FAILED", failure(problem), resource)
        raise FailedError(name, failure(problem)) from problem
    stack.say("CREATE_COMPLETE", resource=resource)


class FailedError(Exception):
    """A resource that couldn't be made or changed, and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"The following resource(s) failed to create: [{name}]. ({why})")


def _made(stack: Stack, resource: Resource) -> None:
    kind = kind_of(resource.type)
    work = stack.work(resource.logical, resource.tags)
    calls = resolved(work, resource.props)
    physical = kind.create(work, calls)
    resource.physical, resource.ref = physical, kind.ref(physical)
    stack.say("CREATE_IN_PROGRESS", "Resource creation Initiated", resource)
    resource.attributes = dict(kind.attributes(work, physical, calls))


def renew(stack: Stack, wanted: Wanted, scope: Scope, resource: Resource) -> bool:
    """Brings a resource to what is wanted of it; whether another one had to take its place. Raises what its kind raises."""
    definition = wanted.template["Resources"][resource.logical]
    props = properties(scope, definition)
    changed = differences(resource, definition, props, wanted.tags)
    if not changed:
        resource.definition = definition
        return False
    kind = kind_of(definition["Type"])
    replaced = definition["Type"] != resource.type or kind.replaced(changed)
    old = copy_of(resource)
    stack.say("UPDATE_IN_PROGRESS", REPLACING if replaced else "", resource)
    try:
        if replaced:
            resource.type, resource.props, resource.definition, resource.tags = definition["Type"], props, definition, wanted.tags
            _made(stack, resource)
        else:
            assert kind.update is not None
            work = stack.work(resource.logical, wanted.tags)
            before, after = resolved(work, old.props), resolved(work, props)
            resource.props, resource.definition, resource.tags = props, definition, wanted.tags
            kind.update(work, resource.physical, before, after)
            resource.attributes = dict(kind.attributes(work, resource.physical, after))
    except Exception as problem:
        if replaced and resource.physical == old.physical:  # the other one never came to be
            resource.type, resource.props, resource.definition, resource.tags = old.type, old.props, old.definition, old.tags
        stack.say("UPDATE_FAILED", failure(problem), resource)
        raise FailedError(resource.logical, failure(problem)) from problem
    stack.say("UPDATE_COMPLETE", resource=resource)
    return replaced


def differences(resource: Resource, definition: Props, props: Props, tags: dict[str, str]) -> set[str]:
    """The properties of which the values differ; "*" where it becomes another type."""
    if definition["Type"] != resource.type:
        return {"*"}
    names = {name for name in props.keys() | resource.props.keys() if props.get(name) != resource.props.get(name)}
    return names | ({"Tags"} if tags != resource.tags and kind_of(resource.type).update is not None else set())


def remove(stack: Stack, resource: Resource) -> None:
    """Removes a resource. What is gone already is as good. Raises what its kind raises."""
    with WORLD.lock:
        if not resource.physical:
            return
    kind = kind_of(resource.type)
    work = stack.work(resource.logical)
    for tried in range(TRIES):
        try:
            kind.delete(work, resource.physical, resource.props)
            return
        except Exception as problem:
            code = getattr(problem, "response", {}).get("Error", {}).get("Code", "")
            if code in kind.gone or code.endswith((".NotFound", "NotFoundException", "NoSuchEntity")):
                return
            if tried == TRIES - 1 or code not in ("DependencyViolation", "DeleteConflict", "ResourceInUse", "ResourceInUseFault"):
                raise
        time.sleep(0.25 * 2**tried)
