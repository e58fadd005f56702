"""Filters of Describe calls, for what is described by dictionaries in the API's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from landbridge.sandbox.server.foreign import Foreign, Props


def filtered(found: Iterable[Props], filters: Mapping[str, list[str]] | None, **renamed: str) -> list[Props]:
    """Those that every filter lets through; `renamed` names the key of a filter that isn't the key in kebab-case."""
    return [one for one in found if all(_passes(one, name, values, renamed) for name, values in (filters or {}).items())]


def _passes(shown: Props, name: str, values: list[str], renamed: Mapping[str, str]) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in shown.get("Tags") or []}
    held: Foreign
    if name.startswith("tag:"):
        held = tags.get(name.removeprefix("tag:"))
    elif name == "tag-key":
        held = list(tags)
    else:
        held = shown.get(renamed.get(name.replace("-", "_"), "".join(word.capitalize() for word in name.split("-"))))
    if held is None:
        return False
    texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in (held if isinstance(held, list) else [held])]
    return any(fnmatchcase(text, value) for text in texts for value in values)


def tags_of(resource: Foreign) -> list[Props]:
    """A resource's tags, in the API's words."""
    return [{"Key": tag["key"], "Value": tag["value"]} for tag in resource.get_tags()]
