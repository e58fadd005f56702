"""Drift of routers: what a router runs against what it should run. Only looked at; nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Protocol

from landbridge.findings import Finding, LandbridgeError, Where, error
from landbridge.vyos.comparing import Command, diff, without_secret
from landbridge.vyos.delivery import ConnectionLostError, Session, fill_for
from landbridge.vyos.delivery.filling import hide
from landbridge.vyos.owning import ownership
from landbridge.vyos.text import parse, print_set
from landbridge.vyos.tree import Tree

PREPENDS = (("as-path-prepend",), ("as-path", "prepend"))  # up to 1.3, from 1.4: below `set` of a route-map's rule


class Reader(Protocol):
    """Who reaches routers."""

    def connect(self, gateway: str, address: str) -> Session:
        """A session with a gateway's router. Raises LandbridgeError or ConnectionLostError where it can't be had."""


@dataclass(frozen=True, slots=True)
class RouterDrift:
    """What of a router isn't as it should be. `asked` is False where it couldn't be reached, and `findings` say why.

    `changes` are the commands that would mend it, keys hidden. `text` is its text as it runs, with placeholders where it has what they
    stand for: for `verify`.
    """

    gateway: str
    asked: bool
    changes: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    text: str | None = field(default=None, repr=False)


def router_drift(gateway: str, release: str, text: str, values: Mapping[str, str], reader: Reader) -> RouterDrift:
    """Compare one router with its rendered `text`; `values` are the addresses that its placeholders stand for."""
    address = values.get(f"eip:{gateway}")
    if address is None:
        return _unasked(gateway, "it has no Elastic IP", "See above.")
    try:
        with closing(reader.connect(gateway, address)) as session:
            live, runs = session.live(), session.release
    except ConnectionLostError as lost:
        return _unasked(gateway, f"{address} can't be reached ({lost})", "See the way there, and whom its security group lets in.")
    except LandbridgeError as problem:
        return RouterDrift(gateway, False, findings=problem.findings)
    if runs != release:
        message = f"{gateway} runs VyOS {runs}, and the file says {release}."
        return RouterDrift(gateway, True, findings=(error("release", message, Where(gateway), "Change the file, or the image."),))
    return compared(gateway, text, values, live)


def compared(gateway: str, text: str, values: Mapping[str, str], live: Tree) -> RouterDrift:
    """What a router that runs `live` should have otherwise. Pure. A key that it has is the right one: nobody here knows it."""
    try:
        filled = fill_for(text, live, values, lambda _: None, gateway)
        commands = diff(_without_prepends(live), _without_prepends(filled.tree), ownership(live, filled.tree, gateway))
    except LandbridgeError as problem:
        said = tuple(Finding("drift", one.severity, one.message, one.where or Where(gateway), one.remedy) for one in problem.findings)
        return RouterDrift(gateway, True, findings=said)
    shown = tuple(hide(str(one), filled.secrets) for one in commands)
    findings = tuple(
        error("drift", f"{gateway} isn't as it should be: it wants `{one}`.", Where(gateway), f"`landbridge push FILE {gateway}`.")
        for one in shown
    )
    return RouterDrift(gateway, True, shown, filled.kept, findings, _as_rendered(text, filled.tree, live, commands, gateway))


def _without_prepends(tree: Tree) -> Tree:
    """Prepends follow the role, never the rendered text (docs/vyos.md, Roles)."""
    left = Tree()
    for path in tree.paths():
        if path[:2] != ("policy", "route-map") or not any(path[6 : 6 + len(words)] == words for words in PREPENDS):
            left.set(*path)
    return left


def _as_rendered(text: str, filled: Tree, live: Tree, commands: Sequence[Command], gateway: str) -> str | None:
    """The text that the router runs, as far as it is ours, with the placeholders of the rendered one: the commands turned round."""
    rendered = parse(text, gateway)
    wanted, got = list(rendered.paths()), list(filled.paths())
    if len(wanted) != len(got):
        return None  # two placeholders stand for one address: nobody can tell which is which
    names = dict(zip(got, wanted, strict=True))
    missing = {names.get(one.path, one.path) for one in commands if one.verb == "set"}
    left = Tree()
    for path in wanted:
        if path not in missing:
            left.set(*path)
    for one in commands:
        if one.verb == "delete":
            for path in live.paths():
                if path[: len(one.path)] == one.path and not filled.has(*path):
                    left.set(*without_secret(Command("set", path)).path)
    return print_set(left)


def _unasked(gateway: str, why: str, remedy: str) -> RouterDrift:
    return RouterDrift(gateway, False, findings=(error("router", f"{gateway} wasn't asked: {why}.", Where(gateway), remedy),))
