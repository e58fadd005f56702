"""docs/verify.md has a row for each check, made of its docstring. LANDBRIDGE_UPDATE_GOLDEN=1 rewrites them."""

from __future__ import annotations

import os
import re
from inspect import cleandoc
from pathlib import Path

from landbridge.findings import CODES
from landbridge.verify.checks import CHECKS, Check

PAGE = Path(__file__).parents[3] / "docs/verify.md"
BEGIN, END = "<!-- checks -->\n", "<!-- end -->\n"


def _row(check: Check) -> str:
    title, _, rest = cleandoc(check.documentation).partition("\n\n")
    body, _, source = " ".join(rest.split()).partition(" Source: ")
    return f"| `{check.code}` | {' '.join(title.split())} | {body} | {source} |\n"


def _table() -> str:
    rows = (_row(check) for check in sorted(CHECKS, key=lambda check: list(CODES).index(check.code)))
    return "| code | it verifies that | it passes, fails or warns | source |\n| --- | --- | --- | --- |\n" + "".join(rows)


def test_the_page_has_every_check_in_its_own_words() -> None:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    if os.environ.get("LANDBRIDGE_UPDATE_GOLDEN") == "1":
        text = text[:begin] + _table() + text[end:]
        PAGE.write_text(text, encoding="utf-8")
        end = begin + len(_table())
    assert text[begin:end] == _table()


def test_the_page_names_only_codes_that_there_are() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows
    assert set(rows) <= set(CODES)
