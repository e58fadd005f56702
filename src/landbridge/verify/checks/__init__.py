"""The checks: each a function from a network to findings, registered with its code and the meaning of what it finds."""

# Imported so that each registers its own.
import landbridge.verify.checks.access
import landbridge.verify.checks.addresses
import landbridge.verify.checks.quotas
import landbridge.verify.checks.redundancy
import landbridge.verify.checks.secrets
import landbridge.verify.checks.segments
import landbridge.verify.checks.unread  # noqa: F401
from landbridge.verify.checks.registry import CHECKS, Check, check

__all__ = ["CHECKS", "Check", "check"]
