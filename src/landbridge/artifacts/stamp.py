"""What tells a router's text of one render from that of another, and a whole text from one that was cut off.

A rendered text begins with `# landbridge <digest>` and ends with `# landbridge <digest> end`; the digest is that of what lies between
as it was rendered, and the manifest has it too. Whoever edits the text leaves both lines alone: they still say of which render it is.
"""

from __future__ import annotations

import hashlib
import re

from landbridge.findings import Finding, Where, error

_FIRST = re.compile(r"# landbridge ([0-9a-f]{12})[ \t]*\r?(?:\n|\Z)")
_REMEDY = "Render the artifacts anew."


def stamped(text: str) -> str:
    """A router's text between the two lines."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"# landbridge {digest}\n{text}# landbridge {digest} end\n"


def stamp_of(text: str) -> str | None:
    """The digest in a text's first line; None where somebody wrote the text by hand."""
    first = _FIRST.match(text)
    return first[1] if first is not None else None


def problem_of(text: str, expected: str | None, file: str) -> Finding | None:
    """What is wrong with a router's text as a whole; `expected` is the digest in the manifest (None: any will do)."""
    if not text.strip():
        return error("syntax", f"{file} is empty.", Where(file), _REMEDY)
    stamp = stamp_of(text)
    if stamp is None:
        return None
    if expected is not None and stamp != expected:
        return error("syntax", f"{file} is of another render than manifest.yaml.", Where(file, 1), _REMEDY)
    if f"\n# landbridge {stamp} end" not in text:
        message = f"{file} is cut off: its last line, `# landbridge {stamp} end`, is missing."
        return error("syntax", message, Where(file, text.count("\n") + 1), f"{_REMEDY[:-1]}, or put the line back if the rest is whole.")
    return None
