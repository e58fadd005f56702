"""An estate as JSON, both ways."""

from __future__ import annotations

from pydantic import TypeAdapter

from landbridge.sandbox.following.estate import Estate

_ADAPTER = TypeAdapter(Estate)


def to_json(estate: Estate) -> bytes:
    return _ADAPTER.dump_json(estate)


def from_json(text: bytes) -> Estate:
    """Raises ValueError."""
    return _ADAPTER.validate_json(text)
