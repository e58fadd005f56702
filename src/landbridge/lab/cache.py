"""The one folder outside the project that landbridge writes to."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """Where downloads and unpacked packages are kept: $LANDBRIDGE_CACHE, or landbridge/ in the user's cache folder (XDG)."""
    chosen = os.environ.get("LANDBRIDGE_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "landbridge"
