"""The network file: its schema, reading it, and saying what is wrong with it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landbridge.intent.document import Document, load, loads

__all__ = ["Document", "load", "loads"]


def __getattr__(name: str) -> object:
    # The schema takes pydantic, which takes a fifth of a second to import: what needs only `init` doesn't wait for it.
    if name in __all__:
        from landbridge.intent import document

        return getattr(document, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
