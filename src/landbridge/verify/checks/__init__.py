"""The checks: each a function from a network to findings, registered with its code and the meaning of what it finds."""

from landbridge.verify.checks.registry import CHECKS, Check, check

__all__ = ["CHECKS", "Check", "check"]
