"""The table of what is added to the emulator, or set right in it. Each addition is a module with an `install`."""

from __future__ import annotations

from landbridge.sandbox.server import accounts
from landbridge.sandbox.server.foreign import Foreign

ADDITIONS = (accounts.install,)


def install(emulator: Foreign) -> None:  # noqa: ARG001
    """Makes every addition."""
    for add in ADDITIONS:
        add()
