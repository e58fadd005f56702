"""What the emulator looks up anew at every call though it never changes: remembered, for otherwise it takes most of a call's time."""

from __future__ import annotations

from functools import cache


def remember() -> None:
    """From now on its modules are listed once, and the methods of each service's class too. What adds methods must have done so."""
    from moto import backends
    from moto.core import responses, utils

    modules = frozenset(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    setattr(responses, "method_names_from_class", cache(utils.method_names_from_class))  # noqa: B010 - it isn't its own name there
