"""A rendered configuration filled in for a router that runs: by facts, by secrets, and by what the router has already."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from landbridge.findings import LandbridgeError, error
from landbridge.vyos.placeholder import PLACEHOLDER, fill, placeholders
from landbridge.vyos.text import parse
from landbridge.vyos.tree import Tree

SECRET = "psk:"
HIDDEN = "****"
# Leaves whose values are never shown, whoever set them
_SECRET_LEAVES = frozenset(
    ("pre-shared-secret", "secret", "key", "password", "plaintext-password", "encrypted-password", "shared-secret", "md5")
)

Ask = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """The wanted configuration without placeholders. `kept` are those that took what the router has; `secrets` are never to be shown."""

    tree: Tree = field(repr=False)
    kept: tuple[str, ...]
    secrets: frozenset[str] = field(repr=False)


def fill_for(text: str, live: Tree, facts: Mapping[str, str], ask: Ask, file: str, prompt: Ask = lambda _: None) -> Filled:
    """The rendered `text` filled in for a router whose configuration is `live`.

    `ask` gives the key of a tunnel, or None; then the router's own is kept; where it has none, somebody is asked by `prompt`. What is
    known to nobody is an error, all at once.
    """
    values = {name: value for name, value in facts.items() if name in placeholders(text)}
    given = {name: ask(name.removeprefix(SECRET)) for name in sorted(placeholders(text)) if name.startswith(SECRET)}
    values.update((name, value) for name, value in given.items() if value is not None)
    kept: dict[str, str] = {}
    while found := _kept(parse(_partly(text, {**values, **kept}), file), live, values.keys() | kept.keys()):
        kept |= found
    unknown = sorted(placeholders(text) - values.keys() - kept.keys())
    typed = {name: prompt(name.removeprefix(SECRET)) for name in unknown if name.startswith(SECRET)}
    values.update((name, value) for name, value in typed.items() if value is not None)
    missing = [name for name in unknown if name not in values]
    if missing:
        raise LandbridgeError(*(error("name", f"nothing is known for ${{{name}}}, and the router has nothing there.", None, _remedy(name))
                                for name in missing))  # fmt: skip
    values.update(kept)
    tree = parse(fill(text, values, file), file)
    secrets = frozenset(value for name, value in values.items() if name.startswith(SECRET))
    return Filled(tree, tuple(sorted(kept)), secrets)


def hide(command: str, secrets: frozenset[str]) -> str:
    """A command as it may be shown."""
    for secret in secrets:
        command = command.replace(secret, HIDDEN)
    words = command.split(" ")
    for at, word in enumerate(words[1:-1], 1):
        if word in _SECRET_LEAVES and at == len(words) - 2:
            return " ".join((*words[:-1], HIDDEN))
    return command


def _remedy(name: str) -> str:
    kind, _, of = name.partition(":")
    if name.startswith(SECRET):
        return f"Set {variable(of)}, or use --secrets-command, or answer when asked."
    return f"Write it into the file of --facts: `{kind}: {{{of}: ADDRESS}}`."


def variable(tunnel: str) -> str:
    """The environment's name for a tunnel's key."""
    return f"LANDBRIDGE_PSK_{re.sub('[^A-Z0-9]', '_', tunnel.upper())}"


def _partly(text: str, values: Mapping[str, str]) -> str:
    """The text with the placeholders that are known already."""
    known = {name: values[name] for name in placeholders(text) & values.keys()}
    fill("".join(f"${{{name}}}" for name in known), known)  # that a value may stand there is checked in one place
    return PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)


def _kept(wanted: Tree, live: Tree, known: set[str]) -> dict[str, str]:
    """The placeholders that are a leaf's whole value where the router has one, and the same wherever it has."""
    found: dict[str, set[str]] = {}
    for path in wanted.paths():
        match = PLACEHOLDER.fullmatch(path[-1])
        if match is None or match[1] in known or PLACEHOLDER.search(" ".join(path[:-1])):
            continue
        own = live.values(*path[:-1])
        if len(own) == 1 and not any(below.children for below in (live.get(*path[:-1]) or Tree()).children.values()):
            found.setdefault(match[1], set()).add(own[0])
    return {name: values.pop() for name, values in found.items() if len(values) == 1}
