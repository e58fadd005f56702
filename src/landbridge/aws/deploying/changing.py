"""What a deployment would do: change sets of the stacks that are there, the templates of those that aren't."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from landbridge.aws.calling import Cloud
from landbridge.aws.deploying import changeset
from landbridge.aws.deploying.accounts import tell_apart
from landbridge.aws.deploying.changeset import Wanted
from landbridge.aws.deploying.graph import building, order, removing
from landbridge.aws.deploying.ground import Ground, place
from landbridge.aws.deploying.joining import joining
from landbridge.aws.deploying.model import Plan, StackChange, TableChange
from landbridge.aws.deploying.outdated import image_of, outdated
from landbridge.aws.deploying.settling import refuse_foreign, template_argument
from landbridge.aws.deploying.stack import Patience, Stack, look
from landbridge.aws.deploying.states import step, way_out
from landbridge.aws.deploying.survey import Found, record_of, survey
from landbridge.aws.deploying.template import loose_outputs, resources
from landbridge.aws.deploying.values import look_up, resolve
from landbridge.aws.deploying.walking import walk
from landbridge.aws.model import Output, Outside, StackPlan
from landbridge.findings import LandbridgeError

POLL_S = 1.0


def changes(cloud: Cloud, ground: Ground, poll_s: float = POLL_S) -> Plan:
    """What deploying would do now, and change nothing. Raises LandbridgeError with all that is in the way."""
    graph = building(ground.plans)
    tell_apart(cloud, ground.places)
    record = record_of(cloud, ground)
    found = survey(cloud, ground.network, (*ground.places, *(record.places() if record else ())))
    planning = _Planning(cloud, ground, found, Patience(threading.Event(), poll_s))
    planned = walk(graph, planning.change, planning.patience.stop)
    if planned.failed:
        raise LandbridgeError(*dict.fromkeys(finding for problem in planned.failed.values() for finding in problem.findings))
    gone = removed(ground, found)
    stacks = (*(planned.done[name] for name in order(graph)), *(_goes(found[name]) for name in gone))
    launched = [(ground.plan(name), image) for name, image in planning.images.items()]
    return Plan(ground.network, stacks, tuple(one.finding() for one in outdated(cloud, ground.network, launched)))


def removed(ground: Ground, found: Mapping[str, Found]) -> list[str]:
    """The stacks of the network that are no longer planned, in the order in which they can go."""
    planned = {plan.name for plan in ground.plans}
    return order(removing({name: one.kind for name, one in found.items() if name not in planned}))


def _goes(found: Found) -> StackChange:
    return StackChange(found.stack.name, found.kind, found.owner, found.place, "destroy")


class _Planning:
    """One look at a network: what each stack's change may do to the outputs that others take."""

    def __init__(self, cloud: Cloud, ground: Ground, found: Mapping[str, Found], patience: Patience) -> None:
        self.cloud, self.ground, self.patience = cloud, ground, patience
        self._found = found
        self._loose: dict[str, frozenset[str] | None] = {}  # a stack's outputs that may change; None: all of them
        self.images: dict[str, str] = {}  # what a stack of gateways would launch

    def change(self, name: str) -> StackChange:
        plan = self.ground.plan(name)
        there = place(plan)
        found = self._found.get(name)
        stack = found.stack if found else look(self.cloud, there, name)  # one that isn't ours may have the name
        if stack is not None:
            refuse_foreign(stack, self.ground.network, there)
        after = self._after(plan)
        match step(stack.status if stack else None):
            case "stuck":
                assert stack is not None
                raise LandbridgeError(way_out(stack.name, stack.status, stack.reason, there))
            case "create" | "remove":
                self._loose[name] = None
                look_up(self.cloud, plan)
                tables = self._tables(plan, None)
                return StackChange(name, plan.kind, plan.owner, there, "create", resources(plan.template), after=after, tables=tables)
            case "wait":  # left by an interrupted deployment: it is waited for when it is deployed
                self._loose[name] = None
                return StackChange(name, plan.kind, plan.owner, there, "update", (), (), (*after, name))
        assert stack is not None
        change = replace(self._update(plan, stack, after), tables=self._tables(plan, stack))
        self._loose[name] = loose_outputs(plan.template, change.resources)
        return change

    def _tables(self, plan: StackPlan, stack: Stack | None) -> tuple[TableChange, ...]:
        return joining(self.cloud, self.ground.network, plan, stack) if plan.joined else ()

    def _after(self, plan: StackPlan) -> tuple[str, ...]:
        """The stacks whose outputs this one takes and that may have other ones once they have changed."""
        late = []
        for source in plan.parameters.values():
            if isinstance(source, Output | Outside):
                loose = self._loose[source.stack]
                if loose is None or source.key in loose or self._stack(source.stack, source.key) is None:
                    late.append(source.stack)
        return tuple(dict.fromkeys(late))

    def _stack(self, name: str, key: str) -> str | None:
        found = self._found.get(name)
        return found.stack.outputs.get(key) if found else None

    def _update(self, plan: StackPlan, stack: Stack, after: tuple[str, ...]) -> StackChange:
        there = place(plan)
        lookup = self._lookup
        values = resolve(self.cloud, self.ground, plan, lookup, stack, store=False)
        if image := image_of(values.known):
            self.images[plan.name] = image
        keep = tuple(name for name in values.waiting if name in stack.parameters)
        changed = tuple(name for name, value in values.known.items() if stack.parameters.get(name) not in (value, "****"))
        if len(keep) < len(values.waiting):  # a value that nobody can know yet
            return StackChange(plan.name, plan.kind, plan.owner, there, "update", (), changed, after)
        wanted = Wanted(template_argument(self.cloud, self.ground, plan, lookup), values.known, self.ground.stack_tags(plan))
        made = changeset.create(self.cloud, there, stack, wanted, keep, self.patience)
        if made is None:
            return StackChange(plan.name, plan.kind, plan.owner, there, "keep", (), (), after)
        changeset.discard(self.cloud, there, stack, made.id)
        return StackChange(plan.name, plan.kind, plan.owner, there, "update", made.resources, changed, after)

    def _lookup(self, name: str) -> Stack | None:
        found = self._found.get(name)
        return found.stack if found else None
