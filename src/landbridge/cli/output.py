"""The one place that prints: tables for people, JSON for programs, findings on standard error.

A reader that goes away (`landbridge plan | head`) ends no command half way: what is left goes nowhere.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from landbridge.findings import Finding, Severity

if TYPE_CHECKING:  # rich takes a tenth of a second to import
    from rich.console import Console, RenderableType

_RED, _GREEN, _YELLOW, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m"
_PIPED_WIDTH = 120


def prepare() -> None:
    """Makes the streams take every character: what an encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def finish() -> None:
    """Writes out what is still on its way."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")


def say(*lines: str) -> None:
    """Lines for people on standard output."""
    _write(sys.stdout, "".join(f"{_harmless(line)}\n" for line in lines))


def note(line: str) -> None:
    """A line for people on standard error: what a command that takes its time is about."""
    _write(sys.stderr, f"{_harmless(line)}\n")


def pass_on(out: str, err: str) -> None:
    """What another program said, as it said it."""
    _write(sys.stdout, out)
    _write(sys.stderr, err)


def say_commands(commands: Iterable[str]) -> None:
    """A router's commands on standard output, whole and unwrapped: those that delete in red, the others in green."""
    red, green, plain = (_RED, _GREEN, _PLAIN) if _coloured(sys.stdout) else ("", "", "")
    _write(sys.stdout, "".join(f"{red if line.startswith('delete ') else green}{line}{plain}\n" for line in commands))


def say_json(value: object) -> None:
    """A value for programs on standard output."""
    _write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def show(*things: RenderableType) -> None:
    """Tables and text for people on standard output; text that isn't to be wrapped stays a line, to be found and copied."""
    from rich.text import Text

    screen = console()
    with screen.capture() as captured:
        for thing in things:
            screen.print(thing, highlight=False, soft_wrap=isinstance(thing, Text) and bool(thing.no_wrap))
    _write(sys.stdout, "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def console() -> Console:
    """Standard output as rich sees it: plain where it isn't a terminal or NO_COLOR is set."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
    return Console(file=sys.stdout, width=width, soft_wrap=False, markup=False, emoji=False)


def complain(findings: Iterable[Finding], as_json: bool = False) -> None:
    """Why a command couldn't be done: a line a finding on standard error, and for programs as JSON on standard output."""
    said = list(findings)
    if as_json:
        say_json({"findings": [finding.as_json() for finding in said]})
    lines = [_finding_line(finding, _coloured(sys.stderr)) for finding in said]
    if len(said) > 1:
        lines.append(f"{len(said)} errors; nothing was done.")
    _write(sys.stderr, "".join(f"{line}\n" for line in lines))


def confess(bug: BaseException) -> None:
    """Says that landbridge itself is at fault, and what to send; the traceback only to who asks for it."""
    if os.environ.get("LANDBRIDGE_DEBUG") == "1":
        _write(sys.stderr, "".join(traceback.format_exception(bug)))
    frames = traceback.extract_tb(bug.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    what = _harmless(f"{type(bug).__name__}{place}: {bug}")[:200]
    remedy = "Run it again with LANDBRIDGE_DEBUG=1 and send what that prints, with your network file if you may, to landbridge's issues."
    _write(sys.stderr, f"landbridge: this is a bug in landbridge: {what}. {remedy}\n")


def finding_lines(findings: Sequence[Finding]) -> list[str]:
    """Findings that don't stop a command, the gravest first, each with its severity."""
    order = list(Severity)
    return [f"{one.severity}: {_harmless(str(one))}" for one in sorted(findings, key=lambda one: order.index(one.severity))]


def _finding_line(finding: Finding, coloured: bool) -> str:
    line = _harmless(str(finding))
    if not coloured or finding.where is None:
        return line
    place = _harmless(str(finding.where))
    return f"{_RED if finding.severity is Severity.ERROR else _YELLOW}{place}{_PLAIN}{line.removeprefix(place)}"


def _harmless(text: str) -> str:
    """Text without what a terminal could act on."""
    return text if text.isprintable() else "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _coloured(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write(stream: Any, text: str) -> None:  # noqa: ANN401 - tests and shells put many things in place of a stream
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        # Point the descriptor elsewhere, or the interpreter complains when it flushes at its end.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except ValueError:
        pass  # closed: nobody is there to be told
