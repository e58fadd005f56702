"""An embedded AWS: the API emulator in a process of its own, with what it lacks.

Any AWS client talks to it at `Sandbox.endpoint`. docs/sandbox.md says which behaviour of AWS it follows, and what it doesn't have.
"""

from landbridge.sandbox.running import Quotas, Sandbox, environment, folder_of, reset, running, start, stop
from landbridge.sandbox.telling import Learnt, journal, set_deliveries, set_key, set_region, set_throttle, set_tunnel

__all__ = [
    "Learnt",
    "Quotas",
    "Sandbox",
    "environment",
    "folder_of",
    "journal",
    "reset",
    "running",
    "set_deliveries",
    "set_key",
    "set_region",
    "set_throttle",
    "set_tunnel",
    "start",
    "stop",
]
