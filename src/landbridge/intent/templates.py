"""The network files that `landbridge init` writes: the examples, which come with the package."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = ("minimal", "four-regions", "acquisition")
NETWORK_FILE = "network.yaml"

_FOLDER = Path(__file__).parent / "examples"  # in the repository a link to examples/, in a wheel the files themselves


def example(name: str) -> str:
    """The text of an example, as it reads when it is the network file."""
    if name not in EXAMPLES:
        raise ValueError(f"no such example: {name}")
    return (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8").replace(f"{name}.yaml", NETWORK_FILE)
