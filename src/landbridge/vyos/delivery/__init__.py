"""Delivering a configuration to a router that runs, so that it can't cut itself off.

`push` is the whole of it; `shell` (netmiko) is imported only where a router is reached over SSH.
"""

from landbridge.vyos.delivery.checking import Check
from landbridge.vyos.delivery.facts import read_facts
from landbridge.vyos.delivery.filling import Filled, fill_for
from landbridge.vyos.delivery.pushing import Outcome, Plan, plan, push
from landbridge.vyos.delivery.session import Connect, ConnectionLostError, Session

__all__ = [
    "Check",
    "Connect",
    "ConnectionLostError",
    "Filled",
    "Outcome",
    "Plan",
    "Session",
    "fill_for",
    "plan",
    "push",
    "read_facts",
]
