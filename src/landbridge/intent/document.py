"""A network file, read: its values, and where in the file each of them stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from landbridge.findings import LandbridgeError, Where
from landbridge.intent.explain import findings_of
from landbridge.intent.model import Network
from landbridge.intent.rules import check
from landbridge.intent.source import read
from landbridge.intent.tree import Mapping, dotted, locate, parse
from landbridge.intent.uncollected import uncollected


@dataclass(frozen=True, slots=True)
class Document:
    """A network file that is right as far as each of its parts goes."""

    network: Network
    file: str
    _tree: Mapping = field(repr=False, compare=False)

    def where(self, *path: object) -> Where:
        """The place of a key or list item, such as `where("sites", "virginia", "vpc", "subnets", 0, "cidr")`.

        Where that isn't written, the place of the nearest parent that is. Path parts that aren't numbers are taken as their text.
        """
        parts = tuple(part if isinstance(part, int) else str(part) for part in path)
        line, column = locate(self._tree, parts) or (1, 1)
        return Where(self.file, line, column, dotted(parts))


def load(path: Path | str) -> Document:
    """Reads a network file.

    Raises LandbridgeError with everything that is wrong with it: what the parser, the schema and the rules of each part refuse.
    """
    with uncollected():
        return loads(read(Path(path)), str(path))


def loads(text: str, file: str) -> Document:
    """Reads the text of a network file; `file` is the name that findings give it."""
    tree, findings = parse(text, file)
    try:
        document = Document(Network.model_validate(tree), file, tree)
    except ValidationError as refused:
        findings += findings_of(refused, tree, file)
    else:
        findings += check(document.network, document.where)
        if not findings:
            return document
    raise LandbridgeError(*sorted(findings, key=lambda one: (one.where.line or 0, one.where.column or 0) if one.where else (0, 0)))
