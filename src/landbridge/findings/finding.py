"""The finding: one thing that a check has to say, where it is and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from landbridge.findings.codes import CODES


class Severity(StrEnum):
    """How much a finding matters: only errors make a command fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file (lines and columns count from 1) and the dotted path of the key there."""

    file: str
    line: int | None = None
    column: int | None = None
    path: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
            if self.column is not None:
                place += f":{self.column}"
        return f"{place}: {self.path}" if self.path else place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is worth saying, with the code that names its kind (a key of `CODES`)."""

    code: str
    severity: Severity
    message: str
    where: Where | None = None
    remedy: str = ""
    trace: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"no such finding code: {self.code}")

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        stop = "" if self.message.endswith((".", "!", "?", ":")) else "."
        remedy = f"{stop} {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{remedy}"

    def as_json(self) -> dict[str, Any]:
        """The shape that `--json` prints: code, severity, message, where, remedy, trace."""
        where = self.where
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
            "where": None if where is None else {"file": where.file, "line": where.line, "column": where.column, "path": where.path},
            "remedy": self.remedy,
            "trace": list(self.trace),
        }


class LandbridgeError(Exception):
    """A command can't be done, for reasons that the user can mend: exit status 2."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


def error(code: str, message: str, where: Where | None = None, remedy: str = "") -> Finding:
    """A finding of severity error."""
    return Finding(code, Severity.ERROR, message, where, remedy)


def warning(code: str, message: str, where: Where | None = None, remedy: str = "") -> Finding:
    """A finding of severity warning."""
    return Finding(code, Severity.WARNING, message, where, remedy)


def note(code: str, message: str, where: Where | None = None, remedy: str = "") -> Finding:
    """A finding of severity note."""
    return Finding(code, Severity.NOTE, message, where, remedy)
