"""What a check has to say: findings, their codes, and the one exception that carries them.

Every package imports this one; it imports nothing of the project.
"""

from landbridge.findings.codes import CODES, Code
from landbridge.findings.finding import Finding, LandbridgeError, Severity, Where, error, note, warning

__all__ = ["CODES", "Code", "Finding", "LandbridgeError", "Severity", "Where", "error", "note", "warning"]
