"""Availability zones: what a zone that there isn't is refused with names the Region's zones, not the world's."""

from __future__ import annotations

from landbridge.sandbox.server.foreign import Foreign


def install() -> None:
    """Shortens the emulator's list."""
    from moto.ec2.exceptions import InvalidAvailabilityZoneError

    kind: Foreign = InvalidAvailabilityZoneError
    made = kind.__init__

    def initialise(self: Foreign, asked: str | None, zones: str) -> None:
        region = (asked or "").rstrip("abcdefghijklmnopqrstuvwxyz")
        here = [zone for zone in zones.split(", ") if zone[:-1] == region]
        made(self, asked, ", ".join(here) or zones)

    kind.__init__ = initialise
