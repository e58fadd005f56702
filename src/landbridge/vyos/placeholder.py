"""Placeholders: what only a deployed cloud, or the lab, can say, as it stands in a router's text: `${psk:singapore-a-1}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from landbridge.findings import LandbridgeError, Where, error

PLACEHOLDER = re.compile(r"\$\{([a-z]+:[A-Za-z0-9-]+)\}")

# A placeholder without quotes (a peer's name, a next hop) takes a word that needs none. In quotes, too, nothing may come in that could
# end a word, open a quote or be expanded.
_UNQUOTED = re.compile(r"(?<!')" + PLACEHOLDER.pattern)
_BARE = re.compile(r"[A-Za-z0-9_.:/@+=,%-]+")
_VALUE = re.compile(r"[!%-&(-\[\]-_a-~][!#%-&(-\[\]-_a-~]*")


def placeholders(text: str) -> set[str]:
    """The names of the placeholders in a text, such as `psk:singapore-a-1`."""
    return set(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str], file: str = "router") -> str:
    """The text with every placeholder replaced by its value (`values` by name, as `placeholders` gives them).

    Raises LandbridgeError with every placeholder that has no value, and every value that could be more than one word of a command.
    The findings name placeholders, never values: those may be secrets.
    """
    findings = []
    missing = placeholders(text) - values.keys()
    bare = set(_UNQUOTED.findall(text))
    if missing:
        for number, line in enumerate(text.split("\n"), 1):
            findings += [
                error("name", f"nothing is known for ${{{name}}}.", Where(file, number), "Give it a value, or render the router again.")
                for name in PLACEHOLDER.findall(line)
                if name in missing
            ]
    findings += [
        error(
            "syntax",
            f"the value for ${{{name}}} can't stand in a configuration.",
            Where(file),
            "Use printable ASCII without spaces, quotes, $ and \\.",
        )
        for name in sorted(placeholders(text) - missing)
        if not (_BARE if name in bare else _VALUE).fullmatch(values[name])
    ]
    if findings:
        raise LandbridgeError(*findings)
    return PLACEHOLDER.sub(lambda match: values[match[1]], text)
