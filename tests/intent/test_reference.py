"""docs/network-file.md explains every key of the network file in the schema's own words.

Rewrite its tables with `LANDBRIDGE_REWRITE=1 pytest tests/intent/test_reference.py`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from pydantic import BaseModel

from landbridge.intent import loads, model

PAGE = Path("docs/network-file.md")
_TABLE = re.compile(r"<!-- keys: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def _table(part: type[BaseModel]) -> str:
    rows = [
        f"| {f'**`{key}`**' if known.is_required() else f'`{key}`'} | {known.description} |" for key, known in part.model_fields.items()
    ]
    return "\n".join(("| key | what it says |", "| --- | --- |", *rows))


def test_every_key_stands_in_the_reference_in_the_schemas_own_words() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made = _TABLE.sub(lambda match: f"<!-- keys: {match[1]} -->\n{_table(getattr(model, match[1]))}\n<!-- end -->", text)
    if os.environ.get("LANDBRIDGE_REWRITE") == "1":
        PAGE.write_text(made, encoding="utf-8")
        text = made
    assert text == made, "the tables are out of date"
    parts = {
        name for name, part in vars(model).items() if isinstance(part, type) and issubclass(part, model._Part) and part is not model._Part
    }
    assert {match[1] for match in _TABLE.finditer(text)} == parts


def test_the_file_that_the_reference_shows_is_right() -> None:
    text = PAGE.read_text(encoding="utf-8")
    block = text[text.index("    version: 1") : text.index("## How it is read")]
    assert "singapore" in loads(re.sub(r"^    ", "", block, flags=re.MULTILINE), "f").network.sites
