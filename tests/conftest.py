"""What all tests share: a lab's machines, and laws that are tried without a time limit an example, for how long one takes says what else
the machine is doing."""

from __future__ import annotations

import pytest
from hypothesis import settings

from landbridge.findings import LandbridgeError
from landbridge.lab import launching
from landbridge.lab.guestroot import GuestRoot, guest_root

settings.register_profile("landbridge", deadline=None)
settings.load_profile("landbridge")


@pytest.fixture(scope="session")
def root() -> GuestRoot:
    """What the machines of a lab are started from; whoever asks for it is skipped where there can be no lab."""
    try:
        made = guest_root()
        launching.allowed()
    except LandbridgeError as problem:
        pytest.skip(f"no lab here: {problem}")
    return made
