"""The same work by netlab (PyPI `networklab`), in a virtual environment of its own in the cache folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

VERSION = "26.10"


def installed() -> Path:
    """The folder of netlab's programs; installs it first if need be."""
    cache = Path(os.environ.get("LANDBRIDGE_CACHE") or Path.home() / ".cache" / "landbridge")
    home = cache / f"netlab-{VERSION}"
    if not (home / "bin" / "netlab").exists():
        # With our own pip: Debian's Python has none to give to a new environment.
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", home], check=True)
        subprocess.run([sys.executable, "-m", "pip", "--python", home, "install", "--quiet", f"networklab=={VERSION}"], check=True)
    return home / "bin"
