"""The border to what has no types: the emulator's objects, and answers of the API."""

from __future__ import annotations

from typing import Any, TypeAlias

Foreign: TypeAlias = Any
Props: TypeAlias = dict[str, Any]  # a resource's properties, a call's parameters, an answer
