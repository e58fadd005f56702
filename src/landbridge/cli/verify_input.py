"""The network that `verify` and `trace` are asked about: rendered in memory from a file, or read from a folder of artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from landbridge.findings import LandbridgeError, error

if TYPE_CHECKING:
    from landbridge.intent import Document
    from landbridge.verify import Network

directory_option = click.option(
    "--artifacts",
    "directory",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Take what is in DIR (of `landbridge render`, or made by hand) instead of a file.",
)
release_option = click.option("--release", metavar="R", help="Take this VyOS release line (1.1 to 1.5) instead of the file's.")


def network_to_verify(file: Path, directory: Path | None, release: str | None) -> tuple[Network, Document | None]:
    """The network of a folder of artifacts, or that a network file would be rendered to, with that file. Nothing is written."""
    from landbridge import artifacts
    from landbridge.verify import Places, network_of

    if directory is not None:
        if release is not None:
            message = "artifacts are of the release that they were rendered for"
            raise LandbridgeError(error("release", message, remedy="Leave --release out."))
        return network_of(artifacts.read(directory), Places(f"{directory}/")), None
    from landbridge.design import design
    from landbridge.intent import load

    document = load(file)
    planned = design(document, artifacts.read_lock(artifacts.lock_path(file)))
    return network_of(artifacts.render(planned, release)), document
