"""Policies, read from their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from landbridge.sandbox.permissions.conditions import Known, UnknownError, holds
from landbridge.sandbox.permissions.patterns import filled, glob, resource_like
from landbridge.sandbox.server.foreign import Props

Principals = Mapping[str, tuple[str, ...]]  # by kind: AWS, Service, Federated


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `resources` is None where it has none, as in a trust policy: then it is about what it belongs to."""

    allows: bool
    actions: tuple[str, ...]
    but_actions: bool
    resources: tuple[str, ...] | None
    but_resources: bool
    condition: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    principals: Principals | None = None
    but_principals: bool = False
    variables: bool = True

    def about(self, action: str, resource: str, known: Known) -> bool:
        """Whether it speaks of this. A condition that can't be judged makes what it denies denied, and nothing allowed."""
        if any(glob(action.lower(), one.lower()) for one in self.actions) == self.but_actions:
            return False
        try:
            return self._of(resource, known) and holds(self.condition, known, self.variables)
        except UnknownError:
            return not self.allows

    def _of(self, resource: str, known: Known) -> bool:
        if self.resources is None:
            return True
        patterns = [filled(one, known, on=self.variables) for one in self.resources]
        if self.but_resources and None in patterns:
            raise UnknownError("a variable has no value")
        return any(one is not None and resource_like(resource, one) for one in patterns) != self.but_resources


Policy = tuple[Statement, ...]


def read(document: str | Props) -> Policy:
    """A policy's statements."""
    return _read(document) if isinstance(document, str) else _statements(document)


@lru_cache(maxsize=1024)
def _read(document: str) -> Policy:
    return _statements(json.loads(document))


def _statements(said: Props) -> Policy:
    statements = said.get("Statement") or []
    variables = said.get("Version") == "2012-10-17"
    return tuple(_statement(one, variables) for one in (statements if isinstance(statements, list) else [statements]))


def listed(value: object) -> tuple[str, ...]:
    """What may be one text or several."""
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else () if value is None else (str(value),)


def _statement(said: Props, variables: bool) -> Statement:
    who = said.get("NotPrincipal", said.get("Principal"))
    named = {"AWS": ("*",)} if who == "*" else {kind: listed(names) for kind, names in who.items()} if isinstance(who, dict) else None
    where = said.get("NotResource", said.get("Resource"))
    return Statement(
        allows=said["Effect"] == "Allow",
        actions=listed(said.get("NotAction", said.get("Action"))),
        but_actions="NotAction" in said,
        resources=None if where is None else listed(where),
        but_resources="NotResource" in said,
        condition=said.get("Condition") or {},
        principals=named,
        but_principals="NotPrincipal" in said,
        variables=variables,
    )
