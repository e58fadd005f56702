"""What all tests share: laws are tried without a time limit an example, for how long one takes says what else the machine is doing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("landbridge", deadline=None)
settings.load_profile("landbridge")
