"""Heal's source as Lambda takes it: a zip file, of which the bytes are equal for equal source."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from importlib.resources import files

HANDLER = "landbridge.heal.handler.handle"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first time that a zip file can tell
_READABLE = 0o644 << 16


@cache
def heal_package() -> bytes:
    """The modules of `landbridge.heal` and nothing else; stored as they are, for compressors differ from version to version."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        _add(archive, "landbridge/__init__.py", b"")
        for module in sorted(files("landbridge.heal").iterdir(), key=lambda one: one.name):
            if module.name.endswith(".py"):
                _add(archive, f"landbridge/heal/{module.name}", module.read_bytes())
    return package.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _NEVER)
    entry.create_system = 3  # Unix, wherever it is packed
    entry.external_attr = _READABLE
    archive.writestr(entry, content)
